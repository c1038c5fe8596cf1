import { bounded, compareDigits, isDigit, keyWriter, order } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

/** A number first, or a branch: all else Composer refuses. Printable ASCII only. */
const PATTERN = /^(?:[vV]?\d[!-~]*|dev-[!-~]+)$/;
const BRANCH = "dev-";

/** Runs of digits, runs of letters, and `#`, which stands for any number; whatever else only separates. */
const PART = /\d+|[A-Za-z]+|#/g;

/** What Composer puts for the `x` of `2.1.x-dev`: the branch is above every release of its line. */
const OPEN_NUMBER = "9999999";
const OPEN_LINE = /^\d+(?:\.\d+)*(?:\.[xX*])+(?:-dev)?$/;

/** Beginnings of words in ascending order, as PHP looks them up: case counts, and `pre` is a `p`. */
const WORDS = [["dev"], ["a"], ["b"], ["RC", "rc"]];
const UNKNOWN_RANK = 0;
/** Ranks: a word that PHP does not know, the words before a release, the end, a number, a patch. */
const END_RANK = WORDS.length + 1;
const PATCH_RANK = END_RANK + 2;

/** No other scheme without a total order begins its keys with this byte. */
const KEY_SCHEME = 0xf8;
const KEY_BRANCH = 0x01;
const KEY_VERSION = 0x02;
const KEY_FIRST_RANK = 0x01;
const NUMBER_RANK = END_RANK + 1;

type Parsed = { readonly branch: string } | { readonly parts: readonly string[] };

function parse(version: string): Parsed | null {
  const text = bounded(version);
  if (text === null || !PATTERN.test(text)) return null;
  if (text.startsWith(BRANCH)) return { branch: text };
  const bare = text.replace(/^[vV]/, "");
  const closed = OPEN_LINE.test(bare) ? bare.replaceAll(/\.[xX*]/g, `.${OPEN_NUMBER}`) : bare;
  return { parts: closed.match(PART) ?? [] };
}

function isNumber(part: string): boolean {
  return isDigit(part.charCodeAt(0));
}

function rankOf(part: string | undefined): number {
  if (part === undefined || part === "#") return END_RANK;
  if (isNumber(part)) return NUMBER_RANK;
  if (part.startsWith("p")) return PATCH_RANK;
  return WORDS.findIndex((beginnings) => beginnings.some((word) => part.startsWith(word))) + 1 || UNKNOWN_RANK;
}

function compareParts(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
  if (a !== undefined && b !== undefined && isNumber(a) && isNumber(b)) return compareDigits(a, b);
  // `#` is as much as any number and as nothing at all, which makes the order one that is not transitive.
  if ((a === "#" && rankOf(b) === NUMBER_RANK) || (b === "#" && rankOf(a) === NUMBER_RANK)) return 0;
  return order(rankOf(a), rankOf(b));
}

function compareParsed(a: Parsed, b: Parsed): -1 | 0 | 1 {
  if ("branch" in a || "branch" in b) {
    if ("branch" in a && "branch" in b) return order(a.branch, b.branch);
    return "branch" in a ? -1 : 1;
  }
  for (let i = 0; i < Math.max(a.parts.length, b.parts.length); i++) {
    const result = compareParts(a.parts[i], b.parts[i]);
    if (result !== 0) return result;
  }
  return 0;
}

/**
 * PHP packages in the order of Composer's Comparator, which is PHP's `version_compare`: `1.0` is below `1.0.0`, and a
 * word in capitals other than `RC` is unknown. A branch `dev-…` is below all numbers and orders by its name.
 */
export const packagist: VersionScheme = {
  id: "packagist",
  isTotal: false,
  key(version) {
    const parsed = parse(version);
    if (parsed === null) return null;
    keyWriter.start();
    keyWriter.byte(KEY_SCHEME);
    if ("branch" in parsed) {
      keyWriter.byte(KEY_BRANCH);
      keyWriter.ascii(parsed.branch, 0, parsed.branch.length);
      return keyWriter.finish();
    }
    if (parsed.parts.includes("#")) return null;
    keyWriter.byte(KEY_VERSION);
    for (const part of parsed.parts) {
      keyWriter.byte(KEY_FIRST_RANK + rankOf(part));
      if (isNumber(part)) keyWriter.number(part, 0, part.length);
    }
    keyWriter.byte(KEY_FIRST_RANK + END_RANK);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return left === null || right === null ? null : compareParsed(left, right);
  },
};
