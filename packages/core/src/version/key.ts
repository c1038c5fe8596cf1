/** Longest version that is looked at, in UTF-16 code units. A longer one does not parse. */
export const MAX_VERSION_CHARS = 1024;

/** No scheme writes more than this many bytes for one character of a version. */
const MAX_KEY_BYTES_PER_CHAR = 8;

/** Room for the fixed bytes of a key (epoch, ends of parts), in bytes. */
const KEY_FIXED_BYTES = 64;

const ZERO = 0x30;

/**
 * Collects the bytes of one key at a time in a buffer that is used again for the next key.
 * The buffer holds the largest possible key, so writes need no bounds check.
 */
export class KeyWriter {
  readonly #bytes = new Uint8Array(MAX_VERSION_CHARS * MAX_KEY_BYTES_PER_CHAR + KEY_FIXED_BYTES);
  #length = 0;

  /** Forgets what an earlier key left behind. */
  start(): void {
    this.#length = 0;
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  /** Appends the characters [from, to) of ASCII text, one byte each. */
  ascii(text: string, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  /**
   * Appends the decimal digits [from, to) of text so that bytes order as the numbers do.
   * Leading zeros do not count; no digits at all is 0. Any size; the first byte is at most F4.
   */
  number(text: string, from: number, to: number): void {
    let start = from;
    while (start < to && text.charCodeAt(start) === ZERO) start++;
    const digitCount = to - start;
    if (digitCount <= 10) {
      let value = 0;
      for (let i = start; i < to; i++) value = value * 10 + text.charCodeAt(i) - ZERO;
      if (value <= 0xffffffff) {
        this.#uint32(value);
        return;
      }
    }
    this.byte(0xf4);
    this.byte(digitCount >> 8);
    this.byte(digitCount & 0xff);
    for (let i = start; i < to; i += 2) {
      const high = text.charCodeAt(i) - ZERO;
      const low = i + 1 < to ? text.charCodeAt(i + 1) - ZERO : 0;
      this.byte((high << 4) | low);
    }
  }

  /** The key written since `start`, in memory of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #uint32(value: number): void {
    if (value < 0xf0) {
      this.byte(value);
      return;
    }
    const byteCount = value <= 0xffff ? 2 : value <= 0xffffff ? 3 : 4;
    this.byte(0xef + byteCount);
    for (let shift = (byteCount - 1) * 8; shift >= 0; shift -= 8) this.byte((value >>> shift) & 0xff);
  }
}

/** The one writer of this thread: a key is written in one go, never two at once. */
export const keyWriter = new KeyWriter();

/** -1, 0 or 1: the unsigned order of two keys, the same as PostgreSQL's order of `bytea`. */
export function compareKeys(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return order(a.length, b.length);
}

/** The version without surrounding white space, or null when it is empty or over `MAX_VERSION_CHARS`. */
export function bounded(version: string): string | null {
  if (version.length > MAX_VERSION_CHARS) return null;
  const trimmed = version.trim();
  return trimmed === "" ? null : trimmed;
}

/** True for the character codes of 0 to 9; false for NaN, which reading past the end gives. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

/** True for the character codes of A to Z and a to z. */
export function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** The first index at or after `from` that is not a digit; at most `to`. */
export function digitsEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** -1, 0 or 1 by JavaScript's own order; for strings that is the order of their code units. */
export function order<T extends number | string>(a: T, b: T): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** -1, 0 or 1: two strings of decimal digits as numbers of any size; no digits is 0. */
export function compareDigits(a: string, b: string): -1 | 0 | 1 {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  return order(left.length, right.length) || order(left, right);
}

/** -1, 0 or 1: what differs first between two lists, as far as both go. */
export function compareEach<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => -1 | 0 | 1): -1 | 0 | 1 {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = compare(a[i] as T, b[i] as T);
    if (result !== 0) return result;
  }
  return 0;
}

/** -1, 0 or 1: numbers one after another, as far as both lists go. */
export function compareNumbers(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  return compareEach(a, b, compareDigits);
}

/** Writes numbers in the order of `compareNumbers`. */
export function writeNumbers(numbers: readonly string[]): void {
  for (const digits of numbers) keyWriter.number(digits, 0, digits.length);
}
