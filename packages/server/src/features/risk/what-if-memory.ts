import type { Tx } from "../../platform/db/index.ts";
import type { FindingFilter } from "../findings/index.ts";
import { remembered } from "../findings/index.ts";
import type { Holdings, HoldingsStore } from "../holdings/index.ts";
import {
  fixedOf,
  type Left,
  type PackedFix,
  rowsSelected,
  type Taken,
  takeAway,
  type TakenAway,
  type Tallies,
  type TallyStore,
} from "../tallies/index.ts";
import { closes, type FixKey } from "./rules.ts";
import { isDecidedSomewhere, type Standing } from "./what-if-sql.ts";

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
  readonly keys: readonly { readonly key: string; readonly closedCount: number }[];
}

interface AssetFacts {
  readonly id: string;
  readonly open: number;
  readonly risk: number;
  /** What its rating adds; 0 where it has none. */
  readonly points: number;
}

const assetsOf = (tx: Tx, companyId: number): Promise<AssetFacts[]> =>
  tx.query(
    `select a.id, (a.critical + a.high + a.medium + a.low + a."none" + a.unknown)::int as open, a.weighted_risk as risk,
       greatest(a.weighted_risk - a.risk, 0) as points
     from asset a where a.company_id = $1`,
    [companyId],
  );

const standingOf = ({ counts, kevCount }: Left, risk: number, assetCount: number): Standing => {
  const [, unknown = 0, none = 0, low = 0, medium = 0, high = 0, critical = 0] = counts;
  const findingCount = critical + high + medium + low + none + unknown;
  return { risk, findingCount, kevCount, assetCount, critical, high, medium, low, none, unknown };
};

const standings = (assets: readonly AssetFacts[], held: Holdings, { before, after, taken, leftRisk }: TakenAway) => {
  const gone = held.perAsset(taken, "sum");
  const goneOf = ({ id }: AssetFacts): number => gone[held.numberOf(id) ?? -1] ?? 0;
  const rated = assets.filter(({ points }) => points > 0);
  const left = rated.length === 0 ? new Float64Array(0) : held.perAsset(leftRisk, "highest");
  const riskOf = ({ id, points }: AssetFacts): number => {
    const risk = left[held.numberOf(id) ?? -1] ?? 0;
    // as the database adds two numbers of this kind
    return risk === 0 ? 0 : Math.fround(risk + points);
  };
  const highest = assets.reduce((most, { risk }) => Math.max(most, risk), 0);
  const highestLeft = rated.reduce((most, one) => Math.max(most, riskOf(one)), after.maxRisk);
  return {
    before: standingOf(before, highest, assets.filter(({ open }) => open > 0).length),
    after: standingOf(after, highestLeft, assets.filter((one) => one.open - goneOf(one) > 0).length),
    touchedCount: assets.filter((one) => goneOf(one) > 0).length,
  };
};

/** What the keys close of each fix: two keys of one package may close the same. */
const takenByKeys = (tallies: Tallies, keys: readonly FixKey[]) => {
  const taken = new Map<PackedFix, Taken>();
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
    taken.set(fix, (row) => closed.some((of) => of[fixed[row] as number] === true));
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
  const closed =
    "keys" in asked
      ? takenByKeys(tallies, asked.keys)
      : { takenOf: (fix: PackedFix) => known && rowsSelected(fix, known.selector), closedCount: null, keys: [] };
  const taken = takeAway(tallies.fixes, tallies.end, closed.takenOf);
  const closedCount = closed.closedCount ?? taken.taken.reduce((sum, n) => sum + n, 0);
  return { ...standings(await assetsOf(tx, companyId), held, taken), closedCount, keys: closed.keys };
};
