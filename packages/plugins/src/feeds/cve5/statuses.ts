import type { VersionScheme } from "@zerotrace/core";
import { versionAfter } from "../next-version.ts";

/** One element of `versions[]`, read. */
export interface StatusEntry {
  readonly version: string;
  readonly isAffected: boolean;
  /** Where it ends; null: it speaks of one version. `*` has no end. */
  readonly end: { readonly version: string; readonly isIncluded: boolean } | null;
  readonly changes: readonly { readonly at: string; readonly isAffected: boolean }[];
}

/** What is affected: ranges as OSV's events, and single versions. */
export interface AffectedVersions {
  readonly ranges: readonly (readonly Readonly<Record<string, string>>[])[];
  readonly versions: readonly string[];
}

/** More bounds than these in one entry are refused: every one is asked of every entry. */
const BOUNDS_MAX = 2000;
const START = "0";
export const NO_END = "*";

interface Piece {
  /** Where it begins; null: before all bounds. */
  readonly from: string | null;
  /** True: the bound itself; false: what lies between it and the next one. */
  readonly isPoint: boolean;
}

/** `0` is the beginning, whatever the scheme says of it. */
const compareIn =
  (scheme: VersionScheme) =>
  (a: string, b: string): number => {
    if (a === b) return 0;
    if (a === START || b === START) return a === START ? -1 : 1;
    return scheme.compare(a, b) ?? 0;
  };

const boundsOf = (entries: readonly StatusEntry[]): string[] =>
  entries.flatMap(({ version, end, changes }) => [
    version,
    ...(end === null || end.version === NO_END ? [] : [end.version]),
    ...changes.map((change) => change.at),
  ]);

/**
 * Turns `versions[]` and `defaultStatus` into what is affected, by the CVE record format's rule: the first entry that a
 * version lies in decides, its last change at or below the version included; else the default. Null when a bound is none
 * of the scheme's versions or there are too many. (https://github.com/CVEProject/cve-schema, versions.md)
 */
export function affectedVersions(
  entries: readonly StatusEntry[],
  isAffectedByDefault: boolean,
  scheme: VersionScheme,
): AffectedVersions | null {
  const compare = compareIn(scheme);
  const known = [...new Set(boundsOf(entries))];
  if (known.length > BOUNDS_MAX) return null;
  if (known.some((bound) => bound !== START && scheme.compare(bound, bound) === null)) return null;
  known.sort(compare);
  const bounds = known.filter((bound, i) => i === 0 || compare(bound, known[i - 1]!) !== 0);
  const pieces: Piece[] = [{ from: null, isPoint: false }];
  for (const from of bounds) pieces.push({ from, isPoint: true }, { from, isPoint: false });
  const statuses = pieces.map((piece) => statusOf(piece, entries, isAffectedByDefault, compare));
  return joined(pieces, statuses, scheme);
}

function statusOf(
  { from, isPoint }: Piece,
  entries: readonly StatusEntry[],
  byDefault: boolean,
  compare: (a: string, b: string) => number,
): boolean {
  if (from === null) return byDefault;
  for (const { version, isAffected, end, changes } of entries) {
    const atStart = compare(version, from);
    if (atStart > 0) continue;
    if (end === null) {
      if (isPoint && atStart === 0) return isAffected;
      continue;
    }
    if (end.version !== NO_END) {
      const atEnd = compare(from, end.version);
      if (atEnd > 0 || (atEnd === 0 && !(end.isIncluded && isPoint))) continue;
    }
    const reached = changes.filter((change) => compare(change.at, from) <= 0);
    reached.sort((a, b) => compare(a.at, b.at));
    return reached.at(-1)?.isAffected ?? isAffected;
  }
  return byDefault;
}

function joined(pieces: readonly Piece[], statuses: readonly boolean[], scheme: VersionScheme): AffectedVersions {
  const ranges: Record<string, string>[][] = [];
  const versions: string[] = [];
  for (let at = 0; at < pieces.length; at++) {
    if (!statuses[at]) continue;
    let last = at;
    while (statuses[last + 1]) last++;
    const { from, isPoint } = pieces[at]!;
    const until = pieces[last]!;
    if (at === last && isPoint && from !== START) versions.push(from!);
    else {
      const introduced = from === null ? START : isPoint ? from : (versionAfter(scheme, from) ?? from);
      ranges.push([{ introduced }, ...endOf(until, pieces[last + 1])]);
    }
    at = last;
  }
  return { ranges, versions };
}

const endOf = (last: Piece, next: Piece | undefined): Record<string, string>[] => {
  if (next === undefined) return [];
  return last.isPoint ? [{ last_affected: last.from! }] : [{ fixed: next.from! }];
};
