import { parseEvr } from "./evr.ts";
import { compareDigits, digitsEnd, isDigit, isLetter, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const TILDE = 0x7e;
const CARET = 0x5e;
const KEY_ABSENT = 0x00;
const KEY_TILDE = 0x01;
const KEY_END = 0x02;
const KEY_CARET = 0x03;
const KEY_LETTERS = 0x04;
const KEY_DIGITS = 0x05;

/** The next index at or after `at` that counts: a letter, a digit, `~` or `^`. All else only separates. */
function skipSeparators(part: string, at: number): number {
  let i = at;
  for (; i < part.length; i++) {
    const code = part.charCodeAt(i);
    if (isDigit(code) || isLetter(code) || code === TILDE || code === CARET) break;
  }
  return i;
}

function lettersEnd(part: string, from: number): number {
  let at = from;
  while (isLetter(part.charCodeAt(at))) at++;
  return at;
}

/** rpm's own rpmvercmp, step by step. */
function comparePart(a: string, b: string): -1 | 0 | 1 {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const left = a[i];
    const right = b[j];
    if (left === "~" || right === "~") {
      if (left !== right) return left === "~" ? -1 : 1;
      i++;
      j++;
      continue;
    }
    if (left === undefined || right === undefined)
      return order(left === undefined ? 0 : 1, right === undefined ? 0 : 1);
    if (left === "^" || right === "^") {
      if (left !== right) return left === "^" ? -1 : 1;
      i++;
      j++;
      continue;
    }
    const leftIsNumber = isDigit(a.charCodeAt(i));
    const rightIsNumber = isDigit(b.charCodeAt(j));
    if (leftIsNumber !== rightIsNumber) return leftIsNumber ? 1 : -1;
    const aEnd = leftIsNumber ? digitsEnd(a, i, a.length) : lettersEnd(a, i);
    const bEnd = leftIsNumber ? digitsEnd(b, j, b.length) : lettersEnd(b, j);
    const aSegment = a.slice(i, aEnd);
    const bSegment = b.slice(j, bEnd);
    const result = leftIsNumber ? compareDigits(aSegment, bSegment) : order(aSegment, bSegment);
    if (result !== 0) return result;
    i = aEnd;
    j = bEnd;
  }
}

function compareRelease(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
  if (a !== undefined && b !== undefined) return comparePart(a, b);
  return order(a === undefined ? 0 : 1, b === undefined ? 0 : 1);
}

/** Writes each segment after its tag. Tags sort below letters, so a shorter run of letters sorts first. */
function writePart(part: string): void {
  for (let at = skipSeparators(part, 0); at < part.length; at = skipSeparators(part, at)) {
    const code = part.charCodeAt(at);
    if (code === TILDE || code === CARET) {
      keyWriter.byte(code === TILDE ? KEY_TILDE : KEY_CARET);
      at++;
    } else if (isDigit(code)) {
      const end = digitsEnd(part, at, part.length);
      keyWriter.byte(KEY_DIGITS);
      keyWriter.number(part, at, end);
      at = end;
    } else {
      const end = lettersEnd(part, at);
      keyWriter.byte(KEY_LETTERS);
      keyWriter.ascii(part, at, end);
      at = end;
    }
  }
  keyWriter.byte(KEY_END);
}

/** rpm package versions `[epoch:]version[-release]`, in the order of rpm's rpmVersionCompare; an absent release sorts below any. */
export const rpm = parsedScheme("rpm", {
  parse: parseEvr,
  write: (parsed) => {
    keyWriter.number(parsed.epoch, 0, parsed.epoch.length);
    writePart(parsed.version);
    if (parsed.release === undefined) keyWriter.byte(KEY_ABSENT);
    else writePart(parsed.release);
  },
  compare: (left, right) =>
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.version, right.version) ||
    compareRelease(left.release, right.release),
});
