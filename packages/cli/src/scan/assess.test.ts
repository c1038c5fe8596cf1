import { type Component, createIndexBuilder, openIndex, parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { assess } from "./assess.ts";

const record = (id: string, ecosystem: string, name: string) =>
  parseOsvRecord({
    id,
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }] }],
  });
const indexOf = (...records: ReturnType<typeof record>[]) => {
  const builder = createIndexBuilder();
  for (const one of records) builder.add(one);
  const cycle = (name: string, endsAt: string | null) => ({ name, endsAt, latest: "" });
  const cycles = [cycle("10", "2024-06-30"), cycle("12", null)];
  builder.lifeCycle({ product: "debian", title: "Debian", identifiers: [], cycles });
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

const target = (components: readonly Component[]): TargetInventory => ({
  name: "here",
  kind: "host",
  os: { id: "", versionId: "", codename: "", prettyName: "", ecosystem: "" },
  places: [
    { path: "p", reader: "r", status: "ok", packages: components.map((component) => ({ component })), problems: [] },
  ],
  problems: [],
});
const judge = (components: readonly Component[], index: ReturnType<typeof indexOf>) =>
  assess([target(components)], index);

const own: Component = { ecosystem: "PyPI", name: "requests", version: "2.28.1" };
const owned = (ecosystem: string): Component => ({
  ...own,
  ownedBy: { ecosystem, name: "requests", version: "2.28.1-1" },
});
const deb: Component = {
  ecosystem: "Debian:12",
  name: "python3-requests",
  version: "2.28.1-1",
  source: { name: "requests", version: "2.28.1-1" },
};

test("what lies in a package of the system has no findings of its own and counts as covered where its owner is", () => {
  const index = indexOf(record("CVE-2026-0001", "PyPI", "requests"), record("CVE-2026-0002", "Debian:12", "requests"));
  const { findings, coverage } = judge([deb, owned("Debian:12"), own], index);
  expect(findings.map((f) => `${f.package} ${f.id}`)).toEqual([
    "python3-requests CVE-2026-0002",
    "requests CVE-2026-0001",
  ]);
  expect(coverage).toEqual([
    { ecosystem: "Debian:12", components: 2, covered: 2, owned: 1, sources: [] },
    { ecosystem: "PyPI", components: 1, covered: 1, sources: [] },
  ]);
});

test("where nobody covers the owner it is unknown, whoever covers its own ecosystem", () => {
  const index = indexOf(record("CVE-2026-0001", "PyPI", "requests"));
  const { findings, coverage } = judge([owned("Debian:12"), owned("Debian:10")], index);
  expect(findings).toEqual([]);
  expect(coverage).toEqual([
    { ecosystem: "Debian:10", components: 1, covered: 0, owned: 1, reason: "end_of_life", sources: [] },
    { ecosystem: "Debian:12", components: 1, covered: 0, owned: 1, reason: "no_feed", sources: [] },
  ]);
});

test("a system past its end of life is a finding without a score; one that is supported has none", () => {
  const system = (version: string): Component => ({ ecosystem: "OS", name: "debian", version });
  const { findings, coverage } = judge([system("10"), system("12")], indexOf());
  expect(findings).toMatchObject([
    {
      purl: "pkg:generic/debian@10?ecosystem=OS",
      id: "EOL-debian-10",
      severity: "high",
      cvss: null,
      fixedIn: "12",
      risk: 39,
    },
  ]);
  expect(coverage).toEqual([{ ecosystem: "OS", components: 2, covered: 2, sources: ["eol"] }]);
});
