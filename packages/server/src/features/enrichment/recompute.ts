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

/** Components of a company's assets above which it is not remembered, and computed as a whole each time. */
const FLEET_MAX = 16_000_000;

export interface Recomputed {
  /** What the findings are now true of; null where the company is too large to be remembered. */
  readonly fleet: Fleet | null;
  /** Assets that were computed, sorted. */
  readonly assets: string[];
  /** Those of them whose sums changed, sorted. */
  readonly changedAssets: string[];
  readonly findings: Refreshed;
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
  return { fleet: null, assets, changedAssets: assets, findings };
};

/** Writes the sums of some assets, as the fleet and what statements leave of its components make them. */
const writeSums = async (tx: Tx, companyId: number, fleet: Fleet, assets: Iterable<string>): Promise<string[]> => {
  const ruled = new Map((await ruledSums(tx, companyId)).map((row): [number, OpenSums] => [row.id, row]));
  return await writeAssetSums(tx, companyId, fleet.sumsOf(assets, ruled));
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
  await refreshVexEffects(tx, companyId);
  const dirty = await dirtyAssets(tx, companyId);
  const changedAssets = await writeSums(tx, companyId, fleet, await assetIds(tx, companyId));
  return { fleet, assets: [...new Set([...dirty, ...changedAssets])].sort(), changedAssets, findings };
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
  const touched = new Set([...judged.since.flatMap(({ ids }) => ids), ...moved.components]);
  const assets = fleet.assetsWith(await fleet.readSums(tx, touched));
  for (const id of moved.assets) assets.add(id);
  for (const id of await dirtyAssets(tx, companyId)) assets.add(id);
  const changedAssets = await writeSums(tx, companyId, fleet, assets);
  return { fleet, assets: [...assets].sort(), changedAssets, findings };
};
