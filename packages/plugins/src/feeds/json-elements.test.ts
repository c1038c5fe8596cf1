import { expect, test } from "vitest";
import { ELEMENT_LIMITS, JsonElements } from "./json-elements.ts";
import type { ElementLimits } from "./json-elements.ts";

function cut(text: string, chunkBytes: number, limits: ElementLimits = ELEMENT_LIMITS) {
  const bytes = Buffer.from(text);
  const reader = new JsonElements("list", limits);
  const elements: unknown[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    for (const element of reader.push(chunk)) elements.push(element && JSON.parse(element.toString("utf8")));
    chunk.fill(0);
  }
  reader.finish();
  return { elements, head: Object.fromEntries(reader.head) };
}

const DOCUMENT = {
  format: 'a "quoted" \\ word',
  count: 3,
  none: null,
  skipped: { list: [1, 2, { deep: "]}" }] },
  list: [{ a: "é]}[{" }, [1, [2]], "text, with: signs", 12.5, null, true, {}, []],
  after: { x: 1 },
  last: false,
};

test("the elements of the list come out whole however the bytes are cut", () => {
  const expected = {
    elements: DOCUMENT.list,
    head: { format: DOCUMENT.format, count: 3, none: null, last: false },
  };
  for (const text of [JSON.stringify(DOCUMENT), JSON.stringify(DOCUMENT, null, "\t ")]) {
    for (const size of [1, 2, 3, 7, 64, 10_000]) expect(cut(text, size)).toEqual(expected);
  }
  expect(cut('{"list":[]}', 3).elements).toEqual([]);
});

test("what is no object with that list is refused", () => {
  for (const text of [
    "",
    "[]",
    "{",
    '{"list":[',
    '{"list":[1]',
    "{}",
    '{"list":1}',
    '{"a":{"list":[]}}',
    '{"list":[]}x',
  ]) {
    expect(() => cut(text, 4), text).toThrow();
  }
  expect(() => cut("[".repeat(1000), 100)).toThrow();
});

test("depth, number and length are bounded; one element over the limit is null, the others are read", () => {
  const limits = { maxDepth: 5, maxElementBytes: 20, maxElements: 4, maxHeadBytes: 10 };
  expect(cut(`{"list":["${"x".repeat(100)}",2]}`, 7, limits).elements).toEqual([null, 2]);
  expect(() => cut('{"list":[[[[[[[1]]]]]]]}', 7, limits)).toThrow("nested deeper");
  expect(() => cut('{"list":[1,2,3,4,5]}', 7, limits)).toThrow("more than 4");
  expect(() => cut(`{"${"k".repeat(100)}":1,"list":[]}`, 7, limits)).toThrow("too long");
  expect(cut(`{"skip":[${"1,".repeat(100)}1],"list":[]}`, 7, limits).elements).toEqual([]);
});
