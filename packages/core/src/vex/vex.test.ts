import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Component } from "../component/component.ts";
import { createVex, type IsPresent, parseVex, parseVexText, VEX_LIMITS, type VexDocument } from "./index.ts";

const never: IsPresent = () => false;

const openVex = (statements: readonly object[], more: object = {}): VexDocument =>
  parseVex({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex-1",
    author: "Example",
    timestamp: "2026-01-01T00:00:00Z",
    version: 1,
    statements,
    ...more,
  });
const lodash: Component = { ecosystem: "npm", name: "lodash", version: "4.17.20" };
const notAffected = (purl: string, more: object = {}) => ({
  vulnerability: { name: "CVE-2021-23337" },
  products: [{ "@id": purl }],
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  ...more,
});
const ruling = (document: VexDocument, component: Component, names = ["CVE-2021-23337"], isPresent = never) =>
  createVex(document.statements).rule(names, component, isPresent)?.status ?? null;

test("OpenVEX: names, justification, author and date of a statement; what is missing comes from the document", () => {
  const { statements, id, author, problems } = openVex([
    notAffected("pkg:npm/lodash@4.17.20", {
      vulnerability: { "@id": "https://nvd.nist.gov/vuln/detail/CVE-2021-23337", aliases: ["GHSA-35jh-r3h4-6jhm"] },
      impact_statement: "the template function\n is not called",
    }),
    notAffected("pkg:npm/lodash", { supplier: "Else", timestamp: "2026-02-02T02:00:00+02:00" }),
  ]);
  expect({ id, author, problems }).toEqual({ id: "https://example.com/vex-1", author: "Example", problems: [] });
  expect(statements[0]).toEqual({
    vulnerability: "CVE-2021-23337",
    aliases: ["GHSA-35jh-r3h4-6jhm"],
    products: [{ purl: "pkg:npm/lodash@4.17.20", versions: null, subcomponents: [] }],
    status: "not_affected",
    justification: "vulnerable_code_not_present",
    note: "the template function is not called",
    author: "Example",
    at: "2026-01-01T00:00:00.000Z",
  });
  expect(statements[1]).toMatchObject({ author: "Else", at: "2026-02-02T00:00:00.000Z" });
});

test("a purl without version means every version, one with a version that version alone", () => {
  expect(ruling(openVex([notAffected("pkg:npm/lodash")]), lodash)).toBe("not_affected");
  expect(ruling(openVex([notAffected("pkg:npm/lodash@4.17.20")]), lodash)).toBe("not_affected");
  expect(ruling(openVex([notAffected("pkg:npm/lodash@4.17.21")]), lodash)).toBeNull();
  expect(ruling(openVex([notAffected("pkg:npm/underscore")]), lodash)).toBeNull();
  expect(ruling(openVex([notAffected("pkg:npm/lodash#template")]), lodash)).toBeNull();
  const go = { ecosystem: "Go", name: "golang.org/x/net", version: "0.7.0" };
  expect(ruling(openVex([notAffected("pkg:golang/golang.org/x/net@v0.7.0")]), go)).toBe("not_affected");
});

test("a purl and a component mean one package however either spells its name", () => {
  const named = (purl: string, ecosystem: string, name: string) =>
    ruling(openVex([notAffected(purl)]), { ecosystem, name, version: "1.0.0" });
  expect(named("pkg:nuget/Newtonsoft.Json@1.0.0", "NuGet", "Newtonsoft.Json")).toBe("not_affected");
  expect(named("pkg:nuget/newtonsoft.json", "NuGet", "Newtonsoft.Json")).toBe("not_affected");
  expect(named("pkg:swift/github.com/apple/swift-nio", "SwiftURL", "github.com/Apple/swift-nio")).toBe("not_affected");
  expect(named("pkg:npm/JSONStream", "npm", "jsonstream")).toBeNull();
});

test("a statement counts for any name of the finding and no other weakness", () => {
  const document = openVex([notAffected("pkg:npm/lodash", { vulnerability: { name: "GHSA-35jh-r3h4-6jhm" } })]);
  expect(ruling(document, lodash, ["CVE-2021-23337", "ghsa-35jh-r3h4-6jhm"])).toBe("not_affected");
  expect(ruling(document, lodash, ["CVE-2020-8203"])).toBeNull();
});

test("the newest statement decides; of one date, the later in the document", () => {
  const at = (timestamp: string, status: string) => notAffected("pkg:npm/lodash", { status, timestamp });
  const before = at("2026-01-01T00:00:00Z", "not_affected");
  const after = at("2026-03-01T00:00:00Z", "affected");
  expect(ruling(openVex([after, before]), lodash)).toBe("affected");
  const together = [at("2026-03-01T00:00:00Z", "not_affected"), after];
  expect(ruling(openVex(together), lodash)).toBe("affected");
  const narrow = notAffected("pkg:npm/lodash@1.0.0", { timestamp: "2026-06-01T00:00:00Z" });
  expect(ruling(openVex([after, narrow]), lodash)).toBe("affected");
});

test("a system's package: its release, architecture, and the source package where it says so", () => {
  const libssl: Component = {
    ecosystem: "Debian:12",
    name: "libssl3",
    version: "3.0.11-1~deb12u2",
    arch: "amd64",
    source: { name: "openssl", version: "3.0.11-1~deb12u2" },
  };
  const says = (purl: string) => ruling(openVex([notAffected(purl)]), libssl);
  expect(says("pkg:deb/debian/libssl3")).toBe("not_affected");
  expect(says("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5")).toBe("not_affected");
  expect(says("pkg:deb/debian/openssl?arch=source&distro=bookworm")).toBe("not_affected");
  expect(says("pkg:deb/debian/openssl")).toBeNull();
  expect(says("pkg:deb/debian/libssl3?distro=debian-11")).toBeNull();
  expect(says("pkg:deb/debian/libssl3?arch=arm64")).toBeNull();
  expect(says("pkg:deb/ubuntu/libssl3")).toBeNull();
});

test("a part of a product counts where the product is, and only there", () => {
  const opa: Component = { ecosystem: "Go", name: "github.com/open-policy-agent/opa", version: "0.35.0" };
  const product = {
    "@id": "pkg:golang/example.com/app",
    subcomponents: [{ "@id": "pkg:golang/github.com/open-policy-agent/opa@v0.35.0" }],
  };
  const document = openVex([notAffected("", { products: [product] })]);
  expect(ruling(document, opa)).toBeNull();
  const isApp = (target: { name: string }): boolean => target.name === "example.com/app";
  expect(ruling(document, opa, ["CVE-2021-23337"], isApp)).toBe("not_affected");
  expect(ruling(document, { ...opa, version: "0.36.0" }, ["CVE-2021-23337"], isApp)).toBeNull();
  const nameless = openVex([notAffected("", { products: [{ ...product, subcomponents: [{ "@id": "opa" }] }] })]);
  expect(nameless.statements).toEqual([]);
});

test("CycloneDX: states, references to components and by BOM-Link, and versions each with its status", () => {
  const affects = [
    { ref: "a" },
    { ref: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Flodash%404.17.20" },
  ];
  const document = parseVex({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { timestamp: "2026-01-01T00:00:00Z", authors: [{ name: "Ann" }] },
    components: [{ "bom-ref": "b", components: [{ "bom-ref": "a", purl: "pkg:npm/nested@1.0.0" }] }],
    vulnerabilities: [
      { id: "CVE-1-1", analysis: { state: "false_positive", justification: "code_not_reachable" }, affects },
      { id: "CVE-1-2", affects },
      {
        id: "CVE-2021-23337",
        analysis: { state: "exploitable", detail: "upgrade" },
        affects: [
          {
            ref: "pkg:npm/lodash@1.0.0",
            versions: [
              { range: "vers:npm/>=4.17.0|<4.17.21", status: "unaffected" },
              { version: "4.17.21", status: "affected" },
            ],
          },
        ],
      },
    ],
  });
  expect(document.statements).toHaveLength(3);
  expect(document.statements[0]).toMatchObject({
    status: "not_affected",
    justification: "code_not_reachable",
    author: "Ann",
    products: [{ purl: "pkg:npm/nested@1.0.0" }, { purl: "pkg:npm/lodash@4.17.20" }],
  });
  expect(ruling(document, lodash)).toBe("not_affected");
  expect(ruling(document, { ...lodash, version: "4.17.21" })).toBe("affected");
  expect(ruling(document, { ...lodash, version: "4.16.0" })).toBeNull();
});

const csaf = (status: object, more: object = {}) => ({
  document: {
    csaf_version: "2.0",
    publisher: { name: "Vendor" },
    tracking: { id: "V-1", current_release_date: "2026-01-01T00:00:00Z" },
  },
  product_tree: {
    branches: [
      {
        branches: [
          {
            product: { product_id: "el9", product_identification_helper: { cpe: "cpe:/o:redhat:enterprise_linux:9" } },
          },
        ],
      },
      { product: { product_id: "app", product_identification_helper: { cpe: "cpe:/a:example:app:1" } } },
      { product: { product_id: "curl", product_identification_helper: { purl: "pkg:rpm/redhat/curl?arch=src" } } },
      { product: { product_id: "lodash", product_identification_helper: { purl: "pkg:npm/lodash" } } },
    ],
    relationships: [
      { product_reference: "curl", relates_to_product_reference: "el9", full_product_name: { product_id: "el9:curl" } },
      {
        product_reference: "lodash",
        relates_to_product_reference: "app",
        full_product_name: { product_id: "app:lodash" },
      },
    ],
  },
  vulnerabilities: [{ cve: "CVE-2021-23337", product_status: status, ...more }],
});

test("CSAF: a component of a system is its package there; of a product without purl it names nothing", () => {
  const document = parseVex(
    csaf(
      { known_not_affected: ["el9:curl", "app:lodash"], known_affected: ["lodash"] },
      { flags: [{ label: "component_not_present", product_ids: ["el9:curl"] }] },
    ),
  );
  expect(document).toMatchObject({ format: "csaf", id: "V-1", author: "Vendor", problemCount: 1 });
  const curl: Component = {
    ecosystem: "Red Hat:9.4",
    name: "libcurl",
    version: "7.76",
    source: { name: "curl", version: "7.76" },
  };
  expect(createVex(document.statements).rule(["CVE-2021-23337"], curl, never)).toMatchObject({
    status: "not_affected",
    justification: "component_not_present",
  });
  expect(ruling(document, { ...curl, ecosystem: "Red Hat:8.9" })).toBeNull();
  expect(ruling(document, lodash)).toBe("affected");
});

test("a bad statement is named and the others are used; what is no VEX document is refused", () => {
  const { statements, problems } = openVex([
    { ...notAffected("pkg:npm/a"), status: "perhaps" },
    notAffected("a product"),
    notAffected("pkg:npm/a", { vulnerability: {} }),
    notAffected("pkg:npm/lodash"),
  ]);
  expect(statements).toHaveLength(1);
  expect(problems.join("\n")).toMatch(/statement 1: .*\nstatement 2: .*\n.*\nstatement 3: names no weakness/);
  for (const text of ["", "[]", "{}", '{"bomFormat":"CycloneDX"}', "{", "null", "[".repeat(100_000)])
    expect(() => parseVexText(text)).toThrow(/VEX document/);
});

test("hostile documents end within their bounds", () => {
  let branch: object = { product: { product_id: "deep", product_identification_helper: { purl: "pkg:npm/deep" } } };
  for (let i = 0; i < 5_000; i += 1) branch = { branches: [branch, null, 7] };
  const deep = { ...csaf({ fixed: ["deep"] }), product_tree: { branches: [branch] } };
  expect(parseVex(deep)).toMatchObject({ statements: [], problemCount: 1 });
  const many = Array.from({ length: VEX_LIMITS.statements + 1 }, () => notAffected("pkg:npm/lodash"));
  expect(() => openVex(many)).toThrow(/split it/);
  const products = Array.from({ length: VEX_LIMITS.productsOfStatement + 1 }, () => ({ "@id": "pkg:npm/a" }));
  expect(openVex([notAffected("", { products })])).toMatchObject({ statements: [], problemCount: 1 });
  const odd = [{ vulnerability: "__proto__", status: "constructor" }, null, 5, { products: 7, status: "fixed" }];
  expect(openVex(odd as object[]).statements).toEqual([]);
  expect(openVex([notAffected("pkg:npm/%zz@1"), notAffected("pkg:unheard/of")]).statements).toHaveLength(2);
  expect(() => ruling(openVex([notAffected("pkg:npm/%zz@1")]), lodash)).not.toThrow();
});

const shared = join(process.env["ZEROTRACE_SHARED"] ?? "../shared", "corpus");

test("documents of others are read: every one gives statements or says why not", () => {
  const files = existsSync(shared)
    ? globSync([`${shared}/cyclonedx-bom-examples/VEX/**/vex*.json`, `${shared}/trustify/**/csaf/**/*.json`])
    : [];
  const texts = [...files.map((file) => readFileSync(file, "utf8")), JSON.stringify(csaf({ fixed: ["lodash"] }))];
  const documents = texts.map(parseVexText);
  expect(documents.every((d) => d.statements.length + d.problemCount > 0)).toBe(true);
  expect(documents.some((d) => d.statements.length > 0)).toBe(true);
});
