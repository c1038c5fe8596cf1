import type { Tx } from "../../platform/db/index.ts";
import type { AssetSums, OpenSums } from "../assets/index.ts";
import { type ComponentSums, componentSums } from "../components/index.ts";
import { sourceComponents, sourceVersions } from "../inventory/index.ts";

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
  /** Brings it up to what is stored now. */
  read(tx: Tx): Promise<FleetChanges>;
  /** Reads what these components add to sums. Returns those that any asset has and that add otherwise than before. */
  readSums(tx: Tx, ids: Iterable<number>): Promise<Set<number>>;
  assetCount(componentId: number): number;
  /** The assets that have one of these components. */
  assetsWith(ids: ReadonlySet<number>): Set<string>;
  /** Sums of assets, from scratch: zeros for those that hold nothing; `ruled` stands for what the components add. */
  sumsOf(assets: Iterable<string>, ruled: ReadonlyMap<number, OpenSums>): AssetSums[];
}

interface Source {
  readonly version: string;
  readonly ids: Int32Array;
}
type Sources = Map<string, Source>;

const NO_SUMS: OpenSums = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0, kev: 0, risk: 0 };

const isSame = (a: ComponentSums | undefined, b: ComponentSums): boolean =>
  a !== undefined &&
  a.coverage === b.coverage &&
  (Object.keys(NO_SUMS) as (keyof OpenSums)[]).every((key) => a[key] === b[key]);

const idsOf = (sources: Sources | undefined): Set<number> => {
  const ids = new Set<number>();
  for (const source of sources?.values() ?? []) for (const id of source.ids) ids.add(id);
  return ids;
};

/** Stands for all that is open of components of which nothing is: most of them. */
const CLEAN = NO_SUMS;

interface Held {
  readonly own: ComponentSums;
  readonly open: OpenSums;
}

const heldOf = (own: ComponentSums): Held => ({ own, open: isSame({ ...own, ...NO_SUMS }, own) ? CLEAN : own });

type Total = { -readonly [K in keyof AssetSums]: AssetSums[K] };

const addTo = (total: Total, own: ComponentSums, open: OpenSums): void => {
  if (own.coverage === "covered") total.covered += 1;
  else if (own.coverage === "not_covered") total.notCovered += 1;
  else if (own.coverage === "unparsable") total.unparsable += 1;
  if (open === CLEAN) return;
  total.critical += open.critical;
  total.high += open.high;
  total.medium += open.medium;
  total.low += open.low;
  total.none += open.none;
  total.unknown += open.unknown;
  total.kev += open.kev;
  if (open.risk > total.risk) total.risk = open.risk;
};

/** Tells whether a number below `size` is met for the first time in its round; without an object for each round. */
const createMarks = () => {
  let marks = new Uint32Array(0);
  let round = 0;
  return {
    begin: (size: number): void => {
      if (marks.length < size || round === 0xffff_ffff) {
        marks = new Uint32Array(size);
        round = 0;
      }
      round += 1;
    },
    isFirst: (n: number): boolean => {
      if (marks[n] === round) return false;
      marks[n] = round;
      return true;
    },
  };
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
  /** By component. */
  const sums: (Held | undefined)[] = [];
  const marks = createMarks();
  let size = 0;
  let idsEnd = 0;
  return {
    judgedUpTo: 0,
    get size() {
      return size;
    },
    async read(tx) {
      const components = new Set<number>();
      const next = await differing(tx);
      for (const [assetId, sources] of next) for (const id of replace(assetId, sources)) components.add(id);
      size = 0;
      for (const sources of assets.values()) for (const { ids } of sources.values()) size += ids.length;
      for (const id of components) {
        idsEnd = Math.max(idsEnd, id + 1);
        if (!counts.has(id)) sums[id] = undefined;
      }
      return { components, assets: new Set(next.keys()) };
    },
    async readSums(tx, ids) {
      const wanted = [...ids].filter((id) => counts.has(id));
      const changed = new Set<number>();
      for (let from = 0; from < wanted.length; from += READ_COMPONENTS) {
        for (const row of await componentSums(tx, wanted.slice(from, from + READ_COMPONENTS))) {
          if (!isSame(sums[row.id]?.own, row)) changed.add(row.id);
          sums[row.id] = heldOf(row);
        }
      }
      return changed;
    },
    assetCount: (id) => counts.get(id) ?? 0,
    assetsWith(ids) {
      const found = new Set<string>();
      if (ids.size === 0) return found;
      const isWanted = new Uint8Array(idsEnd);
      for (const id of ids) isWanted[id] = 1;
      for (const [assetId, sources] of assets) {
        if ([...sources.values()].some((source) => source.ids.some((id) => isWanted[id] === 1))) found.add(assetId);
      }
      return found;
    },
    sumsOf: (ids, ruled) =>
      Array.from(ids, (id) => {
        const total: Total = { ...NO_SUMS, id, covered: 0, notCovered: 0, unparsable: 0 };
        marks.begin(idsEnd);
        for (const source of assets.get(id)?.values() ?? []) {
          for (const component of source.ids) {
            const held = sums[component];
            if (held === undefined || !marks.isFirst(component)) continue;
            addTo(total, held.own, (ruled.size > 0 ? ruled.get(component) : null) ?? held.open);
          }
        }
        return total;
      }),
  };
};
