import { after, between, type Comparator, MAX_COMPARATORS, numbersOf, type Range } from "./comparators.ts";

const INTERVAL = /\s*([[(])\s*([^,[\]()]*?)\s*(?:(,)\s*([^,[\]()]*?)\s*)?([\])])\s*,?/y;

/** `[1.0,2.0)`, `(,1.0]`, `[1.2]`, several with commas between. Null when it is written otherwise. */
const intervals = (text: string): Range | null => {
  const sets: Comparator[][] = [];
  INTERVAL.lastIndex = 0;
  for (let at = 0; at < text.length; at = INTERVAL.lastIndex) {
    const found = INTERVAL.exec(text);
    if (found === null || sets.length >= MAX_COMPARATORS) return null;
    const [, open, low = "", comma, high = "", close] = found;
    if (comma === undefined) sets.push([{ op: "=", version: low }]);
    else {
      sets.push([
        ...(low === "" ? [] : [{ op: open === "[" ? ">=" : ">", version: low } as const]),
        ...(high === "" ? [] : [{ op: close === "]" ? "<=" : "<", version: high } as const]),
      ]);
    }
  }
  return sets.length === 0 ? null : sets;
};

const isInterval = (text: string): boolean => text.startsWith("[") || text.startsWith("(");

/** Maven's: a bare version is a wish that allows any other. */
export const mavenRange = (text: string): Range | null =>
  isInterval(text) ? intervals(text) : text === "" ? null : [[]];

/** NuGet's: a bare version is the lowest that is allowed, `1.*` what begins so. */
export const nugetRange = (text: string): Range | null => {
  if (isInterval(text)) return intervals(text);
  const numbers = numbersOf(text);
  if (text.endsWith("*")) return numbers.length === 0 ? [[]] : [between(numbers.join("."), after(numbers))];
  return numbers.length === 0 ? null : [[{ op: ">=", version: text }]];
};
