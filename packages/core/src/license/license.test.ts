import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../errors.ts";
import {
  formatLicense,
  LICENSE_CHARACTERS_MAX,
  LICENSE_DEPTH_MAX,
  type LicenseExpression,
  parseLicense,
} from "./expression.ts";
import { canonicalLicense, modernLicense, satisfies } from "./satisfies.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");

test("expressions have one canonical text, and what the grammar forbids is refused", () => {
  const lines = readFileSync(join(import.meta.dirname, "testdata/canonical.txt"), "utf8").split("\n");
  for (const line of lines.filter((one) => one.includes("\t") && !one.startsWith("#"))) {
    const [text, canonical] = line.split("\t") as [string, string];
    if (canonical === "refused") expect(() => parseLicense(text), text).toThrow(AppError);
    else expect([text, canonicalLicense(text)]).toEqual([text, canonical]);
  }
});

test("an allow list is satisfied as published", () => {
  const path = join(SHARED, "vectors/spdx-expressions/satisfies-examples.json");
  const { returnTrue, returnFalse, throwErrors } = existsSync(path)
    ? JSON.parse(readFileSync(path, "utf8"))
    : { returnTrue: [], returnFalse: [], throwErrors: [] };
  for (const [text, allowed] of returnTrue) expect(satisfies(text, allowed), text).toBe(true);
  for (const [text, allowed] of returnFalse) expect(satisfies(text, allowed), text).toBe(false);
  for (const [text, allowed] of throwErrors) expect(() => satisfies(text, allowed), text).toThrow(AppError);
});

test("versions, exceptions and case count as licenses mean them", () => {
  const yes: [string, string][] = [
    ["GPL-3.0-or-later", "GPL-2.0+"],
    ["gpl-2.0", "GPL-2.0-ONLY"],
    ["GPL-2.0-with-classpath-exception", "GPL-2.0 WITH classpath-exception-2.0"],
    ["Apache-1.0+", "Apache-2.0"],
    ["CC-BY-SA-3.0", "CC-BY-SA-3.0"],
    ["LicenseRef-a-1.0", "licenseref-A-1.0"],
    ["MIT OR (ISC AND Zlib)", "MIT"],
  ];
  const no: [string, string][] = [
    ["GPL-2.0", "LGPL-2.0"],
    ["GPL-2.0", "GPL-3.0"],
    ["GPL-2.0 WITH x", "GPL-2.0"],
    ["CC-BY-SA-3.0-DE", "CC-BY-SA-3.0"],
    ["LicenseRef-a-1.0", "LicenseRef-a-2.0"],
    ["DocumentRef-d:LicenseRef-a", "LicenseRef-a"],
    ["MIT", "MIT-0"],
    ["MIT AND (ISC OR Zlib)", "MIT"],
  ];
  for (const [text, allowed] of yes) expect([text, satisfies(text, [allowed])]).toEqual([text, true]);
  for (const [text, allowed] of no) expect([text, satisfies(text, [allowed])]).toEqual([text, false]);
  expect(satisfies("MIT", [])).toBe(false);
});

const id = fc.constantFrom("MIT", "GPL-2.0", "GPL-3.0-or-later", "LicenseRef-x", "DocumentRef-a:LicenseRef-b", "0BSD");
const leaf = fc
  .tuple(id, fc.boolean(), fc.option(fc.constantFrom("Bison-exception-2.2", "AdditionRef-z")))
  .map(([one, later, exception]) => {
    const orLater = later && !one.includes("Ref-");
    return { kind: "license", id: one, orLater, exception } as const;
  });
const { tree } = fc.letrec<{ tree: LicenseExpression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.record({ kind: fc.constantFrom("and", "or"), parts: fc.array(tie("tree"), { minLength: 2, maxLength: 4 }) }),
  ),
}));

test("any expression round-trips, and its canonical text means the same", () => {
  const allowed = fc.subarray(["MIT", "GPL-2.0+", "LicenseRef-x", "0BSD WITH AdditionRef-z"]);
  fc.assert(
    fc.property(tree, allowed, (expression, list) => {
      const text = formatLicense(expression);
      const parsed = parseLicense(text);
      expect(parseLicense(formatLicense(parsed))).toEqual(parsed);
      const modern = formatLicense(modernLicense(parsed));
      expect(canonicalLicense(modern)).toBe(modern);
      expect(satisfies(parsed, list)).toBe(satisfies(expression, list));
      expect(satisfies(modern, list)).toBe(satisfies(expression, list));
    }),
  );
});

test("hostile text is refused within its limits, in linear time", () => {
  const nested = (depth: number): string => `${"(".repeat(depth)}MIT${")".repeat(depth)}`;
  expect(formatLicense(parseLicense(nested(LICENSE_DEPTH_MAX)))).toBe("MIT");
  for (const text of [
    nested(LICENSE_DEPTH_MAX + 1),
    "(".repeat(LICENSE_CHARACTERS_MAX),
    "MIT OR ".repeat(5_000_000),
    " ".repeat(LICENSE_CHARACTERS_MAX),
  ])
    expect(() => parseLicense(text)).toThrow(AppError);
  const started = performance.now();
  const wide = "(MIT AND ISC) OR ".repeat(900);
  expect(satisfies(`${wide}Zlib`, ["Zlib"])).toBe(true);
  expect(satisfies(`a-${"1.".repeat(4000)}1`, [`a-${"1.".repeat(4000)}2`])).toBe(false);
  expect(satisfies(`${"1-".repeat(4000)}x`, ["MIT"])).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("(", ")", " ", "+", "MIT", "AND", "WITH", "é") }), (text) => {
      try {
        parseLicense(text);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
