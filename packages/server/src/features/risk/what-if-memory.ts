import type { Tx } from "../../platform/db/index.ts";
import type { FindingFilter } from "../findings/index.ts";
import { isDecidedSomewhere, remembered } from "../findings/index.ts";
import type { Holdings, HoldingsStore } from "../holdings/index.ts";
import {
  fixedOf,
  type Left,
  type PackedFix,
  riskLeft,
  selectedRuns,
  takeAway,
  type TakenAway,
  type TakenRun,
  type Tallies,
  type TallyStore,
  weightTaken,
} from "../tallies/index.ts";
import { closes, type FixKey } from "./rules.ts";
import type { Standing } from "./what-if-sql.ts";

/** Who remembers what is open, and which assets have it. */
export interface Memory {
  readonly tallies: TallyStore;
  readonly holdings: HoldingsStore;
}

/** How the company stands, and how it would; with how much each key closes. */
export interface Answered {
  readonly before: Standing;
  readonly after: Standing;
  readonly touchedCount: number;
  readonly closedCount: number;
  /** Of the risk by which fixes are ranked. */
  readonly takenWeight: number;
  readonly keys: readonly { readonly key: string; readonly closedCount: number }[];
}

interface AssetFacts {
  readonly id: string;
  readonly open: number;
  readonly risk: number;
  /** What its rating adds; 0 where it has none. */
  readonly points: number;
}

/** All in one row: thousands of rows take longer to be read than to be found. */
const assetsOf = async (tx: Tx, companyId: number): Promise<AssetFacts[]> => {
  const [row] = await tx.query<{ facts: string | null }>(
    `select string_agg(concat_ws(' ', a.id, a.critical + a.high + a.medium + a.low + a."none" + a.unknown, a.weighted_risk,
       greatest(a.weighted_risk - a.risk, 0)), e'\n') as facts from asset a where a.company_id = $1`,
    [companyId],
  );
  return (row?.facts?.split("\n") ?? []).map((line) => {
    const [id = "", open, risk, points] = line.split(" ");
    return { id, open: Number(open), risk: Number(risk), points: Number(points) };
  });
};

const standingOf = ({ counts, kevCount }: Left, risk: number, assetCount: number): Standing => {
  const [, unknown = 0, none = 0, low = 0, medium = 0, high = 0, critical = 0] = counts;
  const findingCount = critical + high + medium + low + none + unknown;
  return { risk, findingCount, kevCount, assetCount, critical, high, medium, low, none, unknown };
};

/** `leftRisk`: the highest risk that is left of each component, where anybody asks. */
const standings = (
  assets: readonly AssetFacts[],
  held: Holdings,
  { before, after, taken }: TakenAway,
  leftRisk: () => Float64Array,
) => {
  const gone = held.perAsset(taken, "sum");
  const left = assets.some(({ points }) => points > 0) ? held.perAsset(leftRisk(), "highest") : null;
  let [highest, highestLeft] = [0, after.maxRisk];
  let [openCount, openLeft, touchedCount] = [0, 0, 0];
  for (const { id, open, risk, points } of assets) {
    const number = held.numberOf(id) ?? -1;
    const goneThere = gone[number] ?? 0;
    highest = Math.max(highest, risk);
    if (open > 0) openCount += 1;
    if (open - goneThere > 0) openLeft += 1;
    if (goneThere > 0) touchedCount += 1;
    const riskThere = points > 0 ? (left?.[number] ?? 0) : 0;
    // as the database adds two numbers of this kind
    if (riskThere > 0) highestLeft = Math.max(highestLeft, Math.fround(riskThere + points));
  }
  return {
    before: standingOf(before, highest, openCount),
    after: standingOf(after, highestLeft, openLeft),
    touchedCount,
  };
};

/** What the keys close of each fix: two keys of one package may close the same. */
const takenByKeys = (tallies: Tallies, keys: readonly FixKey[]) => {
  const taken = new Map<PackedFix, TakenRun>();
  const counts = keys.map(() => 0);
  let closedCount = 0;
  for (const fix of tallies.fixes) {
    const own = fix.hasFix
      ? [...keys.entries()].filter(([, key]) => key.ecosystem === fix.ecosystem && key.package === fix.package)
      : [];
    if (own.length === 0) continue;
    const fixed = fixedOf(fix);
    const closed = own.map(([, { ecosystem, version }]) => fix.fixes.map((to) => closes(ecosystem, version, to)));
    for (const n of fixed) {
      for (const [i, [place]] of own.entries()) if (closed[i]?.[n] === true) counts[place] = (counts[place] ?? 0) + 1;
      if (closed.some((of) => of[n] === true)) closedCount += 1;
    }
    const isTaken = (row: number): boolean => closed.some((of) => of[fixed[row] as number] === true);
    taken.set(fix, () => isTaken);
  }
  return {
    takenOf: (fix: PackedFix) => taken.get(fix) ?? null,
    closedCount,
    keys: keys.map(({ key }, i) => ({ key, closedCount: counts[i] ?? 0 })),
  };
};

/**
 * How the company would stand, from memory and without a finding read: without what the keys close, or without what a filter has. Null where
 * memory cannot tell, to who sees some assets only, and where decisions stand on some assets alone.
 */
export const standingRemembered = async (
  tx: Tx,
  companyId: number,
  asked: { readonly keys: readonly FixKey[] } | { readonly filter: FindingFilter },
  { tallies: store, holdings }: Memory,
): Promise<Answered | null> => {
  if (tx.labels !== null || (await isDecidedSomewhere(tx, companyId))) return null;
  const held = await holdings.of(companyId);
  const known = "filter" in asked ? await remembered(tx, companyId, asked.filter, store) : null;
  const tallies = known?.tallies ?? ("keys" in asked ? await store.of(companyId) : null);
  if (held === null || tallies === null) return null;
  const assets = await assetsOf(tx, companyId);
  const closed =
    "keys" in asked
      ? takenByKeys(tallies, asked.keys)
      : { takenOf: (fix: PackedFix) => known && selectedRuns(fix, known.selector), closedCount: null, keys: [] };
  const takenWeight = weightTaken(tallies.fixes, closed.takenOf, held.holderCounts());
  const taken = takeAway(tallies.fixes, tallies.end, closed.takenOf);
  const closedCount = closed.closedCount ?? taken.taken.reduce((sum, n) => sum + n, 0);
  const leftRisk = (): Float64Array => riskLeft(tallies.fixes, tallies.end, closed.takenOf);
  return { ...standings(assets, held, taken, leftRisk), closedCount, takenWeight, keys: closed.keys };
};
