import * as fc from "fast-check";
import { expect, test } from "vitest";
import { globTest } from "./glob.ts";

test.each([
  ["vendor/**", "vendor/a/b", true],
  ["vendor/**", "vendor", false],
  ["**/a.json", "a.json", true],
  ["**/a.json", "x/y/a.json", true],
  ["**/a.json", "xa.json", false],
  ["@types/*", "@types/node", true],
  ["@types/*", "@types/a/b", false],
  ["*/x/*/y/*", "1/x/2/y/3", true],
  ["**/x/**/y/**/z", "a/x/y/z", true],
  ["**/x/**/y/**/z", "a/x/b/c/y/z/q", false],
  ["a.b", "axb", false],
])("%s and %s: %s", (pattern, text, fits) => {
  expect(globTest(pattern)?.(text)).toBe(fits);
});

test("patterns with many stars mean what a regular expression of them means", () => {
  const part = fc.constantFrom("a", "b", "/", "*", "**", "**/");
  const expressionOf = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern.replaceAll(/\*\*\/|\*+/g, (stars) => (stars === "**/" ? "(?:.*/)?" : stars.length > 1 ? ".*" : "[^/]*"))}$`,
      "s",
    );
  const patterns = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""));
  const texts = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 10 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const fits = globTest(pattern);
      if (fits !== null) expect(fits(text)).toBe(expressionOf(pattern).test(text));
    }),
    { numRuns: 3000 },
  );
});

test("no pattern with any text takes long; what is empty, too long or all stars is none", () => {
  const startedMs = performance.now();
  for (const pattern of ["**a".repeat(8), "*a".repeat(16), "**/".repeat(8) + "b", "**".repeat(8)]) {
    expect(globTest(pattern)?.(`${"a".repeat(4000)}c/`)).toBe(pattern === "**".repeat(8));
  }
  expect(performance.now() - startedMs).toBeLessThan(2000);
  expect(["", "*".repeat(17), "a".repeat(1025)].map((pattern) => globTest(pattern))).toEqual([null, null, null]);
});
