import type { VersionScheme } from "../version/scheme.ts";
import { lowerBound } from "./bytes.ts";
import { type Asked, askedOf } from "./direct.ts";
import { plainHit } from "./hits.ts";
import type { Explained, Judge, Layer } from "./judge.ts";
import { NONE, ROW, type Sections } from "./layout.ts";
import type { Texts } from "./texts.ts";
import type { ExplainedRange, Hit, Verdict } from "./types.ts";

const NOT_AFFECTED: Verdict = Object.freeze({ verdict: "not_affected", hits: Object.freeze([]) });
const UNDECIDED: Verdict = Object.freeze({ verdict: "unknown", reason: "unparsable", hits: Object.freeze([]) });

type Outcome = ExplainedRange["outcome"];

/** What the judge knows of rows. */
interface RowFacts {
  readonly end: (package_: number) => { readonly from: number; readonly to: number };
  readonly groupOf: (row: number) => number;
  readonly outcomeOf: (row: number) => Outcome;
  readonly hasFix: (row: number) => boolean;
  /** Of two that affect, the one with the higher fix. */
  readonly higher: (a: number, b: number) => number;
}

/** What the layers say of one group. */
interface Said {
  readonly rank: number;
  /** The row that affects; -1: none does, and one could not be decided. */
  row: number;
}

/** Whether a layer knows a group: its rows are sorted by group. */
const knows = ({ end, groupOf, outcomeOf }: RowFacts, layer: Layer, group: number): boolean => {
  const { from, to } = end(layer.package);
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (groupOf(middle) < group) low = middle + 1;
    else high = middle;
  }
  for (let row = low; row < to && groupOf(row) === group; row++) if (outcomeOf(row) !== "withdrawn") return true;
  return false;
};

/**
 * What several layers, sorted by rank, say of each group: the first that knows it speaks. Where it affects and names no fix, a later one's fix
 * is shown. Withdrawn rows say nothing. `overruled`: rows that would affect or leave undecided if an earlier layer did not speak.
 */
const collectLayers = (layers: readonly Layer[], facts: RowFacts) => {
  const groups = new Map<number, Said>();
  const overruled: number[] = [];
  for (const layer of layers) {
    const { from, to } = facts.end(layer.package);
    for (let row = from; row < to; row++) {
      const outcome = facts.outcomeOf(row);
      if (outcome !== "affected" && outcome !== "unparsable") continue;
      const group = facts.groupOf(row);
      let said = groups.get(group);
      if (said === undefined) {
        if (layers.some((earlier) => earlier.rank < layer.rank && knows(facts, earlier, group))) {
          overruled.push(row);
          continue;
        }
        groups.set(group, (said = { rank: layer.rank, row: -1 }));
      }
      if (said.rank !== layer.rank) {
        if (said.row < 0) overruled.push(row);
        else if (outcome === "affected" && !facts.hasFix(said.row) && facts.hasFix(row)) said.row = row;
      } else if (outcome === "affected") said.row = said.row < 0 ? row : facts.higher(said.row, row);
    }
  }
  return { said: [...groups.values()], overruled };
};

/** What the judge knows of one row and one version. */
interface RowRules {
  readonly groupOf: (row: number) => number;
  readonly outcomeOf: (row: number, asked: Asked) => Outcome;
  readonly hitOf: (row: number, asked: Asked) => Hit;
  readonly higher: (a: number, b: number, asked: Asked) => number;
  readonly fixRank: (row: number, asked: Asked) => number;
  readonly placeOf: (scheme: VersionScheme | null, version: string) => number;
}

/** The judge's part over packages of several editions, and the explanation of every range of them. */
export const createLayered = (
  s: Sections,
  texts: Texts,
  { groupOf, outcomeOf, hitOf, higher, fixRank, placeOf }: RowRules,
  plain: Judge["verdict"],
): Pick<Judge, "layered" | "explain"> => {
  const factsOf = (asked: Asked): RowFacts => ({
    end: (package_) => ({ from: s.packageRowOffsets[package_]!, to: s.packageRowOffsets[package_ + 1]! }),
    groupOf,
    outcomeOf: (row) => outcomeOf(row, asked),
    hasFix: (row) => fixRank(row, asked) !== -1,
    higher: (a, b) => higher(a, b, asked),
  });

  const layered = (layers: readonly Layer[], scheme: VersionScheme | null, version: string): Verdict => {
    if (layers.length === 1) return plain([layers[0]!.package], scheme, version);
    const asked = askedOf(scheme, version, placeOf(scheme, version));
    const { said } = collectLayers(layers, factsOf(asked));
    const rows = said.filter(({ row }) => row >= 0).map(({ row }) => row);
    rows.sort((a, b) => groupOf(a) - groupOf(b));
    if (rows.length > 0) return { verdict: "affected", hits: rows.map((row) => hitOf(row, asked)) };
    return said.length > 0 ? UNDECIDED : NOT_AFFECTED;
  };

  const explained = (row: number, asked: Asked, isOverruled: boolean): Explained => {
    const record = s.rowRecord[row]!;
    const at = lowerBound(s.withdrawnRecords, record);
    const withdrawn = s.withdrawnRecords[at] === record ? s.withdrawnAt[at]! : Number.NaN;
    const fixedIn = s.rowFixed[row] === NONE ? null : texts.recall(s.rowFixed[row]!);
    return {
      hit: { ...plainHit(hitOf(row, asked)), fixedIn },
      outcome: isOverruled ? "other_edition" : outcomeOf(row, asked),
      withdrawnAt: Number.isNaN(withdrawn) ? null : new Date(withdrawn).toISOString(),
      isRejected: (s.rowFlags[row]! & ROW.rejected) !== 0,
    };
  };

  const explain = (layers: readonly Layer[], scheme: VersionScheme | null, version: string): Explained[] => {
    const asked = askedOf(scheme, version, placeOf(scheme, version));
    const overruled = new Set(collectLayers(layers, factsOf(asked)).overruled);
    const rows = layers.flatMap(({ package: p }) => {
      const start = s.packageRowOffsets[p]!;
      return Array.from({ length: s.packageRowOffsets[p + 1]! - start }, (_, i) => start + i);
    });
    return rows
      .sort((a, b) => groupOf(a) - groupOf(b) || a - b)
      .map((row) => explained(row, asked, overruled.has(row)));
  };

  return { layered, explain };
};
