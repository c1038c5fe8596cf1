import { type AdvisoryIndex, createIndexBuilder, openIndex, parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import type { ScanFinding } from "../formats/report.ts";
import { filesOf, indexOf } from "./fixtures.ts";
import { planFixes, type PlanOptions } from "./plan.ts";
import { targetVersion } from "./target-version.ts";

const signal = new AbortController().signal;

/** Findings of a package as a scan tells them. */
const findings = (index: AdvisoryIndex, text: string, more: Partial<ScanFinding> = {}): ScanFinding[] => {
  const [ecosystem = "", name = "", version = ""] = text.split(" ");
  return index.match(ecosystem, name, version).hits.map((hit) => ({
    purl: "",
    ecosystem,
    package: name,
    version,
    id: index.advisory(hit.advisory).id,
    aliases: [],
    title: "",
    fixedIn: hit.fixedIn,
    severity: "critical",
    cvss: 9.8,
    epss: null,
    kev: false,
    risk: 50,
    target: "here",
    places: [{ path: "requirements.txt", reader: "requirements", line: 1 }],
    ...more,
  }));
};

const FILES = filesOf({ "requirements.txt": "a==1.0\nb==1.0\n", "other.txt": "a==1.0\n" });
const plan = async (index: AdvisoryIndex, all: readonly ScanFinding[], options: Partial<PlanOptions> = {}) =>
  (await planFixes(all, { index, filesOf: () => FILES, signal, ...options })).report;

test("the version is the lowest that closes everything, also what the fixes themselves brought", async () => {
  const index = indexOf("PyPI a 0..1.1", "PyPI a 0..1.2", "PyPI a 1.2..1.3", "PyPI a 1.3..1.3.1", "PyPI a 2.0..2.1");
  const { actions, closes, findings: count, riskShare } = await plan(index, findings(index, "PyPI a 1.0"));
  expect(actions.map((one) => [one.to, one.closes.length, one.remains])).toEqual([["1.3.1", 2, []]]);
  expect([closes, count, riskShare]).toEqual([2, 2, 1]);
});

test("what no version closes is left and said, with what can be done instead", async () => {
  const index = indexOf("PyPI a 0..1.1", "PyPI a 0", "PyPI b 0");
  const report = await plan(index, [
    ...findings(index, "PyPI a 1.0"),
    ...findings(index, "PyPI b 1.0", { via: ["top@1"] }),
  ]);
  expect(report.actions.map((one) => [one.to, one.closes.map(({ id }) => id), one.remains])).toEqual([
    ["1.1", ["CVE-2026-1000"], [{ id: "CVE-2026-1001", fixedIn: null }]],
  ]);
  expect(report.unfixed.map((one) => [one.package, one.reason, one.findings.length])).toEqual([
    ["a", "no_fix", 1],
    ["b", "no_fix", 1],
  ]);
  const says = report.unfixed[1]?.alternatives.map(({ kind, says: text }) => `${kind}: ${text}`).join("\n");
  expect(says).toMatch(/replace: Replace b, or top@1, which brings it,[^]*mitigate: Read CVE-2026-1002[^]*watch: /);
  expect(report.riskShare).toBeCloseTo(1 / 3);
});

test("where records of one weakness disagree, the fix that a later range names is tried", async () => {
  const record = (id: string, ...events: object[][]) =>
    parseOsvRecord({
      id,
      aliases: ["CVE-2026-0001"],
      modified: "2026-01-01T00:00:00Z",
      affected: [
        {
          package: { ecosystem: "crates.io", name: "a" },
          ranges: events.map((one) => ({ type: "SEMVER", events: one })),
        },
      ],
    });
  const builder = createIndexBuilder();
  builder.add(record("RUSTSEC-2026-0001", [{ introduced: "0" }, { fixed: "0.2.0" }]));
  builder.add(
    record(
      "GHSA-aaaa-bbbb-cccc",
      [{ introduced: "0.1.0" }, { last_affected: "0.2.0" }],
      [{ introduced: "0.2.7" }, { fixed: "0.2.23" }],
    ),
  );
  const index = openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
  const wanted = { ecosystem: "crates.io", name: "a", version: "0.1.42", fixedIn: ["0.2.0"], noMajor: false };
  expect(targetVersion(wanted, index)).toEqual({ version: "0.2.23", remains: [] });
});

test("without major versions the best one below is taken, and what it leaves is named with its fix", async () => {
  const index = indexOf("PyPI a 0..1.4", "PyPI a 0..2.0", "PyPI b 0..3.0");
  const all = [...findings(index, "PyPI a 1.0"), ...findings(index, "PyPI b 1.0")];
  const free = await plan(index, all);
  expect(free.actions.map((one) => [one.to, one.crossesMajor, one.withinMajor])).toEqual([
    ["2.0", true, { to: "1.4", closes: 1 }],
    ["3.0", true, undefined],
  ]);
  const held = await plan(index, all, { noMajor: true });
  expect(held.actions.map((one) => [one.package, one.to, one.remains])).toEqual([
    ["a", "1.4", [{ id: "CVE-2026-1001", fixedIn: "2.0" }]],
  ]);
  expect(held.unfixed.map((one) => [one.package, one.reason, one.fixedIn])).toEqual([
    ["a", "major_version", "2.0"],
    ["b", "major_version", "3.0"],
  ]);
});

test("upgrades are ordered by the risk they close, with shares that add up; top and only choose", async () => {
  const index = indexOf("PyPI a 0..1.1", "PyPI b 0..1.1", "PyPI b 0..1.2", "PyPI b 0..1.3");
  const places = [
    { path: "requirements.txt", reader: "requirements" },
    { path: "other.txt", reader: "requirements" },
    { path: "node_modules/x/requirements.txt", reader: "requirements" },
  ];
  const all = [...findings(index, "PyPI a 1.0", { places }), ...findings(index, "PyPI b 1.0")];
  const { actions, findings: count } = await plan(index, all);
  expect(actions.map((one) => [one.package, one.path, one.riskShare, one.riskShareSoFar])).toEqual([
    ["b", "requirements.txt", 0.6, 0.6],
    ["a", "other.txt", 0.2, 0.8],
    ["a", "requirements.txt", 0.2, 1],
  ]);
  expect(count).toBe(5);
  expect((await plan(index, all, { top: 1 })).riskShare).toBe(0.6);
  expect((await plan(index, all, { only: new Set(["a"]) })).actions.map((one) => one.package)).toEqual(["a", "a"]);
});

test("a release is taken before a prerelease that closes as much", async () => {
  const index = indexOf("npm n 0..2.0.0-rc.1", "npm n 2.0.0-rc.1..2.0.0", "npm n 0..1.9.0");
  const { actions } = await plan(index, findings(index, "npm n 1.0.0"));
  expect(actions.map((one) => one.to)).toEqual(["2.0.0"]);
});

test("no command is made of a name or a version that no registry could hold", async () => {
  const names = ["--registry=http://evil", "a;rm -rf ~", "$(id)", "a b", "../../x", "a@1", "-x", "git+https://x/y"];
  for (const name of names) {
    const index = indexOf(`npm ${name.replaceAll(" ", "")} 0..1.1`);
    const place = [{ path: "package-lock.json", reader: "npm-lock" }];
    const [one] = findings(index, `npm ${name.replaceAll(" ", "")} 1.0.0`, { places: place, package: name });
    const { actions } = await plan(index, one === undefined ? [] : [one]);
    for (const action of actions) expect([action.kind, action.commands, action.edits]).toEqual(["manual", [], []]);
  }
  const index = indexOf("PyPI a 0..1.1");
  const [bad] = findings(index, "PyPI a 1.0", { fixedIn: "1.1;id" });
  expect((await plan(index, [bad!])).actions).toEqual([]);
});

test("places without a package manager and targets without files are told to be mended by hand", async () => {
  const index = indexOf("PyPI a 0..1.1");
  const jar = [{ path: "app.jar", reader: "jar", inside: "x" }];
  const [action] = (await plan(index, findings(index, "PyPI a 1.0", { places: jar }))).actions;
  expect(action).toMatchObject({ kind: "manual", manager: "", to: "1.1" });
  const gone = await plan(index, findings(index, "PyPI a 1.0"), { filesOf: () => null });
  expect(gone.actions[0]).toMatchObject({ kind: "manual", to: "1.1" });
});
