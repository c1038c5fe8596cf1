import * as fc from "fast-check";
import { expect, test } from "vitest";
import { groupRecords, type NamedRecord } from "./aliases.ts";

const named = (id: string, aliases: string[] = [], upstream: string[] = []): NamedRecord => ({ id, aliases, upstream });

const grouped = (records: NamedRecord[]) => [...groupRecords(records)];

const shape = (records: NamedRecord[]) => grouped(records).map(({ id, aliases }) => ({ id, aliases }));

test("id, aliases and a single upstream make one group under the smallest CVE", () => {
  const groups = grouped([
    named("GHSA-a", ["CVE-2024-10000"]),
    named("PYSEC-1", ["GHSA-a", "CVE-2024-9999"].slice(0, 1)),
    named("DEBIAN-CVE-2024-10000", [], ["CVE-2024-10000"]),
  ]);
  expect(groups).toEqual([
    {
      id: "CVE-2024-10000",
      aliases: ["DEBIAN-CVE-2024-10000", "GHSA-a", "PYSEC-1"],
      records: [0, 1, 2],
      notice: false,
    },
  ]);
});

test("a notice of several CVEs stays alone and merges nothing, also through its name", () => {
  const groups = grouped([
    named("DSA-1", [], ["CVE-2024-0001", "CVE-2024-0002"]),
    named("GHSA-n", ["CVE-2024-0001", "CVE-2024-0002"]),
    named("CVE-2024-0001", ["GHSA-n"]),
    named("CVE-2024-0002", ["GHSA-n"]),
  ]);
  expect(groups.map((g) => [g.id, g.records])).toEqual([
    ["CVE-2024-0001", [2]],
    ["CVE-2024-0002", [3]],
    ["DSA-1", [0]],
    ["GHSA-n", [1]],
  ]);
});

test("the order of records does not change the groups", () => {
  const name = fc.constantFrom("CVE-2024-0001", "CVE-2024-0002", "GHSA-a", "GHSA-b", "PYSEC-1", "DSA-1");
  const record = fc.record({
    id: name,
    aliases: fc.uniqueArray(name, { maxLength: 3 }),
    upstream: fc.uniqueArray(name, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), (records) => {
      expect(shape(records.toReversed())).toEqual(shape(records));
    }),
  );
});
