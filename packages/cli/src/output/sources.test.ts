import type { SourceReport } from "@zerotrace/core";
import { expect, test } from "vitest";
import { sourceLines } from "./sources.ts";

const source = (badCount: number): SourceReport => ({
  feed: "osv",
  location: "/feeds",
  dataAt: "2026-01-01T00:00:00.000Z",
  readAt: "2026-01-01T00:00:00.000Z",
  recordCount: 5,
  badCount,
  bad: Array.from({ length: Math.min(badCount, 20) }, (_, i) => ({
    id: `A-${i}.json`,
    reason: "modified\nis missing.",
  })),
  covers: ["npm"],
  notCovered: [],
  origins: [],
});

test("a source names the first records that cannot be used, each with its reason in one line, and counts the rest", () => {
  const linesOf = (badCount: number) => sourceLines([source(badCount)], 0, new Date("2026-01-01T01:00:00Z"));
  expect(linesOf(0)).toHaveLength(1);
  expect(linesOf(1)[1]).toMatch(/^ {4}unusable: A-0.json: modified.is missing\.$/);
  const many = linesOf(30);
  expect(many).toHaveLength(5);
  expect(many[4]).toBe("    ... and 27 more unusable records");
});
