import type { Tx } from "../../platform/db/index.ts";
import type { AssetSums, OpenSums } from "../assets/index.ts";
import { type ComponentSums, componentSums } from "../components/index.ts";
import { differingParts, distinct, heldIn, partDigests, partOf, PARTS_AT_ONCE } from "../holdings/index.ts";
import type { EcosystemCoverage } from "../stats/index.ts";
import { countHolders } from "./holder-counts.ts";
import { createRulings, type Rulings } from "./rulings.ts";
import { createSums, type Ruled } from "./sums.ts";

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
  /** What is ruled of its components. */
  readonly rulings: Rulings;
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
  /** All that the assets hold, in any order. */
  components(): Iterable<number>;
  /** Of these assets all that they hold. */
  heldBy(assets: Iterable<string>): Set<number>;
  /**
   * Sums of `whole` from scratch, and of every other asset of which they are other than when they were computed last: because of what
   * components add, by the difference; because of what is ruled there, from scratch.
   */
  changedSums(whole: ReadonlySet<string>, ruled: Ruled): AssetSums[];
  /** Of all components that any asset has, how many are judged, by ecosystem, most first. */
  coverage(): EcosystemCoverage[];
  /** What is open of all components that any asset has, each once, and the highest risk; as was ruled when sums were computed last. */
  total(): OpenSums;
}

const NOTHING = new Int32Array();

/** What one of two ascending lists has and the other has not, as a number above 0 or below. */
const differences = (before: Int32Array, now: Int32Array, tell: (id: number, by: 1 | -1) => void): void => {
  let [i, j] = [0, 0];
  while (i < before.length || j < now.length) {
    const [a, b] = [before[i] ?? Infinity, now[j] ?? Infinity];
    if (a < b) tell(a, -1);
    else if (b < a) tell(b, 1);
    if (a <= b) i += 1;
    if (b <= a) j += 1;
  }
};

/** How many assets hold each component, by its number. */
const createCounts = () => {
  let counts = new Int32Array(0);
  return {
    of: (id: number): number => counts[id] ?? 0,
    add: (id: number, by: 1 | -1): void => {
      if (id >= counts.length) {
        const wider = new Int32Array(Math.ceil((id + 1) * 1.5));
        wider.set(counts);
        counts = wider;
      }
      counts[id] = counts[id]! + by;
    },
    /** Those that any asset holds. */
    *ids(): Generator<number> {
      for (let id = 0; id < counts.length; id += 1) if (counts[id]! > 0) yield id;
    },
  };
};

const createInventories = (companyId: number) => {
  const assets = new Map<string, Int32Array>();
  const counts = createCounts();
  let size = 0;
  let digests = "";

  const replace = (id: string, now: Int32Array, { assets: changed, components }: Changing): void => {
    const before = assets.get(id) ?? NOTHING;
    let isOther = false;
    differences(before, now, (component, by) => {
      isOther = true;
      components.add(component);
      counts.add(component, by);
    });
    if (isOther) changed.add(id);
    size += now.length - before.length;
    if (now.length === 0) assets.delete(id);
    else assets.set(id, now);
  };
  return {
    assets: assets as ReadonlyMap<string, Int32Array>,
    counts,
    size: () => size,
    read: async (tx: Tx): Promise<Changing> => {
      const changing: Changing = { assets: new Set(), components: new Set() };
      // Taken before the inventories: what is written in between makes the next one another.
      const now = await partDigests(tx, companyId);
      const parts = differingParts(digests, now);
      const isWanted = new Set(parts);
      const gone = new Set(parts.length === 0 ? [] : [...assets.keys()].filter((id) => isWanted.has(partOf(id))));
      for (let from = 0; from < parts.length; from += PARTS_AT_ONCE) {
        for (const { id, components } of await heldIn(tx, companyId, parts.slice(from, from + PARTS_AT_ONCE))) {
          replace(id, distinct(components), changing);
          gone.delete(id);
        }
      }
      for (const id of gone) replace(id, NOTHING, changing);
      digests = now;
      return changing;
    },
  };
};
interface Changing {
  readonly assets: Set<string>;
  readonly components: Set<number>;
}

/** An empty fleet: the first `read` finds everything changed. */
export const createFleet = (companyId: number): Fleet => {
  const { assets, counts, size, read } = createInventories(companyId);
  const sums = createSums();
  /** Assets on which something was ruled otherwise than elsewhere when sums were computed last. */
  let formerThere: readonly string[] = [];
  const held = (assetId: string): Int32Array => assets.get(assetId) ?? NOTHING;
  return {
    judgedUpTo: 0,
    recordedDay: "",
    rulings: createRulings(),
    get size() {
      return size();
    },
    async read(tx) {
      const changes = await read(tx);
      for (const id of changes.components) if (counts.of(id) === 0) sums.forget(id);
      for (const id of changes.assets) if (!assets.has(id)) sums.forgetAsset(id);
      return changes;
    },
    async readSums(tx, ids) {
      const wanted = [...ids].filter((id) => counts.of(id) > 0);
      for (let from = 0; from < wanted.length; from += READ_COMPONENTS) {
        for (const row of await componentSums(tx, wanted.slice(from, from + READ_COMPONENTS))) sums.set(row);
      }
    },
    takeSums: (rows) => {
      for (const row of rows) if (counts.of(row.id) > 0) sums.set(row);
    },
    assetCount: counts.of,
    holders: (componentIds) => {
      const wanted = new Uint8Array(componentIds.reduce((most, id) => Math.max(most, id), -1) + 1);
      for (const id of componentIds) wanted[id] = 1;
      return Array.from(assets.keys()).filter((id) => held(id).some((one) => wanted[one] === 1));
    },
    holderCounts: (groups) => {
      const several = groups.filter((group) => group.length > 1);
      const all = several.length === 0 ? [] : countHolders(several, assets.values());
      let at = 0;
      return groups.map((group) => (group.length > 1 ? all[at++] : counts.of(group[0] ?? -1)) ?? 0);
    },
    components: () => counts.ids(),
    heldBy: (ids) => {
      const all = new Set<number>();
      for (const id of ids) for (const component of held(id)) all.add(component);
      return all;
    },
    changedSums: (whole, { everywhere, there }) => {
      sums.rule(everywhere);
      const apart = new Set([...there.keys(), ...formerThere]);
      formerThere = [...there.keys()];
      const changed = Array.from(whole, (id) => sums.whole(id, held(id), there.get(id)));
      const moved = (id: string, total: AssetSums | null): void => {
        if (total !== null && !whole.has(id)) changed.push(total);
      };
      for (const id of apart) if (!whole.has(id)) moved(id, sums.movedWhole(id, held(id), there.get(id)));
      for (const id of sums.begin() ? assets.keys() : []) {
        if (!whole.has(id) && !apart.has(id)) moved(id, sums.moved(id, held(id)));
      }
      sums.settle();
      return changed;
    },
    coverage: () => sums.coverage(counts.ids()),
    total: () => sums.total(counts.ids()),
  };
};
