import { expect, test } from "vitest";
import { relaxedJson } from "./relaxed-json.ts";

test("comments and commas before a bracket are read over, texts are left as they are", () => {
  const text = '{ // one\n "a": "x, } // no", /* two\n */ "b": [1, 2, /* , */ ], "c\\"": {"d": 1,\n},\n}';
  expect(relaxedJson("x", text)).toEqual({ a: "x, } // no", b: [1, 2], 'c"': { d: 1 } });
});

test("what is no JSON even so is refused by name", () => {
  for (const text of ["", "{", "[1,,]", '"a', "/*", "//", '{"a": 1 "b": 2}', "[1 /]"]) {
    expect(() => relaxedJson("a/x.json", text)).toThrow(/a\/x\.json/);
  }
});
