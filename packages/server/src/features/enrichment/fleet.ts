import type { Tx } from "../../platform/db/index.ts";
import type { AssetSums, OpenSums } from "../assets/index.ts";
import { type ComponentSums, componentSums } from "../components/index.ts";
import { sourceComponents, sourcesDigest, sourceVersions } from "../inventory/index.ts";
import { countHolders } from "./holder-counts.ts";
import type { EcosystemCoverage } from "../stats/index.ts";
import { createSums, type Ruled } from "./sums.ts";

/** Sources read in one statement. */
const READ_SOURCES = 500;
/** Components whose sums are read in one statement. */
const READ_COMPONENTS = 20_000;

/** What differs from the state before. */
export interface FleetChanges {
  /** Components that another number of assets has than before, new and gone ones among them. */
  readonly components: ReadonlySet<number>;
  /** Assets that hold something else than before, new and gone ones among them. */
  readonly assets: ReadonlySet<string>;
}

/**
 * What the assets of a company hold, as it was when its findings were last computed: from component to assets in
 * milliseconds, where the database would take every inventory apart. Four bytes a component of an asset.
 */
export interface Fleet {
  /** Components that the assets hold together. */
  readonly size: number;
  /** Up to which of the judged components its findings are true. */
  judgedUpTo: number;
  /** The day (UTC, YYYY-MM-DD) on which its figures were written last. */
  recordedDay: string;
  /** Brings it up to what is stored now. */
  read(tx: Tx): Promise<FleetChanges>;
  /** Reads what these components add to sums. */
  readSums(tx: Tx, ids: Iterable<number>): Promise<void>;
  /** As `readSums`, where it is known what they add. */
  takeSums(rows: readonly ComponentSums[]): void;
  assetCount(componentId: number): number;
  /** The assets that have one of some components, in any order. */
  holders(componentIds: readonly number[]): string[];
  /** Of each group of components how many assets have one of them. Groups of several cost one look at everything together. */
  holderCounts(groups: readonly (readonly number[])[]): number[];
  /** Sums of assets, from scratch: zeros for those that hold nothing; `ruled` stands for what the components add. */
  sumsOf(assets: Iterable<string>, ruled: Ruled): AssetSums[];
  /**
   * Sums of `whole` from scratch, and of every other asset that has a component that adds otherwise than when its sums were computed last:
   * of those by the difference, unless statements rule on any component. The same as `sumsOf` says of them.
   */
  changedSums(whole: ReadonlySet<string>, ruled: Ruled): AssetSums[];
  /** Of all components that any asset has, how many are judged, by ecosystem, most first. */
  coverage(): EcosystemCoverage[];
  /** What is open of all components that any asset has, each once, and the highest risk. */
  total(ruled: Ruled): OpenSums;
}

interface Source {
  readonly version: string;
  readonly ids: Int32Array;
}
type Sources = Map<string, Source>;

const idsOf = (sources: Sources | undefined): Set<number> => {
  const ids = new Set<number>();
  for (const source of sources?.values() ?? []) for (const id of source.ids) ids.add(id);
  return ids;
};

const createInventories = (companyId: number) => {
  const assets = new Map<string, Sources>();
  const counts = new Map<number, number>();

  /** Replaces the sources of one asset and tells which components it came to have, or has no more. */
  const replace = (assetId: string, sources: Sources): Set<number> => {
    const before = idsOf(assets.get(assetId));
    const after = idsOf(sources);
    if (sources.size === 0) assets.delete(assetId);
    else assets.set(assetId, sources);
    const changed = before.symmetricDifference(after);
    for (const id of changed) {
      const count = (counts.get(id) ?? 0) + (after.has(id) ? 1 : -1);
      if (count === 0) counts.delete(id);
      else counts.set(id, count);
    }
    return changed;
  };

  /** The sources of every asset that differs from what is held. */
  const differing = async (tx: Tx): Promise<Map<string, Sources>> => {
    const stored = new Map<string, Map<string, string>>();
    for (const { assetId, source, version } of await sourceVersions(tx, companyId)) {
      const own = stored.get(assetId);
      if (own) own.set(source, version);
      else stored.set(assetId, new Map([[source, version]]));
    }
    const next = new Map<string, Sources>();
    const wanted: { assetId: string; source: string }[] = [];
    for (const [assetId, versions] of stored) {
      const held = assets.get(assetId);
      const old = [...versions].filter(([source, version]) => held?.get(source)?.version === version);
      if (held !== undefined && old.length === versions.size && held.size === versions.size) continue;
      next.set(assetId, new Map(old.map(([source]) => [source, held?.get(source) as Source])));
      for (const source of versions.keys()) if (!next.get(assetId)?.has(source)) wanted.push({ assetId, source });
    }
    for (const assetId of assets.keys()) if (!stored.has(assetId)) next.set(assetId, new Map());
    for (let from = 0; from < wanted.length; from += READ_SOURCES) {
      const rows = await sourceComponents(tx, companyId, wanted.slice(from, from + READ_SOURCES));
      for (const { assetId, source, version, ids } of rows) next.get(assetId)?.set(source, { version, ids });
    }
    return next;
  };
  return { assets, counts, replace, differing };
};

/** An empty fleet: the first `read` finds everything changed. */
export const createFleet = (companyId: number): Fleet => {
  const { assets, counts, replace, differing } = createInventories(companyId);
  const sums = createSums();
  let size = 0;
  let digest = "";
  const held = (assetId: string): Int32Array[] => Array.from(assets.get(assetId)?.values() ?? [], ({ ids }) => ids);
  const sumsOf = (ids: Iterable<string>, ruled: Ruled): AssetSums[] =>
    Array.from(ids, (id) => sums.whole(id, held(id), ruled));
  return {
    judgedUpTo: 0,
    recordedDay: "",
    get size() {
      return size;
    },
    async read(tx) {
      const components = new Set<number>();
      // Taken before the sources: what is written in between makes the next one another.
      const now = await sourcesDigest(tx, companyId);
      if (now === digest) return { components, assets: new Set() };
      digest = now;
      const next = await differing(tx);
      for (const [assetId, sources] of next) for (const id of replace(assetId, sources)) components.add(id);
      size = 0;
      for (const sources of assets.values()) for (const { ids } of sources.values()) size += ids.length;
      for (const id of components) if (!counts.has(id)) sums.forget(id);
      for (const id of next.keys()) if (!assets.has(id)) sums.forgetAsset(id);
      return { components, assets: new Set(next.keys()) };
    },
    async readSums(tx, ids) {
      const wanted = [...ids].filter((id) => counts.has(id));
      for (let from = 0; from < wanted.length; from += READ_COMPONENTS) {
        for (const row of await componentSums(tx, wanted.slice(from, from + READ_COMPONENTS))) sums.set(row);
      }
    },
    takeSums: (rows) => {
      for (const row of rows) if (counts.has(row.id)) sums.set(row);
    },
    assetCount: (id) => counts.get(id) ?? 0,
    holders: (componentIds) => {
      const wanted = new Set(componentIds);
      return Array.from(assets.keys()).filter((id) => held(id).some((ids) => ids.some((one) => wanted.has(one))));
    },
    holderCounts: (groups) => {
      const several = groups.filter((group) => group.length > 1);
      const all = several.length === 0 ? [] : countHolders(several, assets.keys().map(held));
      let at = 0;
      return groups.map((group) => (group.length > 1 ? all[at++] : counts.get(group[0] ?? -1)) ?? 0);
    },
    sumsOf,
    changedSums: (whole, ruled) => {
      const rest: AssetSums[] = [];
      for (const assetId of sums.begin() ? assets.keys() : []) {
        const total = whole.has(assetId) ? null : sums.moved(assetId, held(assetId), ruled);
        if (total !== null) rest.push(total);
      }
      const all = [...sumsOf(whole, ruled), ...rest];
      sums.settle();
      return all;
    },
    coverage: () => sums.coverage(counts.keys()),
    total: (ruled) => sums.total(counts.keys(), ruled),
  };
};
