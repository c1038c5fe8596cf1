import type { Component } from "@zerotrace/core";
import { expect, test } from "vitest";
import type { FoundPackage } from "../extractors/file-extractor.ts";
import { gatherPackages } from "../extractors/gather-packages.ts";
import type { TargetInventory } from "../targets/target.ts";
import { completenessOf } from "./sbom-complete.ts";
import { diffSboms } from "./sbom-diff.ts";
import { SBOM_WRITERS, textOfPieces, writeSbom } from "./sbom-formats.ts";
import { sbomOfInventory } from "./sbom-inventory.ts";
import { mergeSboms } from "./sbom-merge.ts";
import { packagesOfSbom } from "./sbom-packages.ts";
import { readSbom } from "./sbom-read.ts";
import { newComponent, newSbom, type Sbom, type SbomComponent } from "./sbom.ts";

const npm = (name: string, version: string): Component => ({ ecosystem: "npm", name, version });
const TOOL = { vendor: "", name: "zerotrace", version: "1.2.3" };

const found = (): readonly FoundPackage[] => {
  const gathering = gatherPackages("package-lock.json");
  gathering.add({
    component: npm("@a/b", "1.0.0"),
    key: "b",
    dependsOn: ["c"],
    isDirect: true,
    isDev: false,
    license: "MIT",
    line: 7,
  });
  gathering.add({
    component: npm("c", "2.0.0"),
    key: "c",
    dependsOn: [],
    isDirect: false,
    isDev: true,
    license: "(MIT OR ISC)",
  });
  gathering.add({
    component: {
      ecosystem: "Debian:12",
      name: "libssl3",
      version: "3.0.11-1~deb12u2",
      arch: "amd64",
      source: { name: "openssl", version: "3.0.11-1~deb12u2" },
    },
  });
  gathering.add({
    component: {
      ecosystem: "PyPI",
      name: "six",
      version: "1.16.0",
      ownedBy: { ecosystem: "Debian:12", name: "six", version: "1.16.0-4" },
    },
  });
  return gathering.finish().packages;
};

const inventory = (packages: readonly FoundPackage[]): TargetInventory => ({
  name: "app",
  kind: "folder",
  os: { id: "", versionId: "", codename: "", prettyName: "", ecosystem: "" },
  places: [{ path: "web/package-lock.json", reader: "npm-lock", status: "ok", packages, problems: [] }],
  problems: [],
});

const told = (packages: readonly FoundPackage[]) =>
  packages.map(({ component, isDirect, isDev, dependsOn, via, license }) => ({
    component,
    isDirect,
    isDev,
    dependsOn,
    via,
    license,
  }));

test.each(SBOM_WRITERS.map(({ id }) => id))(
  "packages that go out as %s come back: component, owner, graph, direct, development, license",
  async (format) => {
    const packages = found();
    const sbom = sbomOfInventory(inventory(packages), { tool: TOOL, createdAt: "2026-01-01T00:00:00Z" });
    const read = await readSbom(Buffer.from(textOfPieces(await writeSbom(sbom, format))));
    const back = packagesOfSbom(read, "bom");
    expect(told(back.packages)).toEqual(told(packages));
    expect(back.notJudged).toEqual([]);
    expect(read.components.find(({ name }) => name === "@a/b")?.places).toEqual([
      { path: "web/package-lock.json", line: 7, inside: "", layer: "" },
    ]);
  },
);

const component = (name: string, version: string, rest: Partial<SbomComponent> = {}): SbomComponent => ({
  ...newComponent(`${name}@${version}`, name),
  version,
  purl: `pkg:npm/${name}@${version}`,
  ...rest,
});
const sbomOf = (components: readonly SbomComponent[], rest: Partial<Sbom> = {}): Sbom => ({
  ...newSbom({ format: "cyclonedx-json", version: "1.6" }),
  components,
  ...rest,
});

test("what cannot be judged is told with its reason, and spellings of other tools are understood", () => {
  const sbom = sbomOf([
    { ...newComponent("os", "debian"), type: "operating-system", version: "11" },
    component("x", "", { version: "3", purl: "pkg:npm/x" }),
    component("busybox", "1.35", { purl: "pkg:alpine/busybox@1.35?distro=alpine-3.16.2" }),
    component("zlib1g", "1:1.2", { purl: "pkg:deb/debian/zlib1g@1%3A1.2" }),
    component("broken", "1", { purl: "no purl" }),
    component("cpe", "1", { purl: "", cpes: ["cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"] }),
  ]);
  const { packages, notJudged } = packagesOfSbom(sbom, "bom");
  expect(packages.map(({ component: { ecosystem, name, version } }) => `${ecosystem} ${name} ${version}`)).toEqual([
    "Alpine:v3.16 busybox 1.35",
    "Debian:11 zlib1g 1:1.2",
    "npm x 3",
  ]);
  expect(notJudged.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    "debian: it has no package URL",
    "broken: The package URL must start with pkg:.",
    "cpe: it has a CPE and no package URL",
  ]);
});

test("a comparison follows the order of versions and tells licenses", () => {
  const a = sbomOf([
    component("up", "1.9.0"),
    component("down", "2.0.0"),
    component("gone", "1.0.0"),
    component("same", "1.0.0", { declaredLicenses: ["MIT"] }),
    component("two", "1.0.0"),
    component("two", "2.0.0"),
  ]);
  const b = sbomOf([
    component("up", "1.10.0"),
    component("down", "1.0.0"),
    component("new", "1.0.0"),
    component("same", "1.0.0", { declaredLicenses: ["GPL-3.0-only"] }),
    component("two", "2.0.0"),
    component("two", "3.0.0"),
  ]);
  const diff = diffSboms(a, b);
  expect(diff.added.map(({ name }) => name)).toEqual(["new"]);
  expect(diff.removed.map(({ purl }) => purl)).toEqual(["pkg:npm/gone"]);
  expect(diff.upgraded.map(({ name, from, to }) => [name, from, to])).toEqual([
    ["two", "1.0.0", "3.0.0"],
    ["up", "1.9.0", "1.10.0"],
  ]);
  expect(diff.downgraded.map(({ name }) => name)).toEqual(["down"]);
  expect(diff.relicensed).toMatchObject([{ name: "same", from: ["MIT"], to: ["GPL-3.0-only"] }]);
  expect(diff.sameCount).toBe(2);
});

test("merged documents have each component once, with all places and both graphs", () => {
  const place = (path: string) => ({ path, line: 0, inside: "", layer: "" });
  const make = (name: string, needed: string): Sbom =>
    sbomOf(
      [
        newComponent("root", name),
        component("shared", "1.0.0", { ref: `s-${name}`, places: [place(name)] }),
        component(needed, "1.0.0", { ref: "n" }),
      ],
      {
        subject: "root",
        dependencies: [
          { ref: "root", dependsOn: [`s-${name}`] },
          { ref: `s-${name}`, dependsOn: ["n"] },
        ],
      },
    );
  const merged = mergeSboms([make("one", "x"), make("two", "y")], { name: "all", createdAt: "", tool: TOOL });
  expect(merged.components.map(({ name }) => name)).toEqual(["all", "one", "shared", "x", "two", "y"]);
  expect(merged.components[2]?.places.map(({ path }) => path)).toEqual(["one", "two"]);
  const needs = Object.fromEntries(merged.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  expect(needs["pkg:npm/shared@1.0.0"]).toEqual(["pkg:npm/x@1.0.0", "pkg:npm/y@1.0.0"]);
  expect(needs[merged.subject!]).toHaveLength(2);
});

test("completeness counts each element and names where it is missing", () => {
  const party = { kind: "organization", name: "ACME", email: "a@example.com", url: "" } as const;
  const sbom = sbomOf([component("a", "1", { supplier: party }), component("b", "", { purl: "" })], {
    createdAt: "2026-01-01T00:00:00Z",
    authors: [party],
    dependencies: [{ ref: "a@1", dependsOn: [] }],
  });
  const report = completenessOf(sbom, "ntia");
  const of = (id: string) => report.elements.find((one) => one.id === id);
  expect(report.isMet).toBe(false);
  expect(of("timestamp")).toMatchObject({ isMet: true, have: 1, total: 1 });
  expect(of("version")).toMatchObject({ isMet: false, have: 1, total: 2, missing: ["b"] });
  expect(of("dependencies")).toMatchObject({ have: 1, missing: ["b"] });
  expect(
    completenessOf(sbom, "bsi")
      .elements.filter(({ isMet }) => isMet)
      .map(({ id }) => id),
  ).toEqual(["format", "creator", "timestamp", "name"]);
});

test("a license that a document says nothing of is none, in CycloneDX as in SPDX", async () => {
  const one = { type: "library", name: "a", version: "1", licenses: [{ expression: "NOASSERTION" }] };
  const bom = { bomFormat: "CycloneDX", specVersion: "1.6", components: [one] };
  const read = await readSbom(Buffer.from(JSON.stringify(bom)));
  expect(read.components[0]?.declaredLicenses).toEqual([]);
  const written = textOfPieces(await writeSbom(read, "spdx-json"));
  expect([written.includes("LicenseRef"), written.includes('"licenseDeclared":"NOASSERTION"')]).toEqual([false, true]);
});
