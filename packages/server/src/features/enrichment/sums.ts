import type { AssetSums, OpenSums } from "../assets/index.ts";
import type { ComponentSums } from "../components/index.ts";
import type { EcosystemCoverage } from "../stats/index.ts";
import { createEcosystems } from "./ecosystems.ts";
import {
  type Added,
  addCoverage,
  addDifference,
  addOpen,
  createSumColumns,
  NO_COVERAGE,
  NO_SUMS,
  type Total,
} from "./sum-columns.ts";

/** What statements and decisions leave of components. */
export interface Ruled {
  /** Nothing is said of any component, on any asset. */
  readonly isEmpty: boolean;
  /** By component, on every asset that `there` does not know better of. */
  readonly everywhere: ReadonlyMap<number, OpenSums>;
  /** By asset, then by component: where decisions stand on some assets alone. */
  readonly there: ReadonlyMap<string, ReadonlyMap<number, OpenSums>>;
}

/** What a component adds otherwise than before. */
interface Change {
  readonly by: AssetSums;
  readonly riskBefore: number;
  readonly risk: number;
}

const changeFrom = (before: Added, now: Added): Change => {
  const by: Total = { ...NO_SUMS, ...NO_COVERAGE, id: "" };
  addCoverage(by, before.coverage, -1);
  addOpen(by, before.open, -1);
  addCoverage(by, now.coverage);
  addOpen(by, now.open);
  return { by, riskBefore: before.open.risk, risk: now.open.risk };
};

/** Adds some of the changes; answers whether what had the highest risk has a lower one now. */
const addChanges = (total: Total, changes: readonly Change[], which: readonly number[]): boolean => {
  const before = total.risk;
  let isLower = false;
  for (const n of which) {
    const { by, riskBefore, risk } = changes[n]!;
    addDifference(total, by);
    if (risk > total.risk) total.risk = risk;
    isLower ||= riskBefore >= before && risk < riskBefore;
  }
  return isLower;
};

const highest = (held: readonly Int32Array[], riskOf: (id: number) => number): number => {
  let risk = 0;
  for (const ids of held) for (const id of ids) risk = Math.max(risk, riskOf(id));
  return risk;
};

/** What is left of components on an asset; null where nothing is said of any. */
const leftOn = (
  { isEmpty, everywhere, there }: Ruled,
  assetId: string,
): ((id: number) => OpenSums | undefined) | null => {
  const own = there.get(assetId);
  return isEmpty ? null : (id) => own?.get(id) ?? everywhere.get(id);
};

const NOTHING: Added = { coverage: undefined, open: NO_SUMS };

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

const coverageBy = (
  { names, at }: ReturnType<typeof createEcosystems>,
  components: Iterable<number>,
  coverageOf: (id: number) => Added["coverage"],
): EcosystemCoverage[] => {
  const totals = names.map((ecosystem) => ({ ecosystem, componentCount: 0, ...NO_COVERAGE }));
  for (const id of components) {
    const total = totals[at(id)];
    if (total === undefined) continue;
    total.componentCount += 1;
    addCoverage(total, coverageOf(id));
  }
  return totals
    .filter(({ componentCount }) => componentCount > 0)
    .sort((a, b) => b.componentCount - a.componentCount || (a.ecosystem < b.ecosystem ? -1 : 1));
};

/**
 * The sums of assets: from scratch, and by what components add otherwise than before. `held` is what an asset's sources hold; a component
 * that several of them hold counts once.
 */
export const createSums = () => {
  const columns = createSumColumns();
  const ecosystems = createEcosystems();
  const marks = createMarks();
  /** What components added when sums were computed last, of those that add otherwise now. */
  const former = new Map<number, Added>();
  /** The sums that were computed last, without any ruling. */
  const totals = new Map<string, AssetSums>();
  /** By component: which of the changes it is, plus one; 0 for most. */
  let changeOf = new Int32Array(0);
  let changes: Change[] = [];

  const put = (id: number, added: Added): void => {
    if (columns.isSame(id, added)) return;
    if (!former.has(id)) former.set(id, columns.at(id));
    columns.put(id, added);
  };

  const whole = (assetId: string, held: readonly Int32Array[], ruled: Ruled): AssetSums => {
    const total: Total = { ...NO_SUMS, ...NO_COVERAGE, id: assetId };
    marks.begin(columns.end);
    const left = leftOn(ruled, assetId);
    for (const ids of held) for (const id of ids) if (marks.isFirst(id)) columns.add(total, id, left?.(id));
    if (ruled.isEmpty) totals.set(assetId, total);
    else totals.delete(assetId);
    return total;
  };

  /** Which changes concern an asset, each once. */
  const changedIn = (held: readonly Int32Array[]): number[] => {
    const found: number[] = [];
    for (const ids of held) for (const id of ids) if (changeOf[id]! > 0) found.push(changeOf[id]! - 1);
    return held.length > 1 ? [...new Set(found)] : found;
  };

  return {
    /** From now on the component adds this. */
    set: ({ id, coverage, ecosystem, ...open }: ComponentSums): void => {
      ecosystems.set(id, ecosystem);
      put(id, { coverage, open });
    },
    /** No asset has the component any more. */
    forget: (id: number): void => put(id, NOTHING),
    forgetAsset: (id: string): void => void totals.delete(id),
    whole,
    /** Before `moved` is asked: false when no component adds otherwise than before. */
    begin: (): boolean => {
      changeOf = new Int32Array(former.size === 0 ? 0 : columns.end);
      changes = Array.from(former, ([id, before], n) => {
        changeOf[id] = n + 1;
        return changeFrom(before, columns.at(id));
      });
      return changes.length > 0;
    },
    /** Null when no component of the asset adds otherwise than before. */
    moved: (assetId: string, held: readonly Int32Array[], ruled: Ruled): AssetSums | null => {
      const changed = changedIn(held);
      if (changed.length === 0) return null;
      const known = totals.get(assetId);
      if (known === undefined || !ruled.isEmpty) return whole(assetId, held, ruled);
      const total: Total = { ...known };
      if (addChanges(total, changes, changed)) total.risk = highest(held, columns.risk);
      totals.set(assetId, total);
      return total;
    },
    /** All sums are computed: what components add now is what they added before. */
    settle: (): void => {
      former.clear();
      changeOf = new Int32Array(0);
      changes = [];
    },
    /** Of these components how many are judged, by ecosystem, most first. */
    coverage: (components: Iterable<number>) => coverageBy(ecosystems, components, columns.coverage),
    /** What is open of these components, each once, and the highest risk. */
    total: (components: Iterable<number>, ruled: Ruled): OpenSums => {
      const total = { ...NO_SUMS, ...NO_COVERAGE, id: "" };
      for (const id of components) columns.add(total, id, ruled.everywhere.get(id));
      return total;
    },
  };
};
