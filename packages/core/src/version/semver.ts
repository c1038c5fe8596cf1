import { bounded, compareDigits, compareNumbers, digitsEnd, keyWriter, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const KEY_END = 0x01;
const KEY_NUMBER = 0x02;
const KEY_TEXT = 0x03;
const KEY_RELEASE = 0xff;

/**
 * What may stand before the number (`v`, `=`, white space; `go` of Go's own versions), one to three numbers, then a prerelease
 * and build metadata. The hyphen before a prerelease may be absent where a letter follows two numbers: `1.21rc2`. After one
 * number it may not: `46c2e0f9…` is a commit.
 */
const PATTERN =
  /^(?:=\s*)?(?:[vV]\s*|go)?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([!-*,-~]+)|([A-Za-z][!-*,-~]*))?(?:\+[!-~]*)?$/;

interface Semver {
  readonly numbers: readonly [string, string, string];
  /** Empty for a release. */
  readonly prerelease: string;
}

function parse(version: string): Semver | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null || (match[5] !== undefined && match[2] === undefined)) return null;
  return { numbers: [match[1] ?? "", match[2] ?? "", match[3] ?? ""], prerelease: match[4] ?? match[5] ?? "" };
}

function isNumber(text: string): boolean {
  return text !== "" && digitsEnd(text, 0, text.length) === text.length;
}

/** -1, 0 or 1: a prerelease against another; none at all is the release, which is above them. */
export function comparePrerelease(a: string, b: string): -1 | 0 | 1 {
  if (a === "" || b === "") return order(a === "" ? 1 : 0, b === "" ? 1 : 0);
  return compareIdentifiers(a, b);
}

/** -1, 0 or 1: identifiers between points, numbers below words; where one list begins the other it is below. */
export function compareIdentifiers(a: string, b: string): -1 | 0 | 1 {
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] as string;
    const y = right[i] as string;
    const xIsNumber = isNumber(x);
    if (xIsNumber !== isNumber(y)) return xIsNumber ? -1 : 1;
    const result = xIsNumber ? compareDigits(x, y) : order(x, y);
    if (result !== 0) return result;
  }
  return order(left.length, right.length);
}

/** Writes a prerelease, or the mark of a release, in the order of `comparePrerelease`. */
export function writePrerelease(text: string): void {
  if (text === "") keyWriter.byte(KEY_RELEASE);
  else writeIdentifiers(text);
}

/** Writes ASCII identifiers in the order of `compareIdentifiers`. Every byte that may come first is 01 to 03. */
export function writeIdentifiers(text: string): void {
  for (let at = 0; at <= text.length; at++) {
    const dot = text.indexOf(".", at);
    const end = dot < 0 ? text.length : dot;
    if (end > at && digitsEnd(text, at, end) === end) {
      keyWriter.byte(KEY_NUMBER);
      keyWriter.number(text, at, end);
    } else {
      keyWriter.byte(KEY_TEXT);
      keyWriter.ascii(text, at, end);
      keyWriter.byte(0);
    }
    at = end;
  }
  keyWriter.byte(KEY_END);
}

/**
 * Semantic Versioning 2.0 as npm, Go, crates.io and Hex use it. Tolerated beyond the standard: a leading
 * `v`, `=` or `go`, absent minor and patch (they are 0), numbers of any size, a prerelease without its hyphen.
 * Build metadata takes no part. More than three numbers do not parse.
 */
export const semver = parsedScheme("semver", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    writePrerelease(parsed.prerelease);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) || comparePrerelease(left.prerelease, right.prerelease),
});
