import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { baseScore, severityOfLabel, severityOfScore } from "./cvss.ts";
import { MACROVECTOR_SCORES } from "./cvss4-table.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");

const OWN: readonly [string, number][] = [
  ["AV:N/AC:L/Au:N/C:C/I:C/A:C", 10],
  ["AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", 4.9],
  ["CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9],
  ["CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1],
  ["CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3],
  ["CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 5.2],
];

const published = (): [string, number][] =>
  ["v2", "v30", "v31", "v4"].flatMap((version) => {
    const path = join(SHARED, `vectors/cvss-claircore/${version}_score.list`);
    if (!existsSync(path)) return [];
    const rows = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("#"));
    return rows.flatMap((line): [string, number][] => {
      const found = /^(\S+)\s+([\d.]+)/.exec(line);
      return found ? [[found[1]!, Number(found[2])]] : [];
    });
  });

test("scores of every CVSS version are exactly the published ones", () => {
  for (const [vector, score] of [...OWN, ...published()])
    expect([vector, baseScore(vector)?.score]).toEqual([vector, score]);
});

test("the MacroVector table has all 270 rows", () => {
  expect(Object.keys(MACROVECTOR_SCORES)).toHaveLength(270);
});

test("a vector that is not valid has no score, and nothing throws", () => {
  const wrong = [
    "",
    "CVSS:3.1",
    "CVSS:9.9/AV:N",
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:X",
    "AV:N/AC:L/Au:N/C:N/I:N",
  ];
  for (const vector of [...wrong, "CVSS:3.1/__proto__:N", "A".repeat(100_000)]) expect(baseScore(vector)).toBeNull();
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
