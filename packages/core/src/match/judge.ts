import type { VersionScheme } from "../version/scheme.ts";
import { type Asked, askedOf, createDirect, type Direct, NO_KEY } from "./direct.ts";
import { lowerBound } from "./bytes.ts";
import { createHits } from "./hits.ts";
import { createLayered } from "./layered.ts";
import { NONE, ROW, type Sections, UNPARSABLE } from "./layout.ts";
import { createPlaces } from "./places.ts";
import type { Texts } from "./texts.ts";
import type { ExplainedRange, Hit, Verdict } from "./types.ts";

type Outcome = ExplainedRange["outcome"];

/** Judges versions by the rows of packages. */
export interface Judge {
  /** Over one package or several; hits of one group become one. Hits may be shared between verdicts. */
  verdict(packages: readonly number[], scheme: VersionScheme | null, version: string): Verdict;
  /** Over packages of several editions, sorted by rank: of each group the first that knows it speaks. */
  layered(layers: readonly Layer[], scheme: VersionScheme | null, version: string): Verdict;
  /** Every range of the layers; those of one rank speak alike. */
  explain(layers: readonly Layer[], scheme: VersionScheme | null, version: string): Explained[];
}

/** A package of the index and its place among those that speak of a version. */
export interface Layer {
  readonly package: number;
  readonly rank: number;
}

export interface Explained {
  readonly hit: Hit;
  readonly outcome: Outcome;
  readonly withdrawnAt: string | null;
  readonly isRejected: boolean;
}

/** Compares integers only, save for lists of versions without keys and schemes without a total order. */
const createOutcome = (s: Sections, texts: Texts, direct: Direct) => {
  const listed = (list: number, position: number): boolean => {
    const end = s.listOffsets[list + 1]!;
    const at = lowerBound(s.listValues, position, s.listOffsets[list], end);
    return at < end && s.listValues[at] === position;
  };
  const listedText = (list: number, version: string): boolean => {
    let low = s.listOffsets[list]!;
    let high = s.listOffsets[list + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const text = texts.recall(s.listValues[middle]!);
      if (text === version) return true;
      if (text < version) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  };
  const pastEnd = (row: number): Outcome =>
    s.rowFlags[row]! & ROW.highInclusive || s.rowFixed[row] === NONE ? "above_last" : "fixed";
  const directOutcome = (row: number, asked: Asked, scheme: VersionScheme): Outcome => {
    const flags = s.rowFlags[row]!;
    const low = s.rowLow[row]!;
    const high = s.rowHigh[row]!;
    if (flags & ROW.keyList) {
      const values = s.listValues.subarray(s.listOffsets[low], s.listOffsets[low + 1]);
      return direct.isListed(asked, scheme, values) ? "affected" : "not_listed";
    }
    if (direct.order(asked, scheme, low) === -1) return "below";
    const toHigh = direct.order(asked, scheme, high);
    if (toHigh === 1 || (toHigh === 0 && !(flags & ROW.highInclusive))) return pastEnd(row);
    return low === UNPARSABLE || high === UNPARSABLE ? "unparsable" : "affected";
  };
  return (row: number, asked: Asked): Outcome => {
    const flags = s.rowFlags[row]!;
    if (flags & ROW.withdrawn) return "withdrawn";
    const { place, version } = asked;
    if (asked.direct !== null && !(flags & ROW.textList)) return directOutcome(row, asked, asked.direct);
    const position = place >> 1;
    const exact = place & 1;
    const low = s.rowLow[row]!;
    const high = s.rowHigh[row]!;
    if (flags & ROW.keyList) return place !== NO_KEY && exact && listed(low, position) ? "affected" : "not_listed";
    if (flags & ROW.textList) return listedText(low, version) ? "affected" : "not_listed";
    if (low !== NONE && low !== UNPARSABLE && place !== NO_KEY && low >= position + exact) return "below";
    if (high !== NONE && high !== UNPARSABLE && place !== NO_KEY) {
      if (flags & ROW.highInclusive) {
        if (high < position) return pastEnd(row);
      } else if (high < position + exact) return pastEnd(row);
    }
    const undecided =
      (low !== NONE && (place === NO_KEY || low === UNPARSABLE)) ||
      (high !== NONE && (place === NO_KEY || high === UNPARSABLE));
    return undecided ? "unparsable" : "affected";
  };
};

const NOT_AFFECTED: Verdict = Object.freeze({ verdict: "not_affected", hits: Object.freeze([]) });
const UNDECIDED: Verdict = Object.freeze({ verdict: "unknown", reason: "unparsable", hits: Object.freeze([]) });

/** Never written to: it stands for the rows of most packages. */
const NO_ROWS: number[] = [];

/** `isBrief` as `createHits` says. */
export const createJudge = (s: Sections, texts: Texts, isBrief = false): Judge => {
  const placeOf = createPlaces(s);
  const direct = createDirect(s, texts);
  const outcomeOf = createOutcome(s, texts, direct);
  const { hitOf, higher, fixRank } = createHits(s, texts, direct, isBrief);
  const groupOf = (row: number): number => s.recordGroup[s.rowRecord[row]!]!;

  /** Set by `collect` when a row could not be decided. */
  let undecided = false;

  /** Whether a row affects. What most rows are, a plain range, is told here by four comparisons. */
  const affects = (row: number, asked: Asked): boolean => {
    const { place } = asked;
    if (place !== NO_KEY && asked.direct === null && (s.rowFlags[row]! & ~ROW.last) === 0) {
      const first = (place >> 1) + (place & 1);
      const high = s.rowHigh[row]!;
      if (high < first) return false;
      const low = s.rowLow[row]!;
      if (high !== UNPARSABLE && low < UNPARSABLE) return low < first;
      if (high !== UNPARSABLE && low === NONE) return true;
    }
    const outcome = outcomeOf(row, asked);
    if (outcome === "unparsable") undecided = true;
    return outcome === "affected";
  };

  /** Rows of one package that affect, one per group in the order of groups; the one with the highest fix speaks. */
  const collect = (package_: number, asked: Asked): readonly number[] => {
    let rows = NO_ROWS;
    const end = s.packageRowOffsets[package_ + 1]!;
    for (let row = s.packageRowOffsets[package_]!; row < end; row++) {
      if (!affects(row, asked)) continue;
      if (rows === NO_ROWS) {
        rows = [row];
        continue;
      }
      const last = rows.length - 1;
      // A package's rows are sorted by group.
      if (groupOf(rows[last]!) === groupOf(row)) rows[last] = higher(rows[last]!, row, asked);
      else rows.push(row);
    }
    return rows;
  };

  /** Two sorted lists of rows as one; where both speak of a group, the higher fix does. */
  const merge = (a: readonly number[], b: readonly number[], asked: Asked): readonly number[] => {
    if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
    const rows: number[] = [];
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      const order = i === a.length ? 1 : j === b.length ? -1 : groupOf(a[i]!) - groupOf(b[j]!);
      if (order < 0) rows.push(a[i++]!);
      else if (order > 0) rows.push(b[j++]!);
      else rows.push(higher(a[i++]!, b[j++]!, asked));
    }
    return rows;
  };

  const verdict = (packages: readonly number[], scheme: VersionScheme | null, version: string): Verdict => {
    const asked = askedOf(scheme, version, placeOf(scheme, version));
    undecided = false;
    let rows = collect(packages[0]!, asked);
    for (let i = 1; i < packages.length; i++) rows = merge(rows, collect(packages[i]!, asked), asked);
    if (rows.length === 0) return undecided ? UNDECIDED : NOT_AFFECTED;
    return { verdict: "affected", hits: rows.map((row) => hitOf(row, asked)) };
  };

  return { verdict, ...createLayered(s, texts, { groupOf, outcomeOf, hitOf, higher, fixRank, placeOf }, verdict) };
};
