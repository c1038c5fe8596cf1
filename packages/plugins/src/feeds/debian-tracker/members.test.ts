import { expect, test } from "vitest";
import { JsonMembers, MEMBER_LIMITS } from "./members.ts";

function cut(text: string, chunkBytes: number, limits = MEMBER_LIMITS): [string, string, unknown][] {
  const bytes = Buffer.from(text);
  const reader = new JsonMembers(limits);
  const found: [string, string, unknown][] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    for (const { outer, inner, value } of reader.push(chunk)) {
      found.push([outer, inner, value && JSON.parse(value.toString("utf8"))]);
    }
    chunk.fill(0);
  }
  reader.finish();
  return found;
}

const DOCUMENT = {
  'a "b"': { x: { deep: ["]}", { "\\": 1 }] }, y: [1, [2]], é: "text, with: {signs}", n: 12.5, f: false, e: {} },
  none: {},
  last: { z: null },
};
const MEMBERS = Object.entries(DOCUMENT).flatMap(([outer, object]) =>
  Object.entries(object).map(([inner, value]) => [outer, inner, value]),
);

test("the inner members come out whole however the bytes are cut", () => {
  for (const text of [JSON.stringify(DOCUMENT), JSON.stringify(DOCUMENT, null, "\t ")]) {
    for (const size of [1, 2, 3, 7, 64, 10_000]) expect(cut(text, size)).toEqual(MEMBERS);
  }
  expect(cut("{}", 1)).toEqual([]);
});

test("what is no object of objects is refused", () => {
  for (const text of [
    "",
    "[]",
    "{",
    "1",
    '{"a":1}',
    '{"a":[]}',
    '{"a":{"b":1}',
    "{}{}",
    "{}x",
    '{"a":{1:2}}',
    "{{}}",
    "}",
    ",",
  ]) {
    for (const size of [1, 100]) expect(() => cut(text, size), text).toThrow();
  }
  expect(() => cut("[".repeat(1000), 100)).toThrow();
});

test("depth, number and length are bounded; one value over the limit is null, the others are read", () => {
  const limits = { maxDepth: 6, maxValueBytes: 20, maxKeyBytes: 10, maxMembers: 3 };
  expect(cut(`{"a":{"b":"${"x".repeat(100)}","c":2}}`, 7, limits)).toEqual([
    ["a", "b", null],
    ["a", "c", 2],
  ]);
  expect(() => cut('{"a":{"b":[[[[[[1]]]]]]}}', 7, limits)).toThrow("nested deeper");
  expect(() => cut('{"a":{"b":1,"c":1,"d":1,"e":1}}', 7, limits)).toThrow("more than 3");
  expect(() => cut(`{"${"k".repeat(100)}":{}}`, 7, limits)).toThrow("too long");
});
