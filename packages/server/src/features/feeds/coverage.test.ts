import type { SourceReport } from "@zerotrace/core";
import { expect, test } from "vitest";
import { coverageRows, coverageTotals } from "./coverage.ts";

const NOW = new Date("2026-03-10T00:00:00Z");
const source = (feed: string, dataAt: string, covers: string[]): SourceReport => ({
  feed,
  location: "",
  dataAt,
  readAt: "2026-03-10T00:00:00Z",
  recordCount: 1,
  badCount: 0,
  bad: [],
  covers,
  notCovered: [],
  origins: [],
});
const record = (ecosystem: string, covered: number, notCovered = 0) => ({
  ecosystem,
  componentCount: covered + notCovered,
  covered,
  notCovered,
  unparsable: 0,
});

test("an ecosystem is current while one deciding source is, stale when all are, none when nobody speaks of it", () => {
  const sources = [
    source("osv", "2026-03-01T00:00:00Z", ["Debian:12", "npm"]),
    source("ghsa", "2026-03-09T12:00:00Z", ["npm"]),
    source("kev", "2026-01-01T00:00:00Z", []),
    source("eol", "2026-03-09T00:00:00Z", []),
  ];
  const records = [record("npm", 5), record("Debian:12", 7), record("Oracle Linux:9", 0, 2), record("OS", 1)];
  const rows = coverageRows(records, sources, NOW, 6);
  expect(rows.map((r) => [r.ecosystem, r.authority, r.sources, r.wouldCover])).toEqual([
    ["npm", "current", ["ghsa", "osv"], []],
    ["Debian:12", "stale", ["osv"], []],
    ["Oracle Linux:9", "none", [], ["oracle"]],
    ["OS", "current", ["eol"], []],
  ]);
  expect(rows[0]?.deciding.map((d) => [d.feed, d.ageHours, d.isStale])).toEqual([
    ["osv", 216, true],
    ["ghsa", 12, false],
  ]);
  expect(coverageTotals(rows)).toEqual({ componentCount: 15, covered: 13, notCovered: 2, unparsable: 0, stale: 7 });
});
