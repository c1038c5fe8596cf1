import type { Tx } from "../../platform/db/index.ts";
import { type OpenSums, ruledKeys, ruledSums, ruledThere } from "../assets/index.ts";
import type { Ruled } from "./sums.ts";

/** What statements and decisions leave of components, as it was when it was read last. */
export interface Rulings {
  /** As it is now; `touched`: components of which matches may be other than at the last reading. */
  read(tx: Tx, companyId: number, touched: Iterable<number>): Promise<Ruled>;
  /** Nothing is ruled: what is read next is read anew. */
  forget(): void;
}

/** Nothing is known: the first reading reads everything. */
export const createRulings = (): Rulings => {
  let keys: ReadonlyMap<number, string> = new Map();
  let everywhere: ReadonlyMap<number, OpenSums> = new Map();

  const readThere = async (tx: Tx, companyId: number): Promise<Ruled["there"]> => {
    const { assets, sums } = await ruledThere(tx, companyId);
    const byKey = new Map<string, Map<number, OpenSums>>();
    for (const { key } of assets) if (!byKey.has(key)) byKey.set(key, new Map());
    for (const { key, ...row } of sums) byKey.get(key)?.set(row.id, row);
    return new Map(assets.map(({ id, key }) => [id, byKey.get(key) ?? new Map<number, OpenSums>()]));
  };
  return {
    forget: () => {
      keys = new Map();
      everywhere = new Map();
    },
    read: async (tx, companyId, touched) => {
      const now = await ruledKeys(tx, companyId);
      const doubtful = new Set(touched);
      const stale = now.filter(({ id, key }) => doubtful.has(id) || keys.get(id) !== key).map(({ id }) => id);
      const isStale = new Set(stale);
      const left = new Map<number, OpenSums>();
      for (const { id } of now) {
        const known = isStale.has(id) ? undefined : everywhere.get(id);
        if (known) left.set(id, known);
      }
      if (stale.length > 0) for (const row of await ruledSums(tx, companyId, stale)) left.set(row.id, row);
      keys = new Map(now.map(({ id, key }) => [id, key]));
      everywhere = left;
      return { everywhere, there: await readThere(tx, companyId) };
    },
  };
};
