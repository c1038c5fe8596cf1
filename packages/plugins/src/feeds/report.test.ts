import { expect, test } from "vitest";
import { Tally } from "./report.ts";

const fields = { feed: "osv", location: "here", readAt: new Date("2026-01-02T00:00:00Z"), notCovered: [] };

test("a record modified in the future does not make the data look newer than now", () => {
  const tally = new Tally(new Date("2026-01-02T00:00:00Z"));
  tally.dated("2025-12-31T00:00:00Z");
  tally.dated("2027-07-09T00:00:00Z");
  expect(tally.report(fields).dataAt).toBe("2025-12-31T00:00:00Z");
});

test("a report names at most twenty origins and says how many more there are", () => {
  const tally = new Tally(new Date());
  for (let i = 0; i < 30; i += 1) tally.origins.add(`origin ${i}`);
  expect(tally.report(fields).origins).toHaveLength(21);
  expect(tally.report(fields).origins.at(-1)).toBe("and 10 more");
});

const originsOf = (origins: readonly string[]): readonly string[] => {
  const tally = new Tally(new Date());
  for (const origin of origins) tally.origins.add(origin);
  return tally.report(fields).origins;
};

test("where each record names a file, the folder that they lie in is told, with how many they are", () => {
  const files = Array.from({ length: 60 }, (_, i) => `some/data data/${2019 + (i % 6)}/CVE-${i}.json`);
  expect(originsOf([...files, "hand-made"])).toEqual(["hand-made", "some/data data (60 files)"]);
  expect(originsOf(["a/b/x.json", "a/b/y.json", "a/b/z.json"])).toHaveLength(3);
  const one = ["a", "b", "c", "d"].map((name) => `https://x.example/feed/list/${name}.json`);
  expect(originsOf(one)).toEqual(["https://x.example/feed/list (4 files)"]);
});

test("hosts and what has no folder are not folded into nothing", () => {
  const hosts = Array.from({ length: 9 }, (_, i) => `https://h${i}.example/advisories.json`);
  expect(originsOf(hosts)).toEqual(hosts);
  expect(originsOf(["p/a", "p/b", "p/c", "p/d"])).toEqual(["p/a", "p/b", "p/c", "p/d"]);
});
