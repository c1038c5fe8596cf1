import { bounded, compareDigits, keyWriter, order } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const PATTERN = /^\d+(?:\.\d+)*$/;

function parse(version: string): string[] | null {
  const text = bounded(version);
  return text === null || !PATTERN.test(text) ? null : text.split(".");
}

/** -1, 0 or 1: lists of numbers; where one list begins the other it is below: 1.0 < 1.0.0. */
export function compareNumbers(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = compareDigits(a[i] as string, b[i] as string);
    if (result !== 0) return result;
  }
  return order(a.length, b.length);
}

/** The key of a list of numbers, in the order of `compareNumbers`. */
export function keyOfNumbers(numbers: readonly string[]): Uint8Array {
  keyWriter.start();
  for (const digits of numbers) keyWriter.number(digits, 0, digits.length);
  return keyWriter.finish();
}

/** Haskell package versions: numbers between points, compared one by one. Zeros at the end count. */
export const hackage: VersionScheme = {
  id: "hackage",
  key(version) {
    const numbers = parse(version);
    return numbers === null ? null : keyOfNumbers(numbers);
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return left === null || right === null ? null : compareNumbers(left, right);
  },
};
