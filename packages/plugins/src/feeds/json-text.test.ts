import { expect, test } from "vitest";
import { parseJson } from "./json-text.ts";

const parse = (text: string, maxDepth?: number) => parseJson(Buffer.from(text), maxDepth);

test("what JSON.parse reads is read the same, brackets in strings are no nesting", () => {
  for (const text of ['{"a":[1,{"b":"]}[{"}]}', '["\\"[[[[","\\\\"]', '"é"', "[[],[],[],{}]", " 1 "]) {
    expect(parse(text, 3)).toEqual(JSON.parse(text));
  }
});

test("the mark that some editors write before UTF-8 is no part of the text", () => {
  expect(parse('\uFEFF{"a":"\uFEFF"}')).toEqual({ a: "\uFEFF" });
});

test("deep nesting is refused before it costs anything; other faults are those of JSON.parse", () => {
  expect(() => parse("[[[]]]", 2)).toThrow("nested deeper than 2");
  expect(() => parseJson(Buffer.alloc(20_000_000, "["))).toThrow("nested deeper");
  for (const text of ["", "{", '"', '"\\', "[1,]", "\xff"]) expect(() => parse(text)).toThrow();
});
