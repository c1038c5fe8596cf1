import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { baseScore, formatCvss, parseCvss, scores, severityOfLabel, severityOfScore } from "./cvss.ts";
import { TABLE_V2 } from "./cvss2.ts";
import { TABLE_V3 } from "./cvss3.ts";
import { TABLE_V4 } from "./cvss4.ts";
import { MACROVECTOR_SCORES } from "./cvss4-table.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");

/** Lines of a file of our own, or of published vectors where they are at hand; comments cut off. */
const lines = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .map((line) => line.replace(/(^|\s)# .*/, "").trimEnd())
        .filter((line) => line !== "")
    : [];
const own = (name: string): string[] => lines(join(import.meta.dirname, "testdata", name));
const published = (suffix: string): string[] =>
  ["v2", "v3", "v30", "v31", "v4"].flatMap((v) => lines(join(SHARED, `vectors/cvss-claircore/${v}_${suffix}.list`)));

test("base, temporal and environmental scores are those of the specifications' equations", () => {
  for (const line of own("scores.txt")) {
    const [vector, base, temporal, environmental] = line.split("\t");
    const found = scores(vector!)!;
    expect([vector, found.base, found.temporal, found.environmental]).toEqual([
      vector,
      Number(base),
      temporal === undefined ? null : Number(temporal),
      environmental === undefined ? null : Number(environmental),
    ]);
  }
});

test("scores of every CVSS version are exactly the published ones", () => {
  for (const line of published("score")) {
    const [vector, score] = line.split(/\s+/) as [string, string];
    expect([vector, baseScore(vector)?.score]).toEqual([vector, Number(score)]);
  }
});

test("a vector in the specification's order is written back as it was read, metrics that say nothing included", () => {
  const vectors = [...own("scores.txt").map((line) => line.split("\t")[0]!), ...published("roundtrip")];
  for (const vector of vectors) expect(formatCvss(parseCvss(vector)!)).toBe(vector);
  const unordered = parseCvss("CVSS:3.1/A:N/I:N/C:L/S:U/UI:R/PR:N/AC:H/AV:N")!;
  expect(formatCvss(unordered)).toBe("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N");
});

test("vectors that no version allows are refused, their valid neighbors are not", () => {
  for (const vector of own("refused.txt")) expect([vector, parseCvss(vector)]).toEqual([vector, null]);
  // Each published list is of one version: a vector of another one counts as refused there.
  for (const major of ["2", "3", "4"]) {
    for (const line of lines(join(SHARED, `vectors/cvss-claircore/v${major}_error.list`))) {
      const vector = line.replace(" #OK", "");
      expect([vector, parseCvss(vector)?.version[0] === major]).toEqual([vector, line !== vector]);
    }
  }
});

test("any vector built of a version's own metrics round-trips and scores between 0 and 10", () => {
  const versions = [
    ["2.0", TABLE_V2],
    ["3.0", TABLE_V3],
    ["3.1", TABLE_V3],
    ["4.0", TABLE_V4],
  ] as const;
  const any = fc.constantFrom(...versions).chain(([version, table]) => {
    const metrics = Object.entries(table.values).map(([name, values]) =>
      fc.tuple(fc.constant(name), fc.constantFrom(...values)),
    );
    return fc.tuple(...metrics).map((pairs) => ({ version, metrics: new Map(pairs) }));
  });
  fc.assert(
    fc.property(any, (vector) => {
      const text = formatCvss(vector);
      expect(parseCvss(text)).toEqual(vector);
      const { base, temporal, environmental } = scores(text)!;
      for (const score of [base, temporal ?? 0, environmental ?? 0]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(10);
        expect(Number(score.toFixed(1))).toBe(score);
      }
    }),
  );
});

test("the MacroVector table has all 270 rows, as published", () => {
  expect(Object.keys(MACROVECTOR_SCORES)).toHaveLength(270);
  for (const text of lines(join(SHARED, "vectors/cvss-first-v4/macrovector-lookup.json"))) {
    const row = /"(\d{6})":\s*"?([\d.]+)/.exec(text);
    if (row) expect([row[1], MACROVECTOR_SCORES[row[1]!]]).toEqual([row[1], Number(row[2])]);
  }
});

test("a vector that is not valid has no score, and nothing throws", () => {
  for (const vector of ["", "/", ":", "A".repeat(100_000), "/".repeat(500)]) expect(baseScore(vector)).toBeNull();
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const prefix of ["", "CVSS:3.1/", "CVSS:4.0/"]) baseScore(prefix + text);
    }),
  );
});

test("words of scores and labels share one scale", () => {
  expect([0, 0.1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map(severityOfScore)).toEqual([
    "none",
    "low",
    "low",
    "medium",
    "medium",
    "high",
    "high",
    "critical",
    "critical",
  ]);
  const labels = ["MODERATE", "Important", "unimportant", "negligible", "not yet assigned", "", "toString", "Critical"];
  expect(labels.map(severityOfLabel)).toEqual([
    "medium",
    "high",
    "low",
    "low",
    "unknown",
    "unknown",
    "unknown",
    "critical",
  ]);
});
