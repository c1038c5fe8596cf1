import { expect, test } from "vitest";
import { componentOfPurl } from "../component/purl-component.ts";
import { createIndexBuilder } from "../match/build.ts";
import { openIndex } from "../match/open.ts";
import { createVex, parseVex } from "../vex/index.ts";
import { EXAMPLES, NOW, record, source } from "./fixtures.ts";
import { explainComponent, explainedRisks } from "./index.ts";

const index = EXAMPLES;

const explain = (purl: string, more: Partial<Parameters<typeof explainComponent>[1]> = {}) =>
  explainComponent(index, { component: componentOfPurl(purl), now: NOW, ...more });
const lines = (purl: string, more: Parameters<typeof explain>[1] = {}) => {
  const { answer, decidedBy } = explain(purl, more);
  return [answer, decidedBy];
};

test("affected: the answer, the record and the range that decide, by the rule for its kind", () => {
  expect(lines("pkg:npm/a@1.2.0", { advisory: "cve-2026-0003" })).toEqual([
    "Affected: CVE-2026-0003 affects a 1.2.0; fixed in 2.0.0",
    "GHSA-aaaa-aaaa-aaaa (GitHub) decides: affected from 1.0.0 until 2.0.0, and 1.2.0 lies there; a package is judged by the records of its ecosystem",
  ]);
  const all = explain("pkg:npm/a@1.2.0");
  expect(all.answer).toBe("Affected: a 1.2.0 has 2 open weaknesses: CVE-2026-0003, GHSA-bbbb-bbbb-bbbb");
  expect(all.steps.map((s) => [s.outcome, s.record, s.says])).toEqual([
    ["note", null, "Sources of npm: osv (data of 2026-02-28)"],
    ["affected", "GHSA-aaaa-aaaa-aaaa", "1.2.0 is affected; fixed in 2.0.0"],
    ["affected", "GHSA-bbbb-bbbb-bbbb", "1.2.0 is affected; no fix is known"],
  ]);
});

test("a list beside a range of the same record does not say again, without the fix, what the range says", () => {
  const says = (purl: string) =>
    explain(purl)
      .steps.filter((step) => step.outcome === "affected")
      .map((step) => step.says);
  expect(says("pkg:pypi/listed@1.1")).toEqual(["1.1 is affected; fixed in 2"]);
  expect(says("pkg:pypi/only-listed@1.0")).toEqual(["1.0 is affected; no fix is known"]);
});

test("not affected: fixed by the distribution, judged by the source package; older; above; withdrawn", () => {
  const libssl = "pkg:deb/debian/libssl3@3.0.15-1~deb12u1?distro=debian-12&upstream=openssl@3.0.15-1";
  expect(lines(libssl, { advisory: "CVE-2026-0001" })).toEqual([
    "Not affected: openssl 3.0.15-1 by CVE-2026-0001: fixed in 3.0.15-1 by Debian",
    "DEBIAN-CVE-2026-0001 (Debian) decides: fixed in 3.0.15-1, and 3.0.15-1 is not below it; a system's package is judged by its distribution alone, by its source package",
  ]);
  expect(explain(libssl).steps[0]?.says).toBe(
    "libssl3 3.0.15-1~deb12u1 is built from openssl 3.0.15-1, of which advisories speak",
  );
  expect(lines(libssl)[0]).toBe("Not affected: openssl 3.0.15-1 by any of 2 weaknesses known of openssl");
  expect(lines(libssl, { advisory: "CVE-2026-0002" })[1]).toContain(
    "decides: the weakness came with 3.5.0-1, and 3.0.15-1 is older;",
  );
  expect(lines("pkg:npm/a@1.6.0", { advisory: "GHSA-bbbb-bbbb-bbbb" })[1]).toContain(
    "1.5.0 is the last version affected, and 1.6.0 is above it",
  );
  expect(lines("pkg:npm/b@1.0.0")).toEqual([
    "Not affected: b 1.0.0 by GHSA-cccc-cccc-cccc: GitHub withdrew the record on 2026-02-03",
    "GHSA-cccc-cccc-cccc (GitHub) decides: GitHub withdrew the record on 2026-02-03; a withdrawn record affects nothing",
  ]);
});

test("not named: the records that know the weakness, or that none in force does", () => {
  expect(lines("pkg:npm/zzz@1.0.0")[0]).toBe(
    "Not affected: no record names zzz of npm, so nothing is known against 1.0.0",
  );
  expect(explain("pkg:npm/zzz@1.0.0", { advisory: "CVE-2026-0003" })).toMatchObject({
    rule: "not_named",
    answer: "Not affected: no record of CVE-2026-0003 names zzz of npm",
    decidedBy:
      "CVE-2026-0003 is known by GHSA-aaaa-aaaa-aaaa (GitHub), and none says that zzz 1.0.0 is affected; a package is judged by the records of its ecosystem",
  });
  expect(explain("pkg:npm/zzz@1.0.0", { advisory: "CVE-1999-1" }).rule).toBe("not_known");
});

test("unknown: nobody covers it and who would; an ended system; a version without a place", () => {
  const feedsFor = (): string[] => ["--feeds oracle"];
  expect(lines("pkg:rpm/oracle/bash@1?distro=ol-9", { feedsFor })).toEqual([
    "Unknown: no source in force covers Oracle Linux:9, so nothing is known of bash 1",
    "In force: osv; it would be covered by --feeds oracle; what nobody covers is never called clean",
  ]);
  expect(lines("pkg:deb/debian/bash@1")[1]).toContain("the package URL names no release: add ?distro=");
  const ended = explain("pkg:deb/debian/bash@1?distro=debian-8");
  expect(ended).toMatchObject({
    rule: "end_of_life",
    answer: "Unknown: no source in force covers Debian:8, which is past its end of life, so nothing is known of bash 1",
  });
  expect(ended.steps[0]?.says).toBe(
    "Debian:8 reached its end of life on 2020-06-30: what is found since may be missing from its records",
  );
  expect(lines("pkg:pypi/c@foo_bar")).toEqual([
    "Unknown: c foo_bar cannot be compared with the records about it",
    "PYSEC-2026-1 (PyPA) could affect it, but foo_bar has no place in the order of PyPI (pep440); a range decides only over what can be ordered",
  ]);
});

test("a VEX statement that closes goes before the record; one that does not is told beside it", () => {
  const vex = (status: string) => {
    const statement = {
      vulnerability: { name: "GHSA-aaaa-aaaa-aaaa" },
      products: [{ "@id": "pkg:npm/a" }],
      status,
      justification: "vulnerable_code_not_present",
    };
    const { statements } = parseVex({
      "@context": "https://openvex.dev/ns",
      author: "Example",
      timestamp: NOW,
      statements: [statement],
    });
    const ask = createVex(statements);
    const component = componentOfPurl("pkg:npm/a@1.9.0");
    return { ruling: (names: readonly string[]) => ask.rule(names, component, () => false) };
  };
  const closed = explain("pkg:npm/a@1.9.0", { advisory: "CVE-2026-0003", ...vex("not_affected") });
  expect(closed).toMatchObject({
    verdict: "not_affected",
    rule: "vex",
    answer: "Not affected: a 1.9.0 by CVE-2026-0003, as its supplier says",
    decidedBy:
      "VEX on CVE-2026-0003: Example said on 2026-03-01 that it is not affected (vulnerable_code_not_present); the newest statement about a package goes before GHSA-aaaa-aaaa-aaaa (GitHub)",
  });
  const open = explain("pkg:npm/a@1.9.0", { advisory: "CVE-2026-0003", ...vex("under_investigation") });
  expect(open.verdict).toBe("affected");
  expect(open.steps[1]?.says).toContain("VEX: Example said on 2026-03-01 that it is under investigation");
});

test("what lies in a system's package is explained by that package", () => {
  const component = {
    ...componentOfPurl("pkg:npm/a@1.2.0"),
    ownedBy: { ecosystem: "Debian:12", name: "openssl", version: "3.0.16-1" },
  };
  const { answer, decidedBy, steps } = explainComponent(index, { component, now: NOW });
  expect(answer).toBe("Not affected: openssl 3.0.16-1 by any of 2 weaknesses known of openssl");
  expect(decidedBy).toContain("what lies in files of a system's package takes that package's verdict");
  expect(steps[0]?.says).toBe("a 1.2.0 lies in files of openssl 3.0.16-1 (Debian:12) and has no findings of its own");
});

test("what its publisher withdrew and what the CVE program rejected are told apart, with the day", () => {
  const builder = createIndexBuilder();
  const one = (id: string, name: string, more: object = {}) =>
    builder.add(record(id, "Debian:12", name, [{ introduced: "0" }], more));
  one("DEBIAN-CVE-2026-0009", "rejected", { upstream: ["CVE-2026-0009"] });
  one("DEBIAN-CVE-2026-0008", "withdrawn", { upstream: ["CVE-2026-0008"], withdrawn: "2026-02-03T00:00:00Z" });
  const none = { vectors: [], cwes: [], ssvc: null, exploits: [], summary: "", publishedAt: null };
  builder.cve({ id: "CVE-2026-0009", rejectedAt: "2026-02-04T00:00:00Z", ...none });
  const own = openIndex(builder.finish({ builtAt: NOW, sources: [source(["Debian:12"])] }));
  const said = (name: string) => {
    const component = { ecosystem: "Debian:12", name, version: "1" };
    const { answer, decidedBy, rule } = explainComponent(own, { component, now: NOW });
    expect(rule).toBe("withdrawn");
    return `${answer} | ${decidedBy}`;
  };
  expect(said("rejected")).toContain("the CVE program rejected CVE-2026-0009 on 2026-02-04");
  expect(said("rejected")).toContain("a CVE that is rejected affects nothing");
  expect(said("withdrawn")).toContain("Debian withdrew the record on 2026-02-03");
  expect(said("withdrawn")).toContain("a withdrawn record affects nothing");
});

test("what affects is taken apart into risk, sentence and CISA's decision, the worst first; what does not is not spoken of", () => {
  const component = componentOfPurl("pkg:npm/a@1.2.0");
  const [worst, other] = explainedRisks(explainComponent(index, { component, now: NOW }));
  expect(worst).toMatchObject({
    advisory: "CVE-2026-0003",
    risk: 39,
    fixedIn: "2.0.0",
    sentence: "High severity, nothing is known of exploitation, a fix exists (2.0.0).",
    ssvc: { decision: "track", isDerived: true },
  });
  expect(other).toMatchObject({ advisory: "GHSA-bbbb-bbbb-bbbb", fixedIn: null });
  const fine = componentOfPurl("pkg:npm/a@3.0.0");
  expect(explainedRisks(explainComponent(index, { component: fine, now: NOW }))).toEqual([]);
});
