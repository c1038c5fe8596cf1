import { bounded, compareNumbers, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const PATTERN = /^\d+(?:\.\d+)*$/;

function parse(version: string): string[] | null {
  const text = bounded(version);
  return text === null || !PATTERN.test(text) ? null : text.split(".");
}

/** -1, 0 or 1: lists of numbers; where one list begins the other it is below: 1.0 < 1.0.0. */
export const compareDotted = (a: readonly string[], b: readonly string[]): -1 | 0 | 1 =>
  compareNumbers(a, b) || order(a.length, b.length);

/** Haskell package versions: numbers between points, compared one by one. Zeros at the end count. */
export const hackage = parsedScheme("hackage", { parse, write: writeNumbers, compare: compareDotted });
