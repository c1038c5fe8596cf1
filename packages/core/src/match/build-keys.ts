import type { VersionScheme } from "../version/scheme.ts";
import { NONE } from "./layout.ts";
import type { Store } from "./store.ts";

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
  const numbers = new Map<string, number>();
  const values: string[] = [];
  const caches = new Map<VersionScheme, Map<number, number>>();

  /** Number of the key of a stored version text; NONE when the scheme gives none. */
  const numberOf = (scheme: VersionScheme | null, text: number): number => {
    if (!scheme) return NONE;
    let cache = caches.get(scheme);
    if (!cache) caches.set(scheme, (cache = new Map()));
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const bytes = scheme.key(store.strings.of(text));
    let number = NONE;
    if (bytes) {
      const key = latin1(bytes);
      number = numbers.get(key) ?? values.length;
      if (number === values.length) {
        numbers.set(key, number);
        values.push(key);
      }
    }
    cache.set(text, number);
    return number;
  };

  /** The sorted keys as bytes, and the sorted position of each number. */
  const finish = () => {
    const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a]! < values[b]! ? -1 : 1));
    const positions = new Uint32Array(values.length);
    const keyOffsets = new Uint32Array(values.length + 1);
    const keyBytes = new Uint8Array(values.reduce((sum, key) => sum + key.length, 0));
    let at = 0;
    order.forEach((number, position) => {
      positions[number] = position;
      keyOffsets[position] = at;
      const key = values[number]!;
      for (let i = 0; i < key.length; i++) keyBytes[at++] = key.charCodeAt(i);
    });
    keyOffsets[values.length] = at;
    return { keyOffsets, keyBytes, positions };
  };
  return { numberOf, finish };
};
