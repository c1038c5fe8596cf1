import type { Tx } from "../../platform/db/index.ts";
import {
  assetIds,
  countHeld,
  dirtyAssets,
  heldComponents,
  markAllDirty,
  type OpenSums,
  refreshDirtyAssets,
  ruledSums,
  ruledThere,
  writeAssetSums,
  writeHeld,
} from "../assets/index.ts";
import type { ChangedMatch, Rejudged } from "../components/index.ts";
import { type Present, refreshFindings, type Refreshed } from "../findings/index.ts";
import { refreshRulings } from "../decisions/index.ts";
import { isRuledOn, lockFindings } from "../vex/index.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import type { Ruled } from "./sums.ts";

/** Components of a company's assets above which it is not remembered, and computed as a whole each time. */
const FLEET_MAX = 16_000_000;

export interface Recomputed {
  /** What the findings are now true of; null where the company is too large to be remembered. */
  readonly fleet: Fleet | null;
  /** Assets of which something may be other than before, sorted. */
  readonly assets: string[];
  /** Assets whose sums were computed, in any order: from scratch all that there are. */
  readonly computed: string[];
  /** Those of them whose sums changed, sorted. */
  readonly changedAssets: string[];
  readonly findings: Refreshed;
  /** What is open of the company, each finding once, and the highest risk; null where nothing is remembered. */
  readonly open: OpenSums | null;
  /** False: no statement and no decision says anything of any finding. */
  readonly isRuled: boolean;
  /** Components of which findings may be other than before; null: any. */
  readonly touched: readonly number[] | null;
}

/** What is known before. */
export interface Known {
  readonly fleet: Fleet | null;
  /** `since`: what was judged since the fleet's position, null when that is not known; `end`: the position now. */
  readonly judged: { readonly end: number; readonly since: readonly Rejudged[] | null };
  readonly feedChanged: boolean;
}

/** A company that is too large to be remembered: the database takes its inventories apart. */
const everythingStored = async (tx: Tx, companyId: number, { feedChanged }: Known): Promise<Recomputed> => {
  const findings = await refreshFindings(tx, companyId);
  await countHeld(tx, companyId);
  const ruledAnew = await refreshRulings(tx, companyId);
  if (feedChanged || ruledAnew > 0) await markAllDirty(tx, companyId);
  const assets = await refreshDirtyAssets(tx, companyId);
  return {
    fleet: null,
    assets,
    computed: assets,
    changedAssets: assets,
    findings,
    open: null,
    isRuled: true,
    touched: null,
  };
};

/** What statements and decisions leave of components. */
const rulings = async (tx: Tx, companyId: number): Promise<Ruled> => {
  const everywhere = new Map((await ruledSums(tx, companyId)).map((row): [number, OpenSums] => [row.id, row]));
  const { assets, sums } = await ruledThere(tx, companyId);
  const byKey = new Map<string, Map<number, OpenSums>>();
  for (const { key } of assets) if (!byKey.has(key)) byKey.set(key, new Map());
  for (const { key, ...row } of sums) byKey.get(key)?.set(row.id, row);
  const there = new Map(assets.map(({ id, key }) => [id, byKey.get(key) ?? new Map<number, OpenSums>()]));
  return { isEmpty: everywhere.size + there.size === 0, everywhere, there };
};

/** Reads what the assets hold once, and computes of it what the database would take apart several times. */
const everything = async (tx: Tx, companyId: number, known: Known): Promise<Recomputed> => {
  if ((await heldComponents(tx, companyId)) > FLEET_MAX) return await everythingStored(tx, companyId, known);
  const fleet = createFleet(companyId);
  fleet.judgedUpTo = known.judged.end;
  const held = (await fleet.read(tx)).components;
  await fleet.readSums(tx, held);
  const components = Array.from(held, (componentId) => ({ componentId, assetCount: fleet.assetCount(componentId) }));
  const findings = await refreshFindings(tx, companyId, { components, matches: [], isAll: true });
  await writeHeld(tx, companyId, components, true);
  await refreshRulings(tx, companyId);
  const dirty = await dirtyAssets(tx, companyId);
  const ruled = await rulings(tx, companyId);
  const sums = fleet.changedSums(new Set(await assetIds(tx, companyId)), ruled);
  const changedAssets = await writeAssetSums(tx, companyId, sums);
  const assets = [...new Set([...dirty, ...changedAssets])].sort();
  const computed = sums.map(({ id }) => id);
  return { fleet, assets, computed, changedAssets, findings, open: fleet.total(ruled), isRuled: true, touched: null };
};

/** What of the findings may be other than before: some components as a whole, of others single matches. */
const presentOf = (fleet: Fleet, moved: ReadonlySet<number>, since: readonly Rejudged[]): Present => {
  const wholes = new Set(moved);
  for (const { ids, changed } of since) {
    if (changed === null) for (const id of ids) if (fleet.assetCount(id) > 0) wholes.add(id);
  }
  const matches = new Map<string, ChangedMatch>();
  for (const match of since.flatMap(({ changed }) => changed ?? [])) {
    const { componentId, advisoryId } = match;
    if (fleet.assetCount(componentId) > 0 && !wholes.has(componentId)) {
      matches.set(`${componentId} ${advisoryId}`, match);
    }
  }
  const countOf = (componentId: number) => ({ componentId, assetCount: fleet.assetCount(componentId) });
  return {
    components: Array.from(wholes, countOf),
    matches: Array.from(matches.values(), (match) => ({ ...match, ...countOf(match.componentId) })),
  };
};

/** No statement and no decision speaks of anything. */
const NOTHING_RULED: Ruled = { isEmpty: true, everywhere: new Map(), there: new Map() };

/** What sums depend on beside the components. */
interface Standing {
  readonly ruled: Ruled;
  readonly dirty: readonly string[];
}

/**
 * Makes findings true, and what statements and people decide of them. Where nothing is decided `sum` does not wait for that: it
 * computes while the database writes.
 */
const findingsAndSums = async <T>(
  tx: Tx,
  companyId: number,
  present: Present,
  sum: (standing: Standing) => Promise<T>,
): Promise<{ findings: Refreshed; isRuled: boolean; sums: T }> => {
  const isRuled = await isRuledOn(tx, companyId);
  if (!isRuled) {
    const dirty = await dirtyAssets(tx, companyId);
    const writing = refreshFindings(tx, companyId, present);
    const summing = sum({ ruled: NOTHING_RULED, dirty });
    // Neither may go on when the transaction is over, should the other fail.
    await Promise.allSettled([writing, summing]);
    return { findings: await writing, isRuled, sums: await summing };
  }
  const findings = await refreshFindings(tx, companyId, present);
  if ((await refreshRulings(tx, companyId)) > 0) await markAllDirty(tx, companyId);
  const ruled = await rulings(tx, companyId);
  return { findings, isRuled, sums: await sum({ ruled, dirty: await dirtyAssets(tx, companyId) }) };
};

/**
 * Makes a company's findings and the sums of its assets true. From scratch where nothing is remembered; else of those
 * matches alone that judging changed and of components that another number of assets has, and of those assets alone that have one
 * of which something changed. Both ways recompute, and give the same.
 */
export const recompute = async (tx: Tx, companyId: number, known: Known): Promise<Recomputed> => {
  const { fleet } = known;
  const { end, since } = known.judged;
  await lockFindings(tx, companyId);
  if (fleet === null || since === null) return await everything(tx, companyId, known);
  fleet.judgedUpTo = end;
  const moved = await fleet.read(tx);
  await writeHeld(
    tx,
    companyId,
    Array.from(moved.components, (componentId) => ({ componentId, assetCount: fleet.assetCount(componentId) })),
  );
  const present = presentOf(fleet, moved.components, since);
  const { sums: summed, ...judgedNow } = await findingsAndSums(tx, companyId, present, async ({ ruled, dirty }) => {
    for (const { sums } of since) fleet.takeSums(sums ?? []);
    const unknown = since.flatMap(({ ids, sums }) => (sums === null ? ids : []));
    await fleet.readSums(tx, new Set([...unknown, ...moved.components]));
    const changed = fleet.changedSums(new Set([...moved.assets, ...dirty]), ruled);
    const open = fleet.total(ruled);
    const changedAssets = await writeAssetSums(tx, companyId, changed);
    return { assets: changed.map(({ id }) => id).sort(), changedAssets, open };
  });
  const touched = [...new Set([...present.components, ...present.matches].map(({ componentId }) => componentId))];
  return { ...summed, ...judgedNow, fleet, computed: summed.assets, touched };
};
