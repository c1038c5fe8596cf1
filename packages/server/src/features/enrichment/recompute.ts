import type { Tx } from "../../platform/db/index.ts";
import {
  assetIds,
  countHeld,
  dirtyAssets,
  heldComponents,
  heldCounts,
  markAllDirty,
  type OpenSums,
  refreshDirtyAssets,
  writeAssetSums,
  writeHeld,
} from "../assets/index.ts";
import type { ChangedMatch, Rejudged } from "../components/index.ts";
import { type Present, refreshFindings, type Refreshed } from "../findings/index.ts";
import { refreshRulings } from "../decisions/index.ts";
import { isRuledOn, lockFindings } from "../vex/index.ts";
import { createFleet, type Fleet, type FleetChanges } from "./fleet.ts";
import { type Computed, takeMark, writtenSince } from "./sql.ts";
import type { Ruled } from "./sums.ts";

/** Components of a company's assets above which it is not remembered, and computed as a whole each time. */
const FLEET_MAX = 16_000_000;

/**
 * Which formula findings, sums, fixes and counters follow. Another one for every change of what is written from the same inventories,
 * verdicts and decisions: what an older formula wrote is computed anew, once.
 */
export const FORMULA = "1";

export interface Recomputed {
  /** Up to where everything is true that was recomputed. */
  readonly upTo: Computed;
  /** What the findings are now true of; null where the company is too large to be remembered. */
  readonly fleet: Fleet | null;
  /** Assets of which something may be other than before, sorted. */
  readonly assets: string[];
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
}

type Own = Omit<Recomputed, "upTo">;

/** A company that is too large to be remembered: the database takes its inventories apart. */
const everythingStored = async (tx: Tx, companyId: number): Promise<Own> => {
  const findings = await refreshFindings(tx, companyId);
  await countHeld(tx, companyId);
  await refreshRulings(tx, companyId);
  await markAllDirty(tx, companyId);
  const assets = await refreshDirtyAssets(tx, companyId);
  return {
    fleet: null,
    assets,
    changedAssets: assets,
    findings,
    open: null,
    isRuled: true,
    touched: null,
  };
};

/** Reads what the assets hold once, and computes of it what the database would take apart several times. */
const everything = async (tx: Tx, companyId: number, fleet: Fleet): Promise<Own> => {
  const components = Array.from(fleet.components(), (id) => ({ componentId: id, assetCount: fleet.assetCount(id) }));
  const findings = await refreshFindings(tx, companyId, { components, matches: [], isAll: true });
  await writeHeld(tx, companyId, components, true);
  await refreshRulings(tx, companyId);
  const dirty = await dirtyAssets(tx, companyId);
  const sums = fleet.changedSums(new Set(await assetIds(tx, companyId)), await fleet.rulings.read(tx, companyId, []));
  const changedAssets = await writeAssetSums(tx, companyId, sums);
  const assets = [...new Set([...dirty, ...changedAssets])].sort();
  return { fleet, assets, changedAssets, findings, open: fleet.total(), isRuled: true, touched: null };
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

const componentsOf = ({ components, matches }: Present): number[] => [
  ...new Set([...components, ...matches].map(({ componentId }) => componentId)),
];

/** No statement and no decision speaks of anything. */
const NOTHING_RULED: Ruled = { everywhere: new Map(), there: new Map() };

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
  { present, fleet }: { present: Present; fleet: Fleet },
  sum: (standing: Standing) => Promise<T>,
): Promise<{ findings: Refreshed; isRuled: boolean; sums: T }> => {
  const isRuled = await isRuledOn(tx, companyId);
  if (!isRuled) {
    fleet.rulings.forget();
    const dirty = await dirtyAssets(tx, companyId);
    const writing = refreshFindings(tx, companyId, present);
    const summing = sum({ ruled: NOTHING_RULED, dirty });
    // Neither may go on when the transaction is over, should the other fail.
    await Promise.allSettled([writing, summing]);
    return { findings: await writing, isRuled, sums: await summing };
  }
  const findings = await refreshFindings(tx, companyId, present);
  const components = componentsOf(present);
  await refreshRulings(tx, companyId, { components });
  const ruled = await fleet.rulings.read(tx, companyId, components);
  return { findings, isRuled, sums: await sum({ ruled, dirty: await dirtyAssets(tx, companyId) }) };
};

/** What is other than when everything was computed last. */
interface Differences {
  readonly moved: FleetChanges;
  readonly since: readonly Rejudged[];
  /** Assets whose sums are not remembered. */
  readonly unsummed: readonly string[];
}

/** Of these differences alone: of those matches that judging changed, of components that other assets have, and of assets that have one. */
const differencesOnly = async (
  tx: Tx,
  companyId: number,
  fleet: Fleet,
  { moved, since, unsummed }: Differences,
): Promise<Own> => {
  const held = Array.from(moved.components, (id) => ({ componentId: id, assetCount: fleet.assetCount(id) }));
  await writeHeld(tx, companyId, held);
  const present = presentOf(fleet, moved.components, since);
  const { sums: summed, ...judgedNow } = await findingsAndSums(
    tx,
    companyId,
    { present, fleet },
    async ({ ruled, dirty }) => {
      for (const { sums } of since) fleet.takeSums(sums ?? []);
      const unknown = since.flatMap(({ ids, sums }) => (sums === null ? ids : []));
      await fleet.readSums(tx, new Set([...unknown, ...moved.components]));
      const sums = fleet.changedSums(new Set([...moved.assets, ...dirty, ...unsummed]), ruled);
      const changedAssets = await writeAssetSums(tx, companyId, sums);
      const assets = [...new Set([...moved.assets, ...dirty, ...changedAssets])].sort();
      return { assets, changedAssets, open: fleet.total() };
    },
  );
  return { ...summed, ...judgedNow, fleet, touched: componentsOf(present) };
};

/**
 * What differs from what is stored since it was marked as computed, as nothing is remembered: a component of which another number of
 * assets is known, and all that an asset has of which a source was written since. Who came to have a component is such an asset, and when nobody did
 * there are fewer.
 */
const differencesSince = async (tx: Tx, companyId: number, fleet: Fleet, mark: Computed): Promise<Differences> => {
  const written = await writtenSince(tx, companyId, mark);
  await fleet.readSums(tx, fleet.components());
  const components = fleet.heldBy(written.assets);
  const known = await heldCounts(tx, companyId);
  for (const [id, count] of known) if (fleet.assetCount(id) !== count) components.add(id);
  for (const id of fleet.components()) if (!known.has(id)) components.add(id);
  return {
    moved: { components, assets: new Set(written.assets) },
    since: [{ ids: written.components, changed: null, sums: null }],
    unsummed: await assetIds(tx, companyId),
  };
};

/**
 * Makes a company's findings and the sums of its assets true. From scratch where nothing is known; else of the differences alone: from
 * what is remembered, or, as after a start, from what is marked as computed. All ways recompute, and give the same. Takes the mark.
 */
export const recompute = async (tx: Tx, companyId: number, known: Known): Promise<Recomputed> => {
  const { end, since } = known.judged;
  await lockFindings(tx, companyId);
  const { now: upTo, mark } = await takeMark(tx, companyId, FORMULA);
  if (known.fleet !== null && since !== null) {
    const { fleet } = known;
    fleet.judgedUpTo = end;
    const moved = await fleet.read(tx);
    return { upTo, ...(await differencesOnly(tx, companyId, fleet, { moved, since, unsummed: [] })) };
  }
  if ((await heldComponents(tx, companyId)) > FLEET_MAX) return { upTo, ...(await everythingStored(tx, companyId)) };
  const fleet = createFleet(companyId);
  fleet.judgedUpTo = end;
  await fleet.read(tx);
  if (mark === null) {
    await fleet.readSums(tx, fleet.components());
    return { upTo, ...(await everything(tx, companyId, fleet)) };
  }
  const differences = await differencesSince(tx, companyId, fleet, mark);
  return { upTo, ...(await differencesOnly(tx, companyId, fleet, differences)) };
};
