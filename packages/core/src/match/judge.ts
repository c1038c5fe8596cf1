import type { VersionScheme } from "../version/scheme.ts";
import { type Asked, askedOf, createDirect, type Direct, NO_KEY } from "./direct.ts";
import { lowerBound } from "./bytes.ts";
import { NONE, ROW, type Sections, UNPARSABLE } from "./layout.ts";
import type { Texts } from "./texts.ts";
import type { ExplainedRange, Hit, Verdict } from "./types.ts";

type Outcome = ExplainedRange["outcome"];

/** Positions of versions that are remembered per scheme: operating systems build many packages from one version. */
const REMEMBERED_MAX = 20_000;

/** Judges versions by the rows of packages. */
export interface Judge {
  /** Over one or two packages; hits of one group become one. Hits may be shared between verdicts. */
  verdict(packages: readonly number[], scheme: VersionScheme | null, version: string): Verdict;
  explain(packages: readonly number[], scheme: VersionScheme | null, version: string): Explained[];
}

export interface Explained {
  readonly hit: Hit;
  readonly outcome: Outcome;
  readonly withdrawnAt: string | null;
}

/** The place of a version among the sorted keys: twice the position of the first key not below, plus one if equal. */
const createPlaces = ({ keyOffsets, keyBytes }: Sections) => {
  const remembered = new Map<VersionScheme, Map<string, number>>();
  const count = keyOffsets.length - 1;

  const compareAt = (position: number, key: Uint8Array): number => {
    const start = keyOffsets[position]!;
    const length = keyOffsets[position + 1]! - start;
    const shared = Math.min(length, key.length);
    for (let i = 0; i < shared; i++) {
      const d = keyBytes[start + i]! - key[i]!;
      if (d !== 0) return d;
    }
    return length - key.length;
  };

  const search = (key: Uint8Array): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low * 2 + (low < count && compareAt(low, key) === 0 ? 1 : 0);
  };

  return (scheme: VersionScheme | null, version: string): number => {
    if (!scheme) return NO_KEY;
    let known = remembered.get(scheme);
    if (!known) remembered.set(scheme, (known = new Map()));
    let place = known.get(version);
    if (place !== undefined) return place;
    const key = scheme.key(version);
    place = key ? search(key) : NO_KEY;
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(version, place);
    return place;
  };
};

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

/** What a hit says, and which of two rows of a group speaks. */
const createHits = (s: Sections, texts: Texts, direct: Direct) => {
  /** Hits of ranges, made once: unlike those of lists, they do not depend on the version. */
  const rangeHits: (Hit | undefined)[] = [];
  rangeHits.length = s.rowFlags.length;
  const urgencies = Array.from(s.urgencies, texts.decode);

  const lastOf = (row: number): string | null => {
    if ((s.rowFlags[row]! & ROW.last) === 0) return null;
    const at = lowerBound(s.lastRows, row);
    return s.lastRows[at] === row ? texts.recall(s.lastTexts[at]!) : null;
  };

  const hitOf = (row: number, asked: Asked): Hit => {
    const isList = (s.rowFlags[row]! & (ROW.keyList | ROW.textList)) !== 0;
    return isList
      ? makeHit(row, asked.version, asked)
      : (rangeHits[row] ??= makeHit(row, texts.recall(s.rowIntroduced[row]!), asked));
  };

  const makeHit = (row: number, introduced: string, asked: Asked): Hit => ({
    advisory: s.recordGroup[s.rowRecord[row]!]!,
    recordId: texts.recall(s.recordId[s.rowRecord[row]!]!),
    introduced,
    fixedIn: fixRank(row, asked) === -1 ? null : texts.recall(s.rowFixed[row]!),
    lastAffected: lastOf(row),
    urgency: urgencies[s.rowUrgency[row]!] ?? "",
  });

  /** Order of a row's fix: its key's position, -0.5 when it has no key, -1 when there is no fix above the version. */
  const fixRank = (row: number, asked: Asked): number => {
    if (s.rowFixed[row] === NONE) return -1;
    const high = s.rowHigh[row]!;
    if (high >= UNPARSABLE) return -0.5;
    const isList = (s.rowFlags[row]! & (ROW.keyList | ROW.textList)) !== 0;
    if (!isList) return high;
    const { place, direct: scheme } = asked;
    if (scheme !== null) return (direct.order(asked, scheme, high) ?? -1) >= 0 ? -1 : high;
    return place !== NO_KEY && high < (place >> 1) + (place & 1) ? -1 : high;
  };

  const higher = (a: number, b: number, asked: Asked): number => {
    const [x, y] = [fixRank(a, asked), fixRank(b, asked)];
    if (asked.direct !== null && x >= 0 && y >= 0) return direct.orderOfStored(asked.direct, y, x) === 1 ? b : a;
    return y > x ? b : a;
  };
  return { hitOf, higher };
};

export const createJudge = (s: Sections, texts: Texts): Judge => {
  const placeOf = createPlaces(s);
  const direct = createDirect(s, texts);
  const outcomeOf = createOutcome(s, texts, direct);
  const { hitOf, higher } = createHits(s, texts, direct);
  const groupOf = (row: number): number => s.recordGroup[s.rowRecord[row]!]!;

  /** Rows of one package that affect, one per group in the order of groups; the one with the highest fix speaks. */
  const collect = (package_: number, asked: Asked): { rows: number[]; undecided: boolean } => {
    const rows: number[] = [];
    let undecided = false;
    const end = s.packageRowOffsets[package_ + 1]!;
    for (let row = s.packageRowOffsets[package_]!; row < end; row++) {
      const outcome = outcomeOf(row, asked);
      if (outcome === "unparsable") undecided = true;
      if (outcome !== "affected") continue;
      const last = rows.length - 1;
      // A package's rows are sorted by group.
      if (last >= 0 && groupOf(rows[last]!) === groupOf(row)) rows[last] = higher(rows[last]!, row, asked);
      else rows.push(row);
    }
    return { rows, undecided };
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
    const first = collect(packages[0]!, asked);
    const second = packages.length > 1 ? collect(packages[1]!, asked) : null;
    const rows = second ? merge(first.rows, second.rows, asked) : first.rows;
    if (rows.length > 0) return { verdict: "affected", hits: rows.map((row) => hitOf(row, asked)) };
    return first.undecided || second?.undecided === true ? UNDECIDED : NOT_AFFECTED;
  };

  const explain = (packages: readonly number[], scheme: VersionScheme | null, version: string): Explained[] => {
    const asked = askedOf(scheme, version, placeOf(scheme, version));
    const rows = packages.flatMap((p) => {
      const start = s.packageRowOffsets[p]!;
      return Array.from({ length: s.packageRowOffsets[p + 1]! - start }, (_, i) => start + i);
    });
    return rows
      .sort((a, b) => groupOf(a) - groupOf(b) || a - b)
      .map((row) => {
        const record = s.rowRecord[row]!;
        const at = lowerBound(s.withdrawnRecords, record);
        const withdrawn = s.withdrawnRecords[at] === record ? s.withdrawnAt[at]! : Number.NaN;
        return {
          hit: {
            ...hitOf(row, asked),
            fixedIn: s.rowFixed[row] === NONE ? null : texts.recall(s.rowFixed[row]!),
          },
          outcome: outcomeOf(row, asked),
          withdrawnAt: Number.isNaN(withdrawn) ? null : new Date(withdrawn).toISOString(),
        };
      });
  };

  return { verdict, explain };
};
