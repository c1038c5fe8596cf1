import { parsesVersion, type VersionScheme } from "../version/scheme.ts";
import { NONE, type Sections, UNPARSABLE } from "./layout.ts";
import type { Texts } from "./texts.ts";

/** A version that has no key in its scheme. */
export const NO_KEY = -1;

/** One version that is judged. */
export interface Asked {
  readonly version: string;
  /** Twice the position of the first key not below it, plus one if equal; or NO_KEY. */
  readonly place: number;
  /** Set where the scheme has no total order and can place the version: then keys alone do not decide. */
  readonly direct: VersionScheme | null;
}

/** What is asked for; `place` as `Asked` says. */
export const askedOf = (scheme: VersionScheme | null, version: string, place: number): Asked => ({
  version,
  place,
  direct: scheme?.isTotal === false && (place !== NO_KEY || parsesVersion(scheme, version)) ? scheme : null,
});

/** Compares with stored versions where a scheme has no total order: by keys where both have one, else by their texts. */
export interface Direct {
  /** -1, 0 or 1: the version against the stored one; null when the index does not know the stored one. */
  order(asked: Asked, scheme: VersionScheme, value: number): -1 | 0 | 1 | null;
  /** The same of two stored versions. */
  orderOfStored(scheme: VersionScheme, a: number, b: number): -1 | 0 | 1 | null;
  /** True when the version equals one of a list of key positions, sorted. */
  isListed(asked: Asked, scheme: VersionScheme, values: Uint32Array): boolean;
}

export const createDirect = (s: Sections, texts: Texts): Direct => {
  const keyCount = s.keyOffsets.length - 1;

  const textOf = (value: number): string | null => {
    let low = 0;
    let high = s.directValues.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (s.directValues[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return s.directValues[low] === value ? texts.recall(s.directTexts[low]!) : null;
  };

  const order: Direct["order"] = (asked, scheme, value) => {
    if (value === NONE || value === UNPARSABLE) return null;
    if (asked.place !== NO_KEY && value < keyCount) {
      const position = asked.place >> 1;
      if (value === position && asked.place & 1) return 0;
      return value >= position ? -1 : 1;
    }
    const text = textOf(value);
    return text === null ? null : scheme.compare(asked.version, text);
  };

  const orderOfStored: Direct["orderOfStored"] = (scheme, a, b) => {
    if (a < keyCount && b < keyCount) return a === b ? 0 : a < b ? -1 : 1;
    const [x, y] = [textOf(a), textOf(b)];
    return x === null || y === null ? null : scheme.compare(x, y);
  };

  const isListed: Direct["isListed"] = (asked, scheme, values) => {
    if (asked.place === NO_KEY) return values.some((value) => order(asked, scheme, value) === 0);
    if (asked.place & 1 && values.includes(asked.place >> 1)) return true;
    for (let i = values.length - 1; i >= 0 && values[i]! >= keyCount; i--)
      if (order(asked, scheme, values[i]!) === 0) return true;
    return false;
  };

  return { order, orderOfStored, isListed };
};
