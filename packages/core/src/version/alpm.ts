import { parseEvr } from "./evr.ts";
import { compareDigits, digitsEnd, isDigit, isLetter, keyWriter, order } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const KEY_LETTERS = 0x01;
const KEY_END = 0x02;
const KEY_DIGITS = 0x03;
const KEY_SEPARATED = 0x04;

/** The next letter or digit at or after `from`; all else separates, and how much of it there is counts. */
function separatorEnd(part: string, from: number): number {
  let at = from;
  while (at < part.length && !isDigit(part.charCodeAt(at)) && !isLetter(part.charCodeAt(at))) at++;
  return at;
}

function segmentEnd(part: string, from: number): number {
  if (isDigit(part.charCodeAt(from))) return digitsEnd(part, from, part.length);
  let at = from;
  while (isLetter(part.charCodeAt(at))) at++;
  return at;
}

/** pacman's own rpmvercmp, step by step. */
function comparePart(a: string, b: string): -1 | 0 | 1 {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const aStart = separatorEnd(a, i);
    const bStart = separatorEnd(b, j);
    const aSeparators = aStart - i;
    const bSeparators = bStart - j;
    i = aStart;
    j = bStart;
    if (i === a.length || j === b.length) break;
    if (aSeparators !== bSeparators) return order(aSeparators, bSeparators);
    const isNumber = isDigit(a.charCodeAt(i));
    if (isNumber !== isDigit(b.charCodeAt(j))) return isNumber ? 1 : -1;
    const left = a.slice(i, segmentEnd(a, i));
    const right = b.slice(j, segmentEnd(b, j));
    const result = isNumber ? compareDigits(left, right) : order(left, right);
    if (result !== 0) return result;
    i += left.length;
    j += right.length;
  }
  if (i === a.length && j === b.length) return 0;
  // Letters that are left over mark something before the release; anything else something after it.
  if (i === a.length) return isLetter(b.charCodeAt(j)) ? 1 : -1;
  return isLetter(a.charCodeAt(i)) ? -1 : 1;
}

/** Writes segments with the number of separators before each. Letters right after a number are below its end. */
function writePart(part: string): void {
  for (let at = 0; at < part.length;) {
    const start = separatorEnd(part, at);
    if (start > at) {
      const count = String(start - at);
      keyWriter.byte(KEY_SEPARATED);
      keyWriter.number(count, 0, count.length);
    }
    at = segmentEnd(part, start);
    if (isDigit(part.charCodeAt(start))) {
      keyWriter.byte(KEY_DIGITS);
      keyWriter.number(part, start, at);
    } else {
      keyWriter.byte(KEY_LETTERS);
      keyWriter.ascii(part, start, at);
      keyWriter.byte(0);
    }
  }
  keyWriter.byte(KEY_END);
}

/** What a separator at the end of a part compares to depends on what follows in the other: no key holds that. */
function endsInSeparator(part: string): boolean {
  const last = part.charCodeAt(part.length - 1);
  return part !== "" && !isDigit(last) && !isLetter(last);
}

/**
 * Arch Linux package versions in the order of pacman's `vercmp`. That is no total order: a version without a release
 * equals the version with any release (`1.5-1` = `1.5` = `1.5-2`), and a part that ends in a separator is both above
 * and below others. Only versions with a release and without such an end have keys, which is all that makepkg builds.
 */
export const alpm: VersionScheme = {
  id: "alpm",
  isTotal: false,
  key(text) {
    const parsed = parseEvr(text);
    if (parsed?.release === undefined) return null;
    if (endsInSeparator(parsed.version) || endsInSeparator(parsed.release)) return null;
    keyWriter.start();
    keyWriter.number(parsed.epoch, 0, parsed.epoch.length);
    writePart(parsed.version);
    writePart(parsed.release);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parseEvr(a);
    const right = parseEvr(b);
    if (left === null || right === null) return null;
    return (
      compareDigits(left.epoch, right.epoch) ||
      comparePart(left.version, right.version) ||
      (left.release === undefined || right.release === undefined ? 0 : comparePart(left.release, right.release))
    );
  },
};
