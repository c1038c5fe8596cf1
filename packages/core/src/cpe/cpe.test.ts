import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cpeProduct, parseCpe } from "./cpe.ts";
import { formatCpe } from "./formatted.ts";
import { CPE_ANY, CPE_ATTRIBUTES, CPE_CHARACTERS_MAX, CPE_NA, type CpeAttribute, cpeName, formatWfn } from "./name.ts";
import { compareCpe, compareCpeAttributes, compareCpeValues } from "./relation.ts";
import { formatCpeUri } from "./uri.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
type Values = Partial<Record<CpeAttribute, string>>;

const OWN: { unbind: [string, Values][]; refused: string[]; relations: [string, string, string][] } = JSON.parse(
  readFileSync(join(import.meta.dirname, "testdata/names.json"), "utf8"),
);
const published = (name: string): never[] => {
  const path = join(SHARED, "vectors/cpe", name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
};

/** Two published cases lost characters on their way: a grave accent, and one of two levels of quoting. */
const RESTORED: Readonly<Record<string, [string, Values]>> = {
  "cpe:/a:%60:%7b%7c%7d%7ea": ["cpe:/a:%60:%7b%7c%7d%7ea", { vendor: "\\`", product: "\\{\\|\\}\\~a" }],
  "cpe:2.3:a:micr\\\\?osoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*": [
    "cpe:2.3:a:micr\\?osoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*",
    { vendor: "micr\\?osoft", version: "8\\.0\\.6001" },
  ],
};

test("URIs and formatted strings are read as the specification unbinds them", () => {
  const rows = published("unbind.json").map(({ cpe, wfn }): [string, Values] => RESTORED[cpe] ?? [cpe, wfn]);
  for (const [text, values] of [...OWN.unbind, ...rows]) expect(parseCpe(text), text).toMatchObject(values);
});

test("names that are not well-formed are refused", () => {
  for (const text of [...OWN.refused, `cpe:/a:${"x".repeat(CPE_CHARACTERS_MAX)}`])
    expect(parseCpe(text), text).toBeNull();
});

test("values relate as the specification's table says", () => {
  for (const [source, target, relation] of OWN.relations) {
    expect([source, target, compareCpeValues(source, target)]).toEqual([source, target, relation]);
  }
});

test("names relate as published: per attribute and over all", () => {
  for (const { source, target, disjoint, equal, subset, superset } of published("name-matching.json")) {
    const found = compareCpe(cpeName(source)!, cpeName(target)!);
    expect([source, target, found]).toEqual([source, target, { disjoint, equal, subset, superset }]);
  }
  for (const { source, target, relations } of published("claircore-relations.json") as {
    source: string;
    target: string;
    relations: string[];
  }[]) {
    const found = Object.values(compareCpeAttributes(parseCpe(source)!, parseCpe(target)!));
    expect(found).toEqual(relations.map((relation) => relation.toLowerCase()));
  }
});

test("a product's key is exact, or there is none", () => {
  expect(cpeProduct("cpe:2.3:a:Apache:http_server:2.4:*:*:*:*:*:*:*")).toBe("a:apache:http_server");
  expect(cpeProduct("cpe:/o:linux:linux_kernel")).toBe("o:linux:linux_kernel");
  expect(cpeProduct("cpe:2.3:a:v:a\\:b.c:1:*:*:*:*:*:*:*")).toBe("a:v:a\\:b.c");
  expect(cpeProduct("cpe:2.3:a:*:p:1:*:*:*:*:*:*:*")).toBeNull();
  expect(cpeProduct("cpe:2.3:a:v:p*:1:*:*:*:*:*:*:*")).toBeNull();
  expect(cpeProduct("nonsense")).toBeNull();
});

const text = fc.string({
  unit: fc.constantFrom("a", "b", "9", "_", ".", "-", "~", ":", "!", "*", "?", "\\", "%", "A"),
  minLength: 1,
  maxLength: 8,
});
const literal = text.map((raw) => raw.toLowerCase().replaceAll(/[^a-z0-9_]/g, (char) => `\\${char}`));
const value = fc.oneof(
  fc.constantFrom(CPE_ANY, CPE_NA),
  literal,
  fc
    .tuple(fc.constantFrom("", "*", "?", "??"), literal, fc.constantFrom("", "*", "???"))
    .map((parts) => parts.join("")),
);
const name = fc
  .tuple(fc.constantFrom("a", "o", "h"), fc.array(value, { minLength: 10, maxLength: 10 }))
  .map(([part, rest]) => Object.fromEntries([part, ...rest].map((one, i) => [CPE_ATTRIBUTES[i]!, one])) as Values);

test("any name survives both bindings, and compares with itself as equal unless it has wildcards", () => {
  fc.assert(
    fc.property(name, (values) => {
      const built = cpeName(values)!;
      expect(built).toEqual(values);
      expect(parseCpe(formatCpe(built))).toEqual(built);
      expect(parseCpe(formatCpeUri(built))).toEqual(built);
      expect(formatWfn(built).startsWith('wfn:[part="')).toBe(true);
      const { equal, disjoint } = compareCpe(built, built);
      expect(disjoint).toBe(false);
      expect(equal).toBe(!Object.values(built).some((one) => /^[*?]|^(?:\\.|[^\\])*[*?]$/.test(one)));
    }),
  );
});

test("an exact value is covered by a wildcard exactly where the same regular expression matches", () => {
  const exact = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 7 });
  const ends = fc.constantFrom("", "*", "?", "??");
  fc.assert(
    fc.property(ends, exact, ends, exact, (left, body, right, target) => {
      if (left + right === "") return;
      const of = (wildcards: string): string => wildcards.replaceAll("*", ".*").replaceAll("?", ".?");
      const expected = new RegExp(`^${of(left)}${body}${of(right)}$`).test(target) ? "superset" : "disjoint";
      expect(compareCpeValues(left + body + right, target)).toBe(expected);
    }),
  );
});

test("hostile text is refused or read, fast, and nothing throws", () => {
  const started = performance.now();
  for (const one of ["?", "*", "\\", ":", "~", "%01", "a?", "\u0000"]) {
    for (const prefix of ["cpe:/a:", "cpe:2.3:a:", ""]) {
      const found = parseCpe(`${prefix}${one.repeat(CPE_CHARACTERS_MAX)}`.slice(0, CPE_CHARACTERS_MAX));
      if (found) compareCpe(found, found);
    }
  }
  const wild = `${"?".repeat(900)}${"ab".repeat(100)}${"?".repeat(900)}`;
  compareCpeValues(wild, "ab".repeat(1000));
  expect(performance.now() - started).toBeLessThan(500);
  fc.assert(fc.property(fc.string(), (raw) => void parseCpe(`cpe:2.3:${raw}`)));
});
