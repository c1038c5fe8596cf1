import { type Column, createColumn, createHash } from "./bytes.ts";
import { NONE } from "./layout.ts";

const FIRST_BYTES = 1 << 20;
const FIRST_SLOTS = 1 << 16;
/** Longer texts are left to the platform's decoder. */
const SHORT_BYTES = 64;

const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
};

/** First bytes of what UTF-16 writes as surrogates, which sort before U+E000. */
const FOUR_BYTES = 0xf0;
const BEFORE_E000 = 0xed;
const orderOf = (byte: number): number => (byte < FOUR_BYTES ? byte : BEFORE_E000 + (byte - FOUR_BYTES + 1) / 16);

const decoder = new TextDecoder();
const decode = (bytes: Uint8Array, from: number, to: number): string => {
  if (to - from > SHORT_BYTES) return decoder.decode(bytes.subarray(from, to));
  let text = "";
  for (let i = from; i < to; i++) {
    if (bytes[i]! > 0x7f) return decoder.decode(bytes.subarray(from, to));
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
};

/** The order of two texts, each between two places, by their UTF-16 units, as JavaScript's; nothing is decoded. */
const compareAt = (bytes: Uint8Array, at: number, end: number, other: number, otherEnd: number): number => {
  const length = end - at;
  const otherLength = otherEnd - other;
  for (let left = Math.min(length, otherLength); left > 0; left--, at++, other++) {
    if (bytes[at] !== bytes[other]) return orderOf(bytes[at]!) - orderOf(bytes[other]!);
  }
  return length - otherLength;
};

/**
 * The sections of those texts that the columns name, whose numbers are replaced by the new ones in place. The bytes are
 * moved together where they are.
 */
const sectionsOf = (bytes: Uint8Array<ArrayBuffer>, ends: Column, columns: readonly Uint32Array[]) => {
  const numbers = new Uint32Array(ends.length);
  for (const column of columns) for (const n of column) if (n !== NONE) numbers[n] = 1;
  let count = 0;
  for (const isUsed of numbers) count += isUsed;
  const stringOffsets = new Uint32Array(count + 1);
  let at = 0;
  count = 0;
  for (let n = 0; n < numbers.length; n++) {
    if (numbers[n] === 0) continue;
    numbers[n] = count;
    stringOffsets[count++] = at;
    const start = n === 0 ? 0 : ends.at(n - 1);
    bytes.copyWithin(at, start, ends.at(n));
    at += ends.at(n) - start;
  }
  stringOffsets[count] = at;
  for (const column of columns)
    for (let i = 0; i < column.length; i++) if (column[i] !== NONE) column[i] = numbers[column[i]!]!;
  ends.free();
  return { stringOffsets, stringBytes: bytes.subarray(0, at) };
};

/** Content hashes of all texts, two words each. */
const hashesOf = (bytes: Uint8Array, ends: Column): Uint32Array => {
  const pairs = new Uint32Array(ends.length * 2);
  let at = 0;
  for (let n = 0; n < ends.length; n++) {
    const hash = createHash();
    while (at < ends.at(n)) hash.add(bytes[at++]!);
    pairs.set(hash.pair(), n * 2);
  }
  return pairs;
};

/**
 * The builder's table of texts: their UTF-8 bytes side by side and a table of their hashes. A Map of strings takes three
 * times that. Lone surrogates become U+FFFD.
 */
export const createStrings = () => {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(FIRST_BYTES);
  let slots: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SLOTS);
  const ends = createColumn();
  let used = 0;

  const startOf = (n: number): number => (n === 0 ? 0 : ends.at(n - 1));
  /** The slot of the text between two places: where it is, or where it may be put. */
  const slotOf = (from: number, to: number): number => {
    const mask = slots.length - 1;
    for (let slot = hashOf(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      if (slots[slot] === 0) return slot;
      const start = startOf(slots[slot]! - 1);
      const length = ends.at(slots[slot]! - 1) - start;
      let i = length === to - from ? 0 : length + 1;
      while (i < length && bytes[start + i] === bytes[from + i]) i++;
      if (i === length) return slot;
    }
  };
  const widen = (): void => {
    const size = slots.length * 2;
    slots.buffer.transfer(0);
    slots = new Uint32Array(size);
    for (let n = 0; n < ends.length; n++) slots[slotOf(startOf(n), ends.at(n))] = n + 1;
  };
  /** Writes a text behind the others, without keeping it; answers its end. */
  const write = (value: string): number => {
    const room = used + value.length * 3;
    // a transfer gives the old memory back at once
    if (room > bytes.length)
      bytes = new Uint8Array(bytes.buffer.transfer(Math.max(room, Math.ceil(bytes.length * 1.5))));
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return used + encoder.encodeInto(value, bytes.subarray(used)).written;
      bytes[used + i] = unit;
    }
    return used + value.length;
  };

  /** The number of a text, the next one when it is new. */
  const intern = (value: string): number => {
    const end = write(value);
    const slot = slotOf(used, end);
    if (slots[slot] !== 0) return slots[slot]! - 1;
    const n = ends.length;
    ends.push((used = end));
    slots[slot] = n + 1;
    if (n * 2 > slots.length) widen();
    return n;
  };

  /** The number of a text that is known, else -1. */
  const find = (value: string): number => slots[slotOf(used, write(value))]! - 1;

  /** The text of a number; decoded at each call. */
  const of = (n: number): string => decode(bytes, startOf(n), ends.at(n));

  const compare = (a: number, b: number): number => compareAt(bytes, startOf(a), ends.at(a), startOf(b), ends.at(b));

  /** As `sectionsOf`. The table is used up. */
  const finish = (columns: readonly Uint32Array[]) => {
    slots = new Uint32Array(slots.buffer.transfer(0));
    return sectionsOf(bytes, ends, columns);
  };

  return {
    intern,
    find,
    of,
    compare,
    /** The numbers of all texts, sorted by the texts. */
    sorted: (): Uint32Array => Uint32Array.from({ length: ends.length }, (_, n) => n).sort(compare),
    hashes: (): Uint32Array => hashesOf(bytes, ends),
    finish,
    get length(): number {
      return ends.length;
    },
    /** Gives the memory back at once; the table is used up. */
    free: (): void => {
      bytes = new Uint8Array(bytes.buffer.transfer(0));
      slots = new Uint32Array(slots.buffer.transfer(0));
      ends.free();
    },
  };
};

export type Strings = ReturnType<typeof createStrings>;
