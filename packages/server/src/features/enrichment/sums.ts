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

const highest = (held: Int32Array, riskOf: (id: number) => number): number => {
  let risk = 0;
  for (const id of held) risk = Math.max(risk, riskOf(id));
  return risk;
};

const KEYS = [...Object.keys(NO_SUMS), ...Object.keys(NO_COVERAGE)] as readonly (keyof AssetSums)[];
const isSame = (a: AssetSums | undefined, b: AssetSums): boolean =>
  a !== undefined && KEYS.every((key) => a[key] === b[key]);

const NOTHING: Added = { coverage: undefined, open: NO_SUMS };

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

/** What components add, with what statements and decisions leave of them everywhere, and what of it is other than before. */
const createRuledColumns = () => {
  const columns = createSumColumns();
  /** What components add by themselves, of those that something is said of. */
  const own = new Map<number, OpenSums>();
  /** What components added when sums were computed last, of those that add otherwise now. */
  const former = new Map<number, Added>();
  const put = (id: number, added: Added): void => {
    if (columns.isSame(id, added)) return;
    if (!former.has(id)) former.set(id, columns.at(id));
    columns.put(id, added);
  };
  return {
    columns,
    former,
    set: (id: number, added: Added): void => {
      if (!own.has(id)) return put(id, added);
      own.set(id, added.open);
      put(id, { ...added, open: columns.at(id).open });
    },
    forget: (id: number): void => {
      own.delete(id);
      put(id, NOTHING);
    },
    /** From now on this is left of these components, and of all others what they add by themselves. */
    rule: (everywhere: Ruled["everywhere"]): void => {
      for (const [id, open] of own) {
        if (everywhere.has(id)) continue;
        own.delete(id);
        put(id, { coverage: columns.coverage(id), open });
      }
      for (const [id, open] of everywhere) {
        const added = columns.at(id);
        if (!own.has(id)) own.set(id, added.open);
        put(id, { coverage: added.coverage, open });
      }
    },
  };
};

/**
 * The sums of assets: from scratch, and by what components add otherwise than before. `held` is what an asset holds, each component
 * once.
 */
export const createSums = () => {
  const { columns, former, set, forget, rule } = createRuledColumns();
  const ecosystems = createEcosystems();
  /** The sums that were computed last. */
  const totals = new Map<string, AssetSums>();
  /** By component: which of the changes it is, plus one; 0 for most. */
  let changeOf = new Int32Array(0);
  let changes: Change[] = [];

  const whole = (assetId: string, held: Int32Array, left: ReadonlyMap<number, OpenSums> | undefined): AssetSums => {
    const total: Total = { ...NO_SUMS, ...NO_COVERAGE, id: assetId };
    for (const id of held) columns.add(total, id, left?.get(id));
    totals.set(assetId, total);
    return total;
  };

  return {
    /** From now on the component adds this. */
    set: ({ id, coverage, ecosystem, ...open }: ComponentSums): void => {
      ecosystems.set(id, ecosystem);
      set(id, { coverage, open });
    },
    /** No asset has the component any more. */
    forget,
    forgetAsset: (id: string): void => void totals.delete(id),
    rule,
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
    /** Null when no component of the asset adds otherwise than before. For assets on which nothing is left otherwise than elsewhere. */
    moved: (assetId: string, held: Int32Array): AssetSums | null => {
      const changed: number[] = [];
      for (const id of held) if (changeOf[id]! > 0) changed.push(changeOf[id]! - 1);
      if (changed.length === 0) return null;
      const known = totals.get(assetId);
      if (known === undefined) return whole(assetId, held, undefined);
      const total: Total = { ...known };
      if (addChanges(total, changes, changed)) total.risk = highest(held, columns.risk);
      totals.set(assetId, total);
      return total;
    },
    /** From scratch; null when they are what they were. */
    movedWhole: (assetId: string, held: Int32Array, left?: ReadonlyMap<number, OpenSums>): AssetSums | null => {
      const known = totals.get(assetId);
      const total = whole(assetId, held, left);
      return isSame(known, total) ? null : total;
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
    total: (components: Iterable<number>): OpenSums => {
      const total = { ...NO_SUMS, ...NO_COVERAGE, id: "" };
      for (const id of components) columns.add(total, id);
      return total;
    },
  };
};
