import { AppError } from "../errors.ts";

/** ASN.1 in DER (X.690): just what certificates and requests for them are made of. */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Values inside of one another. */
const CHILDREN_MAX = 64;

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const lengthOf = (length: number): number[] => {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
};

/** A value of a tag with these contents. */
export const der = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const content = concat(parts);
  return concat([Uint8Array.from([tag, ...lengthOf(content.length)]), content]);
};

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.set, ...parts);
export const octetString = (bytes: Uint8Array): Uint8Array => der(TAG.octetString, bytes);
/** Bits that fill whole bytes, but for `unused` at the end. */
export const bitString = (bytes: Uint8Array, unused = 0): Uint8Array =>
  der(TAG.bitString, Uint8Array.from([unused]), bytes);
export const isTrue: Uint8Array = der(TAG.boolean, Uint8Array.from([0xff]));
export const utf8 = (text: string): Uint8Array => der(TAG.utf8, new TextEncoder().encode(text));
/** `[n]` around other values. */
export const explicit = (n: number, ...parts: readonly Uint8Array[]): Uint8Array => der(0xa0 | n, ...parts);
/** `[n]` in place of a primitive value's own tag. */
export const implicit = (n: number, content: Uint8Array): Uint8Array => der(0x80 | n, content);

/** A number that is not negative, from its bytes, the highest first. */
export const integer = (bytes: Uint8Array): Uint8Array => {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
  const plain = bytes.subarray(at);
  return der(TAG.integer, ...((plain[0] ?? 0) >= 0x80 ? [Uint8Array.from([0])] : []), plain);
};

/** An object identifier such as `2.5.29.15`. */
export const oid = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(TAG.oid, Uint8Array.from(bytes));
};

/** A moment to the second: UTCTime until 2049, GeneralizedTime from then on, as RFC 5280 has it. */
export const time = (at: Date): Uint8Array => {
  const digits = `${at.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
  const isOld = at.getUTCFullYear() < 2050;
  return der(isOld ? TAG.utcTime : TAG.generalizedTime, new TextEncoder().encode(isOld ? digits.slice(2) : digits));
};

/** A value as it was read. */
export interface DerValue {
  readonly tag: number;
  /** With its tag and length. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

const bad = (detail: string): AppError => new AppError("BAD_REQUEST", `This is not DER: ${detail}.`);

const headOf = (bytes: Uint8Array): { tag: number; at: number; length: number } => {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw bad("it ends or has a long tag");
  if (first < 0x80) return { tag, at: 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 3 || bytes.length < 2 + count) throw bad("a length is wrong");
  const length = bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length < 0x80 || lengthOf(length).length !== count + 1) throw bad("a length is not the shortest");
  return { tag, at: 2 + count, length };
};

/** Every value that stands one after the other. Throws BAD_REQUEST. */
export const readAll = (bytes: Uint8Array): DerValue[] => {
  const values: DerValue[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const { tag, at, length } = headOf(rest);
    if (at + length > rest.length) throw bad("a value is longer than what holds it");
    if (values.length === CHILDREN_MAX) throw bad("too many values");
    values.push({ tag, whole: rest.subarray(0, at + length), content: rest.subarray(at, at + length) });
    rest = rest.subarray(at + length);
  }
  return values;
};

/** The values inside the one value of a tag that these bytes are. Throws BAD_REQUEST. */
export const readInside = (bytes: Uint8Array, tag: number): DerValue[] => {
  const [value, ...more] = readAll(bytes);
  if (value === undefined || more.length > 0 || value.tag !== tag) throw bad("another value stands there");
  return readAll(value.content);
};
