import { parseFailOn, type Policy } from "@zerotrace/core";
import type { ScanFinding } from "@zerotrace/plugins/formats/report";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { failOnOf } from "./run.ts";

const places = ["app/package-lock.json", "tools/package-lock.json"].map((path) => ({ path, reader: "npm-lock" }));
const finding = {
  purl: "pkg:npm/ws@7.5.9",
  ecosystem: "npm",
  package: "ws",
  version: "7.5.9",
  id: "CVE-2024-37890",
  aliases: [],
  title: "",
  fixedIn: "7.5.10",
  severity: "high",
  cvss: 7.5,
  epss: null,
  kev: false,
  risk: 39,
  target: "here",
  places,
} satisfies ScanFinding;

const here: TargetInventory = {
  name: "here",
  kind: "folder",
  os: { id: "", versionId: "", codename: "", prettyName: "", ecosystem: "" },
  places: places.map((place) => ({
    ...place,
    status: "ok",
    packages: [{ component: { ecosystem: "npm", name: "ws", version: "7.5.9" } }],
    problems: [],
  })),
  problems: [],
};

const decided = (failOn: string, more: { ignore?: Policy["ignore"]; baseline?: ReadonlySet<string> } = {}) => {
  const conditions = parseFailOn(failOn);
  const { ignore = [], baseline = null } = more;
  const policy = { failOn: conditions, maxDataAgeDays: undefined, exclude: [], ignore, licenses: null };
  return decide([finding], [here], { policy, policyFolder: null, failOn: conditions, baseline, today: "2026-01-01" });
};
const pathsOf = (all: readonly ScanFinding[]) => all.map((one) => one.places.map(({ path }) => path));

test("what a rule or the baseline leaves out at one place still counts at the others, and the rule is no vain one", () => {
  const byRule = decided("any", { ignore: [{ path: "tools/**", reason: "x" }] });
  const key = JSON.stringify(["npm", "ws", "CVE-2024-37890", "tools/package-lock.json"]);
  for (const one of [byRule, decided("any", { baseline: new Set([key]) })]) {
    expect(pathsOf(one.findings)).toEqual([["app/package-lock.json"]]);
    expect(pathsOf(one.ignored)).toEqual([["tools/package-lock.json"]]);
    expect(one.overCount).toBe(1);
  }
  expect(byRule.warnings).toEqual([]);
  const everywhere = decided("any", { ignore: [{ package: "ws", reason: "x" }] });
  expect([everywhere.findings, everywhere.ignored.length, everywhere.overCount]).toEqual([[], 1, 0]);
});

test("license:unknown needs no lists of licenses; license:deny without any is told, as it can never fail", () => {
  expect(decided("license:unknown")).toMatchObject({ overCount: 1, licenses: [{ package: "ws", verdict: "unknown" }] });
  expect(decided("license:deny").warnings).toEqual([expect.stringContaining("license:deny")]);
  expect(decided("any")).toMatchObject({ licenses: [], warnings: [] });
});

test("an empty --fail-on leaves the policy's own conditions in force", () => {
  const policy = { failOn: parseFailOn("kev"), maxDataAgeDays: undefined, exclude: [], ignore: [], licenses: null };
  const texts = [undefined, "", " ", "any"].map((text) => failOnOf(text, policy).texts);
  expect(texts).toEqual([["kev"], ["kev"], ["kev"], ["any"]]);
});

test("of a license that is declared and one that is concluded the policy judges the concluded one", () => {
  const component = { ecosystem: "npm", name: "ws", version: "7.5.9" };
  const verdictOf = (found: object) => {
    const [place] = here.places;
    const inventory = { ...here, places: [{ ...place!, packages: [{ component, ...found }] }] };
    const failOn = parseFailOn("license:deny");
    const licenses = { deny: ["GPL-3.0-only"] };
    const policy = { failOn, maxDataAgeDays: undefined, exclude: [], ignore: [], licenses };
    const options = { policy, policyFolder: null, failOn, baseline: null, today: "2026-01-01" };
    return decide([], [inventory], options).licenses.map(({ license, verdict }) => `${verdict} ${license}`);
  };
  expect(verdictOf({ license: "GPL-3.0-only", concludedLicense: "MIT" })).toEqual([]);
  expect(verdictOf({ license: "MIT", concludedLicense: "GPL-3.0-only" })).toEqual(["denied GPL-3.0-only"]);
  expect(verdictOf({ license: "GPL-3.0-only" })).toEqual(["denied GPL-3.0-only"]);
});
