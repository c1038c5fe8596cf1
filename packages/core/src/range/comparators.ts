import type { VersionScheme } from "../version/scheme.ts";

/** `>= 1.2.3` */
export interface Comparator {
  readonly op: "<" | "<=" | "=" | "!=" | ">=" | ">";
  readonly version: string;
  /** Follows from another: it does not name a prerelease by itself. */
  readonly isImplied?: true;
}

/** Any of these, and of one all its comparators. An empty inner list allows every version. */
export type Range = readonly (readonly Comparator[])[];

/** The longest range that is read (UTF-16 units). */
export const MAX_RANGE_CHARS = 1024;
/** Comparators and alternatives of one range (count). */
export const MAX_COMPARATORS = 64;

const HOLDS: Readonly<Record<Comparator["op"], (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
};

/**
 * Whether the version lies in the range; null when the scheme cannot place one of the versions. `admits` says whether a list takes a
 * version of that kind at all.
 */
export const isWithin = (
  scheme: VersionScheme,
  range: Range,
  version: string,
  admits: (all: readonly Comparator[], version: string) => boolean,
): boolean | null => {
  let isUnknown = false;
  for (const all of range) {
    if (!admits(all, version)) continue;
    const said = all.map(({ op, version: bound }) => {
      const order = scheme.compare(version, bound);
      return order === null ? null : HOLDS[op](order);
    });
    if (said.includes(null)) isUnknown = true;
    else if (!said.includes(false)) return true;
  }
  return isUnknown ? null : false;
};

/** The numbers that a version begins with: `[1, 2]` of `1.2-beta`; at most eight. */
export const numbersOf = (version: string): number[] => {
  const found = /^(?:\d+!)?[vV=]?\s*(\d{1,15}(?:\.\d{1,15}){0,7})/.exec(version.trim());
  return found === null ? [] : found[1]!.split(".").map(Number);
};

/** The first version that no longer has these numbers at its beginning: `1.3` for `[1, 2]`. */
export const after = (numbers: readonly number[]): string =>
  numbers.map((number, at) => (at === numbers.length - 1 ? number + 1 : number)).join(".");

/** `>= low, < high`. */
export const between = (low: string, high: string): Comparator[] => [
  { op: ">=", version: low },
  { op: "<", version: high },
];
