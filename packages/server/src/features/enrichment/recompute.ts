import type { Tx } from "../../platform/db/index.ts";
import {
  assetIds,
  dirtyAssets,
  heldComponents,
  markAllDirty,
  type OpenSums,
  refreshDirtyAssets,
  ruledSums,
  writeAssetSums,
} from "../assets/index.ts";
import type { ChangedMatch, Rejudged } from "../components/index.ts";
import { type Present, refreshFindings, type Refreshed } from "../findings/index.ts";
import { refreshVexEffects } from "../vex/index.ts";
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
  const ruledAnew = await refreshVexEffects(tx, companyId);
  if (feedChanged || ruledAnew > 0) await markAllDirty(tx, companyId);
  const assets = await refreshDirtyAssets(tx, companyId);
  return { fleet: null, assets, computed: assets, changedAssets: assets, findings, open: null };
};

/** What statements leave of components. */
const rulings = async (tx: Tx, companyId: number): Promise<Ruled> =>
  new Map((await ruledSums(tx, companyId)).map((row): [number, OpenSums] => [row.id, row]));

/** Reads what the assets hold once, and computes of it what the database would take apart several times. */
const everything = async (tx: Tx, companyId: number, known: Known): Promise<Recomputed> => {
  if ((await heldComponents(tx, companyId)) > FLEET_MAX) return await everythingStored(tx, companyId, known);
  const fleet = createFleet(companyId);
  fleet.judgedUpTo = known.judged.end;
  const held = (await fleet.read(tx)).components;
  await fleet.readSums(tx, held);
  const components = Array.from(held, (componentId) => ({ componentId, assetCount: fleet.assetCount(componentId) }));
  const findings = await refreshFindings(tx, companyId, { components, matches: [], isAll: true });
  await refreshVexEffects(tx, companyId);
  const dirty = await dirtyAssets(tx, companyId);
  const ruled = await rulings(tx, companyId);
  const sums = fleet.changedSums(new Set(await assetIds(tx, companyId)), ruled);
  const changedAssets = await writeAssetSums(tx, companyId, sums);
  const assets = [...new Set([...dirty, ...changedAssets])].sort();
  const computed = sums.map(({ id }) => id);
  return { fleet, assets, computed, changedAssets, findings, open: fleet.total(ruled) };
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

/**
 * Makes a company's findings and the sums of its assets true. From scratch where nothing is remembered; else of those
 * matches alone that judging changed and of components that another number of assets has, and of those assets alone that have one
 * of which something changed. Both ways recompute, and give the same.
 */
export const recompute = async (tx: Tx, companyId: number, known: Known): Promise<Recomputed> => {
  const { fleet, judged } = known;
  if (fleet === null || judged.since === null) return await everything(tx, companyId, known);
  fleet.judgedUpTo = judged.end;
  const moved = await fleet.read(tx);
  const findings = await refreshFindings(tx, companyId, presentOf(fleet, moved.components, judged.since));
  const ruledAnew = await refreshVexEffects(tx, companyId);
  if (ruledAnew > 0) await markAllDirty(tx, companyId);
  for (const { sums } of judged.since) fleet.takeSums(sums ?? []);
  const unknown = judged.since.flatMap(({ ids, sums }) => (sums === null ? ids : []));
  await fleet.readSums(tx, new Set([...unknown, ...moved.components]));
  const ruled = await rulings(tx, companyId);
  const sums = fleet.changedSums(new Set([...moved.assets, ...(await dirtyAssets(tx, companyId))]), ruled);
  const changedAssets = await writeAssetSums(tx, companyId, sums);
  const assets = sums.map(({ id }) => id).sort();
  return { fleet, assets, computed: assets, changedAssets, findings, open: fleet.total(ruled) };
};
