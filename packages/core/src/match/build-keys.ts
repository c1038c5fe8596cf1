import { parsesVersion, type VersionScheme } from "../version/scheme.ts";
import { createColumn, createPairs } from "./bytes.ts";
import { NONE, UNPARSABLE } from "./layout.ts";
import type { Store } from "./store.ts";
import { createStrings } from "./strings.ts";

/** Numbers from here on are of versions without a key in a scheme without a total order. */
const FIRST_KEYLESS = 0x8000_0000;

const latin1 = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/**
 * Collects version keys, each once. A key is held as a string of one unit per byte: the order of such strings is the
 * order of the bytes, so the sorted positions of `finish` compare as the versions do.
 */
export const createKeys = (store: Store) => {
  const keys = createStrings();
  const schemes = new Map<VersionScheme, number>();
  /** Scheme and text, and the number of the key that these have. */
  const known = createPairs();
  const numbers = createColumn();
  /** Of schemes without a total order: a text of each key, and the texts without one. */
  const directTexts = new Map<number, number>();
  const keyless: number[] = [];

  /** Number of the key of a stored version text; NONE when the scheme cannot place it. */
  const numberOf = (scheme: VersionScheme | null, text: number): number => {
    if (!scheme) return NONE;
    let place = schemes.get(scheme);
    if (place === undefined) schemes.set(scheme, (place = schemes.size));
    const pair = known.numberOf(place, text);
    if (pair < numbers.length) return numbers.at(pair);
    const bytes = scheme.key(store.strings.of(text));
    let number = NONE;
    if (bytes) {
      number = keys.intern(latin1(bytes));
      if (scheme.isTotal === false && !directTexts.has(number)) directTexts.set(number, text);
    } else if (scheme.isTotal === false && parsesVersion(scheme, store.strings.of(text))) {
      number = FIRST_KEYLESS + keyless.push(text) - 1;
    }
    numbers.push(number);
    return number;
  };

  /** The sorted keys as bytes, the texts that are compared directly, and the position of each number. */
  const finish = () => {
    const count = keys.length;
    const order = keys.sorted();
    const positions = new Uint32Array(count);
    const keyOffsets = new Uint32Array(count + 1);
    order.forEach((number, position) => {
      positions[number] = position;
      keyOffsets[position + 1] = keyOffsets[position]! + keys.of(number).length;
    });
    const keyBytes = new Uint8Array(keyOffsets[count]!);
    order.forEach((number, position) => {
      const key = keys.of(number);
      for (let i = 0; i < key.length; i++) keyBytes[keyOffsets[position]! + i] = key.charCodeAt(i);
    });
    for (const one of [keys, known, numbers]) one.free();
    const placed = (number: number): number => {
      if (number >= UNPARSABLE) return number;
      return number >= FIRST_KEYLESS ? count + number - FIRST_KEYLESS : positions[number]!;
    };
    const direct = [...directTexts]
      .map(([number, text]) => [placed(number), text] as const)
      .sort((a, b) => a[0] - b[0]);
    keyless.forEach((text, i) => direct.push([count + i, text]));
    return {
      keyOffsets,
      keyBytes,
      directValues: Uint32Array.from(direct, ([value]) => value),
      directTexts: Uint32Array.from(direct, ([, text]) => text),
      placed,
    };
  };
  return { numberOf, finish };
};
