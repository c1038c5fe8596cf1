import type { AssetSums, OpenSums } from "../assets/index.ts";
import type { ComponentSums } from "../components/index.ts";
import { type Added, addCoverage, addOpen, createSumColumns, NO_SUMS, type Total } from "./sum-columns.ts";

/** Of the components that statements speak of: what they leave of each. */
export type Ruled = ReadonlyMap<number, OpenSums>;

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

/**
 * The sums of assets: from scratch, and by what components add otherwise than before. `held` is what an asset's sources hold; a component
 * that several of them hold counts once.
 */
export const createSums = () => {
  const columns = createSumColumns();
  const marks = createMarks();
  /** What components added when sums were computed last, of those that add otherwise now. */
  const former = new Map<number, Added>();
  /** The sums that were computed last, without any ruling. */
  const totals = new Map<string, AssetSums>();
  let isChanged = new Uint8Array(0);

  const put = (id: number, added: Added): void => {
    if (columns.isSame(id, added)) return;
    if (!former.has(id)) former.set(id, columns.at(id));
    columns.put(id, added);
  };

  const whole = (assetId: string, held: readonly Int32Array[], ruled: Ruled): AssetSums => {
    const total: Total = { ...NO_SUMS, id: assetId, covered: 0, notCovered: 0, unparsable: 0 };
    marks.begin(columns.end);
    for (const ids of held)
      for (const id of ids) if (marks.isFirst(id)) columns.add(total, id, ruled.size > 0 ? ruled.get(id) : undefined);
    if (ruled.size > 0) totals.delete(assetId);
    else totals.set(assetId, total);
    return total;
  };

  const changedIn = (held: readonly Int32Array[]): Set<number> => {
    const found = new Set<number>();
    for (const ids of held) for (const id of ids) if (isChanged[id] === 1) found.add(id);
    return found;
  };

  const highest = (held: readonly Int32Array[]): number => {
    let risk = 0;
    for (const ids of held) for (const id of ids) risk = Math.max(risk, columns.risk(id));
    return risk;
  };

  return {
    /** From now on the component adds this. */
    set: ({ id, coverage, ...open }: ComponentSums): void => put(id, { coverage, open }),
    /** No asset has the component any more. */
    forget: (id: number): void => put(id, NOTHING),
    forgetAsset: (id: string): void => void totals.delete(id),
    whole,
    /** Before `moved` is asked: false when no component adds otherwise than before. */
    begin: (): boolean => {
      isChanged = new Uint8Array(former.size === 0 ? 0 : columns.end);
      for (const id of former.keys()) isChanged[id] = 1;
      return former.size > 0;
    },
    /** Null when no component of the asset adds otherwise than before. */
    moved: (assetId: string, held: readonly Int32Array[], ruled: Ruled): AssetSums | null => {
      const changed = changedIn(held);
      if (changed.size === 0) return null;
      const known = totals.get(assetId);
      if (known === undefined || ruled.size > 0) return whole(assetId, held, ruled);
      const total: Total = { ...known };
      let isLower = false;
      for (const id of changed) {
        const [before, now] = [former.get(id)!, columns.at(id)];
        addCoverage(total, before.coverage, -1);
        addOpen(total, before.open, -1);
        addCoverage(total, now.coverage);
        addOpen(total, now.open);
        isLower ||= before.open.risk >= known.risk && now.open.risk < before.open.risk;
      }
      if (isLower) total.risk = highest(held);
      totals.set(assetId, total);
      return total;
    },
    /** All sums are computed: what components add now is what they added before. */
    settle: (): void => {
      former.clear();
      isChanged = new Uint8Array(0);
    },
    /** What is open of these components, each once, and the highest risk. */
    total: (components: Iterable<number>, ruled: Ruled): OpenSums => {
      const total = { ...NO_SUMS, id: "", covered: 0, notCovered: 0, unparsable: 0 };
      for (const id of components) columns.add(total, id, ruled.get(id));
      return total;
    },
  };
};
