import { AppError, parseOsvRecord } from "@zerotrace/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonElements } from "../json-elements.ts";
import { cpeCriteria } from "./configurations.ts";
import { entryOf } from "./entry.ts";

const AT = "2026-01-01T00:00:00.000Z";

const cpeText = fc
  .array(fc.constantFrom(":", "\\", "*", "?", "-", "a", "1", ".", "é", "\u{1f600}", "\ud800"), { maxLength: 30 })
  .map((parts) => `cpe:2.3:a:${parts.join("")}`);
const bounds = fc.dictionary(
  fc.constantFrom("versionStartIncluding", "versionStartExcluding", "versionEndIncluding", "versionEndExcluding"),
  fc.oneof(fc.string(), fc.jsonValue()),
);
const cpeMatch = fc
  .tuple(cpeText, bounds, fc.oneof(fc.boolean(), fc.jsonValue()))
  .map(([criteria, more, vulnerable]) => ({ ...more, criteria, vulnerable }));
const node = fc.record(
  {
    operator: fc.constantFrom("AND", "OR", "XOR"),
    negate: fc.oneof(fc.boolean(), fc.jsonValue()),
    cpeMatch: fc.oneof(fc.array(cpeMatch, { maxLength: 4 }), fc.jsonValue()),
    children: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const cve = fc.record(
  {
    id: fc.constant("CVE-2026-0001"),
    lastModified: fc.oneof(fc.string(), fc.jsonValue()),
    descriptions: fc.oneof(
      fc.array(fc.record({ lang: fc.constantFrom("en", "de"), value: fc.jsonValue() })),
      fc.jsonValue(),
    ),
    metrics: fc.oneof(fc.dictionary(fc.constantFrom("cvssMetricV31", "cvssMetricV2"), fc.jsonValue()), fc.jsonValue()),
    weaknesses: fc.jsonValue(),
    configurations: fc.array(
      fc.record({ operator: fc.constantFrom("AND", "OR"), nodes: fc.array(node, { maxLength: 3 }) }),
    ),
  },
  { requiredKeys: ["id"] },
);

test("whatever an entry holds, it becomes a record that can be used or is bad with a reason", () => {
  fc.assert(
    fc.property(fc.oneof(cve, fc.jsonValue()), (value) => {
      try {
        const { record } = entryOf({ cve: value }, AT);
        if (record !== null) expect(parseOsvRecord(JSON.parse(JSON.stringify(record))).affected).not.toEqual([]);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.code).toBe("BAD_RECORD");
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever a CPE name holds, reading it never fails and its product is lower case", () => {
  fc.assert(
    fc.property(fc.oneof(cpeText, fc.string()), (text) => {
      const criteria = cpeCriteria(text);
      if (criteria !== null) expect(criteria.name).toBe(criteria.name.toLowerCase());
    }),
    { numRuns: 500 },
  );
});

test("whatever bytes come, the list is what JSON.parse says or an error", () => {
  const document = fc.record({ head: fc.jsonValue(), list: fc.array(fc.jsonValue()), tail: fc.string() });
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 3 }), (value, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent));
      const reader = new JsonElements("list");
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const element of reader.push(bytes.subarray(at, at + size))) found.push(JSON.parse(String(element)));
      }
      reader.finish();
      expect(found).toEqual(JSON.parse(bytes.toString("utf8")).list);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'[]{}",:\\ 1ax'.split("")), { maxLength: 60 }), (characters) => {
      const reader = new JsonElements("a");
      try {
        reader.push(Buffer.from(characters.join("")));
        reader.finish();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { numRuns: 2000 },
  );
});
