import { bounded, compareDigits, digitsEnd, isDigit, isLetter, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

/** dpkg keeps an epoch in a C int. */
const MAX_EPOCH = 2_147_483_647;

const TILDE = 0x7e;
const KEY_TILDE = 0x01;
const KEY_END = 0x02;
const KEY_FIRST_LETTER = 0x05;
const KEY_OTHER = 0x80;

interface DpkgVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/**
 * `[epoch:]upstream[-revision]` as `dpkg --compare-versions` reads it: what dpkg only warns of (an
 * upstream version that starts with a letter, odd punctuation) parses, what it refuses does not.
 */
function parse(version: string): DpkgVersion | null {
  const text = bounded(version);
  if (text === null) return null;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return null;
  }
  const colon = text.indexOf(":");
  const epoch = colon < 0 ? "" : text.slice(0, colon);
  if (colon >= 0 && (colon === 0 || digitsEnd(epoch, 0, colon) < colon)) return null;
  if (Number(epoch) > MAX_EPOCH) return null;
  const hyphen = text.lastIndexOf("-");
  const hasRevision = hyphen > colon;
  const upstream = text.slice(colon + 1, hasRevision ? hyphen : text.length);
  const revision = hasRevision ? text.slice(hyphen + 1) : "";
  if (upstream === "" || (hasRevision && revision === "")) return null;
  return { epoch, upstream, revision };
}

/** Where a character sorts among non-digits; a digit and the end of the part sort alike. */
function weight(part: string, at: number): number {
  const code = part.charCodeAt(at);
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 0x100;
}

/** -1, 0 or 1: Debian's order of one part: non-digits and numbers in turn, `~` below the end, letters before the rest. */
export function comparePart(a: string, b: string): -1 | 0 | 1 {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (weight(a, i) !== 0 || weight(b, j) !== 0) {
      const result = order(weight(a, i), weight(b, j));
      if (result !== 0) return result;
      i++;
      j++;
    }
    const aEnd = digitsEnd(a, i, a.length);
    const bEnd = digitsEnd(b, j, b.length);
    const result = compareDigits(a.slice(i, aEnd), b.slice(j, bEnd));
    if (result !== 0) return result;
    i = aEnd;
    j = bEnd;
  }
  return 0;
}

/** Writes runs of printable ASCII non-digits and numbers in turn. An absent number is 0, as dpkg has it. */
export function writePart(part: string): void {
  let at = 0;
  do {
    for (let code = part.charCodeAt(at); at < part.length && !isDigit(code); code = part.charCodeAt(++at)) {
      if (code === TILDE) keyWriter.byte(KEY_TILDE);
      else keyWriter.byte(isLetter(code) ? code - 0x41 + KEY_FIRST_LETTER : code + KEY_OTHER);
    }
    keyWriter.byte(KEY_END);
    const end = digitsEnd(part, at, part.length);
    keyWriter.number(part, at, end);
    at = end;
  } while (at < part.length);
  keyWriter.byte(KEY_END);
}

/** Debian and Ubuntu package versions, in the order of `dpkg --compare-versions`. */
export const dpkg = parsedScheme("dpkg", {
  parse,
  write: (parsed) => {
    keyWriter.number(parsed.epoch, 0, parsed.epoch.length);
    writePart(parsed.upstream);
    writePart(parsed.revision);
  },
  compare: (left, right) =>
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision),
});
