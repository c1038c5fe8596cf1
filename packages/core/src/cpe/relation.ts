import {
  bodyOf,
  charsOf,
  CPE_ANY,
  CPE_ATTRIBUTES,
  CPE_NA,
  type CpeAttribute,
  type CpeChar,
  type CpeName,
  isWildcard,
} from "./name.ts";

/** How a source's set of values stands to a target's (NISTIR 7696); `undefined` where the target has wildcards. */
export type CpeRelation = "disjoint" | "equal" | "subset" | "superset" | "undefined";

const textOf = (chars: readonly CpeChar[]): string => chars.map(({ char }) => char.toLowerCase()).join("");

/** How many characters the wildcards at one end stand for at most; `?` stands for one or none. */
const reach = (wildcards: readonly CpeChar[]): number => (wildcards[0]?.char === "*" ? Infinity : wildcards.length);

const covers = (source: readonly CpeChar[], target: string): boolean => {
  const { from, to } = bodyOf(source);
  const body = textOf(source.slice(from, to));
  const before = reach(source.slice(0, from));
  const after = reach(source.slice(to));
  // Of all places where the body stands, only one must leave little enough on both sides.
  const first = Math.max(0, target.length - body.length - after);
  const at = target.indexOf(body, first);
  return at >= 0 && at <= before;
};

/** The relation of one attribute's values. Case does not count. */
export const compareCpeValues = (source: string, target: string): CpeRelation => {
  const targetChars = target === CPE_ANY || target === CPE_NA ? [] : charsOf(target);
  if (targetChars.some(isWildcard)) return "undefined";
  if (source === target) return "equal";
  if (source === CPE_ANY) return "superset";
  if (target === CPE_ANY) return "subset";
  if (source === CPE_NA || target === CPE_NA) return "disjoint";
  const sourceChars = charsOf(source);
  if (sourceChars.some(isWildcard)) return covers(sourceChars, textOf(targetChars)) ? "superset" : "disjoint";
  return textOf(sourceChars) === textOf(targetChars) ? "equal" : "disjoint";
};

/** The relation of each attribute. */
export const compareCpeAttributes = (source: CpeName, target: CpeName): Readonly<Record<CpeAttribute, CpeRelation>> =>
  Object.fromEntries(
    CPE_ATTRIBUTES.map((attribute) => [attribute, compareCpeValues(source[attribute], target[attribute])]),
  ) as Record<CpeAttribute, CpeRelation>;

/** What holds between two names; equal names are subset and superset too, and nothing may hold. */
export interface CpeNameRelation {
  readonly disjoint: boolean;
  readonly equal: boolean;
  readonly subset: boolean;
  readonly superset: boolean;
}

/** Compares two names by all attributes: one disjoint attribute makes them disjoint, the rest must hold for every one. */
export const compareCpe = (source: CpeName, target: CpeName): CpeNameRelation => {
  const found = CPE_ATTRIBUTES.map((attribute) => compareCpeValues(source[attribute], target[attribute]));
  const all = (relation: CpeRelation): boolean => found.every((one) => one === relation || one === "equal");
  return {
    disjoint: found.includes("disjoint"),
    equal: found.every((one) => one === "equal"),
    subset: all("subset"),
    superset: all("superset"),
  };
};
