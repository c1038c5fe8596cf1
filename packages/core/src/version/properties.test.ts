import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys, SCHEMES } from "./index.ts";
import { MAX_VERSION_CHARS } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const RUNS = 5_000;

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

/** Joins up to eight pieces, each a number or a word of the scheme. */
function pieces(...words: string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof(number, fc.constantFrom(...words)), { minLength: 1, maxLength: 8 })
    .map((all) => all.join(""));
}

function optional(of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(""), of);
}

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((all) => all.join(""));
}

const dotted = fc.array(number, { minLength: 1, maxLength: 4 }).map((all) => all.join("."));

function tagged(separators: string[], words: string[]): fc.Arbitrary<string> {
  return joined(fc.constantFrom(...separators), fc.constantFrom(...words), optional(number));
}

const SEPARATORS = ["", ".", "-", "_"];

const twoDigits = fc.nat({ max: 23 }).map((value) => String(value).padStart(2, "0"));

const VERSIONS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  apk: joined(
    dotted,
    optional(fc.constantFrom("a", "b", "z")),
    optional(tagged(["_"], ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"])),
    optional(tagged(["_"], ["alpha", "rc", "cvs", "p"])),
    optional(fc.constantFrom("~0", "~0a", "~ff")),
    optional(joined(fc.constant("-r"), number)),
  ),
  conan: joined(
    dotted,
    optional(fc.constantFrom(".a", ".1a", ".*", "b", ".")),
    optional(fc.constantFrom("-", "-rc1", "-a.0", "-1", "-a.1b")),
    optional(fc.constantFrom("+", "+b.2", "+1.0", "+a-b")),
  ),
  datetime: joined(
    fc.constantFrom("2024", "0000", "9999", "1969"),
    fc.constantFrom("-01-01T", "-02-29t", "-12-31T"),
    twoDigits,
    fc.constantFrom(":00:00", ":59:60", ":01:30"),
    optional(joined(fc.constant("."), number)),
    fc.oneof(fc.constantFrom("Z", "z"), joined(fc.constantFrom("+", "-"), twoDigits, fc.constantFrom(":00", ":30"))),
  ),
  gentoo: joined(
    dotted,
    optional(fc.constantFrom("a", "b", "z")),
    optional(tagged(["_"], ["alpha", "beta", "pre", "rc", "p"])),
    optional(tagged(["_"], ["alpha", "rc", "p"])),
    optional(joined(fc.constant("-r"), number)),
  ),
  lexicographic: pieces(".", "a", "Z", "é", "e\u0301", "😀", "\uffff", "\ud800", "\udc00", "\u0000"),
  maven: pieces(".", ".", "-", "-", "a", "b", "rc", "cr", "ga", "final", "sp", "foo", "SNAPSHOT", "_"),
  nuget: joined(
    dotted,
    optional(fc.constantFrom("-", "-RC.", "rc", "-0.", "-.", "+")),
    optional(pieces(".", "-", "a", "A", "Z", "+b")),
  ),
  "composer-normalized": joined(
    optional(fc.constant("v")),
    number,
    pieces(".", ".", "-", "a", "beta", "RC", "pl", "dev", "foo", "-stable", "+b", ".x-dev"),
  ),
  openssl: joined(
    dotted,
    optional(fc.constantFrom("a", "z", "za", "zh")),
    optional(joined(fc.constantFrom("-alpha", "-beta", "-pre"), optional(number), optional(fc.constant("-dev")))),
    optional(fc.constantFrom("+quic", "-dev", "-fips")),
  ),
  packagist: fc.oneof(
    {
      weight: 9,
      arbitrary: joined(number, pieces(".", ".", "-", "#", "a", "beta", "RC", "pl", "dev", "foo", ".x-dev")),
    },
    { weight: 1, arbitrary: fc.constantFrom("dev-main", "dev-a", "dev-1.0") },
  ),
  dpkg: pieces(".", "~", "+", "-", ":", "a", "Z", "rc", "deb", "_"),
  pep440: joined(
    optional(fc.constantFrom("0!", "1!", "v")),
    dotted,
    optional(tagged(SEPARATORS, ["a", "alpha", "b", "rc", "c", "pre"])),
    optional(fc.oneof(joined(fc.constant("-"), number), tagged(SEPARATORS, ["post", "r"]))),
    optional(tagged(SEPARATORS, ["dev"])),
    optional(joined(fc.constant("+"), fc.constantFrom("a", "ab", "0", "1a"), optional(tagged([".", "-"], ["a", "1"])))),
  ),
  rpm: pieces(".", "~", "^", "-", ":", "a", "Z", "rc", "el", "_", "α"),
  rubygems: joined(
    dotted,
    optional(fc.array(fc.constantFrom(".0", ".00", ".a", ".b2", ".aa", ".1", "-1", "-a.0")).map((all) => all.join(""))),
  ),
  semver: joined(
    dotted,
    optional(fc.constantFrom("-", "-rc.", "rc", "-0.", "-.", "+")),
    optional(pieces(".", "-", "a", "Z", "+b")),
  ),
};

/** The schemes whose versions are tried here; the others have properties-more.test.ts. */
const TRIED = SCHEMES.filter(({ id }) => Object.hasOwn(VERSIONS, id));

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("0", "1", ".", "-", "~", "a", "_", "^", ":", "+", "!", "p", "\n"),
    maxLength: 1_100,
  }),
);

/** Where the order of a scheme is not total, versions without keys may parse; nothing is said of those here. */
function expectKeysToAgree(scheme: VersionScheme, a: string, b: string, hint = scheme.id): void {
  const [keyA, keyB] = [scheme.key(a), scheme.key(b)];
  const result = scheme.compare(a, b);
  expect(scheme.compare(b, a), hint).toBe(result === null ? null : 0 - result || 0);
  if (keyA !== null && keyB !== null) expect(result, hint).toBe(compareKeys(keyA, keyB));
  else if (scheme.isTotal !== false) expect(result, hint).toBeNull();
}

test("every scheme has versions to try, here or in properties-more.test.ts", () => {
  expect(TRIED.map(({ id }) => id)).toEqual(Object.keys(VERSIONS).toSorted());
});

test.each(TRIED)("$id: the order of keys is the order of the comparator, and it is a total order", (scheme) => {
  const version = VERSIONS[scheme.id] as fc.Arbitrary<string>;
  let judged = 0;
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expectKeysToAgree(scheme, a, b);
      if (scheme.key(a) === null || scheme.key(b) === null) return;
      judged++;
      expect(scheme.compare(a, a)).toBe(0);
      if (scheme.key(c) === null) return;
      const [ab, bc, ac] = [scheme.compare(a, b), scheme.compare(b, c), scheme.compare(a, c)] as number[];
      if ((ab as number) <= 0 && (bc as number) <= 0) expect(ac).toBeLessThanOrEqual(0);
    }),
    { numRuns: RUNS },
  );
  expect(judged).toBeGreaterThan(RUNS / 4);
});

test.each(TRIED)("$id: hostile strings neither throw nor make keys and comparator differ", (scheme) => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => expectKeysToAgree(scheme, a, b)),
    { numRuns: 500 },
  );
});

test("the longest versions keep their order: no key outgrows the buffer", () => {
  const endings = ["", "1", "2", "a", "~"];
  for (const scheme of TRIED) {
    for (const piece of [
      "1",
      "9",
      "1.",
      "0.",
      "a.",
      "1a",
      "~",
      ".",
      "99999999999.",
      "-a",
      "a_",
      "0a",
      "-1",
      "ga.",
      "€",
    ]) {
      const body = `1.0${piece.repeat(MAX_VERSION_CHARS)}`.slice(0, MAX_VERSION_CHARS - 1);
      endings.forEach((ending, i) =>
        expectKeysToAgree(scheme, body + ending, body + (endings[i + 1] ?? ""), `${scheme.id} ${piece}`),
      );
    }
  }
});

test("regular expressions of the schemes take linear time on strings made to backtrack", () => {
  const started = performance.now();
  for (const scheme of TRIED)
    for (const piece of [
      "1",
      "1.",
      "1-",
      "a",
      "_p1",
      ".a",
      "-a",
      "+a",
      " ",
      "0!",
      "1.0a1",
      "post1",
      "\t",
      "-1",
      "ga-",
      "_p",
      "#",
      "0",
    ])
      for (const ending of ["", "!", "\n!", "\u0000"]) {
        const text = `1${piece.repeat(MAX_VERSION_CHARS)}`.slice(0, MAX_VERSION_CHARS - 3) + ending;
        scheme.compare(text, text);
        scheme.key(text);
      }
  expect(performance.now() - started).toBeLessThan(2_000);
});
