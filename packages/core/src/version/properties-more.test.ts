import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys, SCHEMES } from "./index.ts";
import { MAX_VERSION_CHARS } from "./key.ts";

const RUNS = 4_000;

const number = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 11 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom("00", "007", "010", "1".repeat(30), "9".repeat(31)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(0xef, 0xffff, 0xffffff, 0xffffffff, 9_999_999_999), fc.nat({ max: 2 }))
      .map(([edge, step]) => String(edge + step)),
  },
);

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((all) => all.join(""));
}

function optional(of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(""), of);
}

/** Joins up to `most` pieces, each a number or one of the words. */
function pieces(most: number, ...words: string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof(number, fc.constantFrom(...words)), { minLength: 1, maxLength: most })
    .map((all) => all.join(""));
}

function separated(...separators: string[]): fc.Arbitrary<string> {
  return fc.array(fc.tuple(fc.constantFrom(...separators), number), { minLength: 1, maxLength: 5 }).map((all) =>
    all
      .map((pair) => pair.join(""))
      .join("")
      .slice(1),
  );
}

const threeNumbers = fc.array(number, { minLength: 1, maxLength: 3 }).map((all) => all.join("."));
const identifiers = fc
  .array(fc.oneof(number, fc.constantFrom("a", "A", "rc1", "rc", "1a", "-")), { minLength: 1, maxLength: 3 })
  .map((all) => all.join("."));

/** For alpm what makepkg can build: a release on every version, no part that ends in a separator. */
const VERSIONS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  alpm: joined(
    optional(fc.constantFrom("0:", "1:", "2:")),
    pieces(5, ".", "..", "_", "+", "a", "rc", "Z"),
    number,
    optional(fc.constantFrom("a", "rc", ".b")),
    fc.constant("-"),
    number,
    optional(joined(fc.constant("."), number)),
  ),
  bitnami: joined(
    threeNumbers,
    optional(joined(fc.constant("-"), identifiers)),
    optional(joined(fc.constant("+"), identifiers)),
  ),
  cpe: pieces(8, ".", "-", "_", "a", "rc", "beta", "p", "final", "(", "R"),
  cran: separated(".", "-"),
  freebsd: joined(
    pieces(7, ".", ".", "+", "-", "a", "b", "pl", "alpha", "rc", "dev", "*", "."),
    optional(joined(fc.constant("_"), number)),
    optional(joined(fc.constant(","), number)),
  ),
  hackage: separated("."),
  homebrew: joined(
    pieces(6, ".", ".", "-", "a", "b", "k", "alpha", "rc", "pre", "p", ".post1", "_"),
    optional(joined(fc.constant("_"), number)),
  ),
  julia: joined(
    threeNumbers,
    optional(fc.oneof(fc.constantFrom("-", "rc1", "a.b"), joined(fc.constant("-"), identifiers))),
    optional(fc.oneof(fc.constant("+"), joined(fc.constant("+"), identifiers))),
  ),
  opam: pieces(8, ".", "~", "+", "-", ":", "a", "Z", "rc", "_"),
  pub: joined(
    threeNumbers,
    optional(joined(fc.constant("-"), identifiers)),
    optional(joined(fc.constant("+"), identifiers)),
  ),
};

const OURS = SCHEMES.filter(({ id }) => Object.hasOwn(VERSIONS, id));

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("0", "1", ".", "-", "~", "a", "_", ":", "+", "rc", "v", "\n"),
    maxLength: 1_100,
  }),
);

test("every one of these schemes has versions to try", () => {
  expect(OURS.map(({ id }) => id)).toEqual(Object.keys(VERSIONS));
});

test.each(OURS)("$id: the order of keys is the order of the comparator, and it is a total order", (scheme) => {
  const version = VERSIONS[scheme.id] as fc.Arbitrary<string>;
  let judged = 0;
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const [keyA, keyB, keyC] = [scheme.key(a), scheme.key(b), scheme.key(c)];
      expect(scheme.compare(a, a)).toBe(keyA === null ? null : 0);
      const ab = scheme.compare(a, b);
      if (keyA === null || keyB === null) {
        expect(ab).toBeNull();
        return;
      }
      judged++;
      expect(compareKeys(keyA, keyB)).toBe(ab);
      expect(scheme.compare(b, a)).toBe(0 - (ab as number) || 0);
      if (keyC === null) return;
      const bc = scheme.compare(b, c) as number;
      if ((ab as number) <= 0 && bc <= 0) expect(scheme.compare(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: RUNS },
  );
  expect(judged).toBeGreaterThan(RUNS / 4);
});

test.each(OURS)("$id: hostile strings do not throw; keys and comparator agree", (scheme) => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      const [keyA, keyB] = [scheme.key(a), scheme.key(b)];
      const byKey = keyA === null || keyB === null ? null : compareKeys(keyA, keyB);
      const result = scheme.compare(a, b);
      // Where the order is not total a version may parse and have no key.
      if (scheme.isTotal !== false || byKey !== null) expect(result).toBe(byKey);
    }),
    { numRuns: 500 },
  );
});

test("the longest versions keep their order: no key outgrows the buffer", () => {
  const endings = ["", "1", "2", "a"];
  for (const scheme of OURS) {
    for (const piece of ["1", "1.", "0.", "a", "a.", "1a", "a1", "~", "99999999999.", "-a", "+1", ".rc"]) {
      const body = `1.0${piece.repeat(MAX_VERSION_CHARS)}`.slice(0, MAX_VERSION_CHARS - 4);
      for (const [a, b] of endings.flatMap((x) => endings.map((y) => [body + x, body + y] as const))) {
        const [keyA, keyB] = [scheme.key(`${a}1-1`), scheme.key(`${b}1-1`)];
        if (scheme.isTotal === false && (keyA === null || keyB === null)) continue;
        const expected = keyA === null || keyB === null ? null : compareKeys(keyA, keyB);
        expect(scheme.compare(`${a}1-1`, `${b}1-1`), `${scheme.id} ${piece}`).toBe(expected);
      }
    }
  }
});

test("these schemes take linear time on strings made to backtrack", () => {
  const started = performance.now();
  for (const scheme of OURS)
    for (const piece of ["1", "1.", "1-", "a", ".a", "-a", "+a", "-1.", "+1.", "1.1-", " ", "rc", "0.", "--", "v"])
      for (const ending of ["", "!", "\n!", "\u0000", "é"]) {
        const text = `1.1.1${piece.repeat(MAX_VERSION_CHARS)}`.slice(0, MAX_VERSION_CHARS - 3) + ending;
        scheme.compare(text, text);
        scheme.key(text);
      }
  expect(performance.now() - started).toBeLessThan(2_000);
});
