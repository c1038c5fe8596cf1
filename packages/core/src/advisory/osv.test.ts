import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../errors.ts";
import { parseOsvRecord } from "./osv.ts";

const record = (over: object = {}) => ({ id: "X-1", modified: "2026-01-01T00:00:00Z", ...over });
const affected = (events: object[], over: object = {}) =>
  record({ affected: [{ package: { ecosystem: "npm", name: "a" }, ranges: [{ type: "SEMVER", events }], ...over }] });
const rangesOf = (events: object[]) => parseOsvRecord(affected(events)).affected[0]!.ranges;

test("events are sorted by version before they become intervals", () => {
  const ranges = rangesOf([{ fixed: "10.0.0" }, { introduced: "9.0.0" }, { fixed: "2.0.0" }, { introduced: "0" }]);
  expect(ranges).toEqual([
    { introduced: "0", fixed: "2.0.0", lastAffected: null },
    { introduced: "9.0.0", fixed: "10.0.0", lastAffected: null },
  ]);
});

test("a last affected version closes inclusively, an open range has no end, a fix alone affects nothing", () => {
  expect(rangesOf([{ introduced: "1.0.0" }, { last_affected: "1.0.0" }])).toEqual([
    { introduced: "1.0.0", fixed: null, lastAffected: "1.0.0" },
  ]);
  expect(rangesOf([{ introduced: "0" }])).toEqual([{ introduced: "0", fixed: null, lastAffected: null }]);
  expect(rangesOf([{ fixed: "1.0.0" }])).toEqual([]);
  expect(rangesOf([{ introduced: "1.0.0" }, { fixed: "1.0.0" }])).toEqual([]);
});

test("a limit cuts without being a fix", () => {
  expect(rangesOf([{ introduced: "0" }, { fixed: "3.0.0" }, { limit: "2.0.0" }])).toEqual([
    { introduced: "0", fixed: "3.0.0", lastAffected: null, limit: "2.0.0" },
  ]);
  expect(rangesOf([{ introduced: "2.5.0" }, { limit: "2.0.0" }])).toEqual([]);
  expect(rangesOf([{ introduced: "0" }, { limit: "*" }])).toEqual([
    { introduced: "0", fixed: null, lastAffected: null },
  ]);
});

test("odd but legal records survive: no affected, zero instants, a future date, GIT ranges, ten thousand ranges", () => {
  expect(parseOsvRecord(record({ published: "0001-01-01T00:00:00Z", modified: "2099-01-01T00:00:00Z" }))).toMatchObject(
    {
      publishedAt: null,
      modifiedAt: "2099-01-01T00:00:00.000Z",
      affected: [],
    },
  );
  expect(
    parseOsvRecord(record({ affected: [{ ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] }] })).affected,
  ).toEqual([]);
  const ranges = Array.from({ length: 10_000 }, (_, i) => ({
    type: "SEMVER",
    events: [{ introduced: `${i}.0.0` }, { fixed: `${i}.0.1` }],
  }));
  expect(parseOsvRecord(affected([], { ranges })).affected[0]!.ranges).toHaveLength(10_000);
});

test("severity comes from CVSS vectors, newest first, and the source's own word", () => {
  const parsed = parseOsvRecord(
    record({
      severity: [
        { type: "CVSS_V2", score: "AV:N/AC:L/Au:N/C:C/I:C/A:C" },
        { type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" },
        { type: "CVSS_V4", score: "nonsense" },
        { type: "Ubuntu", score: "Negligible" },
      ],
    }),
  );
  expect(parsed.severity).toEqual({
    vectors: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:C/I:C/A:C"],
    label: "negligible",
  });
});

test("a record that cannot be used is refused with the field named", () => {
  const cases: [unknown, string][] = [
    [null, "record"],
    [{}, "id"],
    [{ id: "X" }, "modified"],
    [record({ modified: "soon" }), "modified"],
    [record({ aliases: [1] }), "aliases[0]"],
    [record({ affected: [{ package: { name: "a" } }] }), "affected[0].package.ecosystem"],
    [affected([{ introduced: 5 }]), "affected[0].ranges[0].events[0].introduced"],
    [record({ id: "x".repeat(1000) }), "id"],
  ];
  for (const [json, field] of cases) {
    expect(() => parseOsvRecord(json)).toThrow(expect.objectContaining({ code: "BAD_RECORD", field }));
  }
});

test("any JSON either parses or gives BAD_RECORD", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom("affected", "severity", "aliases", "upstream", "summary"),
      (value, key) => {
        for (const json of [value, record({ [key]: value }), record({ affected: [value] })]) {
          try {
            parseOsvRecord(json);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      },
    ),
  );
});

test("white space around names and versions is no part of them, nor the case of a CVE", () => {
  const read = parseOsvRecord({
    id: "DRUPAL-CORE-2020-006",
    modified: "2020-06-17T00:00:00Z",
    aliases: ["CVE-2020-13665 ", "CVE-2020-13665", "cve-2020-13665"],
    affected: [{ package: { ecosystem: "Packagist", name: "drupal/core " }, versions: [" 8.8.0"] }],
  });
  expect(read.aliases).toEqual(["CVE-2020-13665"]);
  expect(read.affected[0]).toMatchObject({ name: "drupal/core", versions: ["8.8.0"] });
  expect(() => parseOsvRecord({ id: " ", modified: "2020-06-17T00:00:00Z" })).toThrow("id must not be empty.");
});
