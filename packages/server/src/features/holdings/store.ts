import { LRUCache } from "lru-cache";
import type { Database } from "../../platform/db/index.ts";
import { type ChangingHoldings, createHoldings, type HeldAsset, type Holdings } from "./holdings.ts";
import { differingParts, heldCount, heldIn, partDigests, partOf, PARTS_AT_ONCE } from "./sql.ts";

/**
 * How long what was read is taken for true, unless a writer of this process says otherwise; and how much longer while it is looked at
 * again beside the answer: another process may have written.
 */
const TRUST_MS = 1_000;
const TRUST_BESIDE_MS = 4_000;
/** Components of assets that are read while somebody waits; more are read while the database answers (counts). */
const AWAITED_MAX = 300_000;
/** Of one company; above that the database is asked always. */
const HELD_MAX = 40_000_000;
/** What the holdings of all companies may take together. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** What the assets of companies hold, in memory. */
export interface HoldingsStore {
  /**
   * The holdings of a company, true of a moment within the last five seconds; of now, where this process wrote since. Null: they are just being
   * read for the first time, or are too many; then inventories are to be taken apart. `isPatient`: waits for the first reading.
   */
  of(companyId: number, isPatient?: boolean): Promise<Holdings | null>;
  /** Reads what companies hold that are too large to be read while somebody waits, one after the other: after a start. */
  prepare(companyIds: readonly number[]): Promise<void>;
  /** Says that inventories of a company may have changed: the next to ask looks at them. */
  doubt(companyId: number): void;
}

/** Remembers nothing: the database is asked always. */
export const NO_HOLDINGS: HoldingsStore = {
  of: async () => null,
  prepare: async () => undefined,
  doubt: () => undefined,
};

interface Entry {
  readonly holdings: ChangingHoldings;
  digests: string;
  checkedAt: number;
  /** The doubts that had been said when it was looked at last. */
  doubts: number;
}

/** Brings an entry up to what is stored now. */
const refresh = async (db: Database, companyId: number, entry: Entry): Promise<void> => {
  const digests = await db.asServiceFor(companyId, (tx) => partDigests(tx, companyId));
  const changed = differingParts(entry.digests, digests);
  const assets: HeldAsset[] = [];
  for (let from = 0; from < changed.length; from += PARTS_AT_ONCE) {
    const parts = changed.slice(from, from + PARTS_AT_ONCE);
    assets.push(...(await db.asServiceFor(companyId, (tx) => heldIn(tx, companyId, parts))));
  }
  const wanted = new Set(changed);
  const now = new Set(assets.map(({ id }) => id));
  const gone = entry.holdings.ids.filter((id) => wanted.has(partOf(id)) && !now.has(id));
  entry.holdings.replace([...assets, ...gone.map((id) => ({ id, components: new Int32Array() }))]);
  entry.digests = digests;
};

/** Remembers what assets hold, for whoever asks often; `db` sees all assets of every company. Nothing is read before it is asked for. */
export const createHoldingsStore = (db: Database, nowMs: () => number = () => performance.now()): HoldingsStore => {
  const entries = new LRUCache<number, Entry>({
    maxSize: MEMORY_BYTES,
    sizeCalculation: ({ holdings }) => holdings.bytes + 1,
  });
  const doubts = new Map<number, number>();
  const reading = new Map<number, { readonly entry: Promise<Entry> }>();

  const read = (companyId: number, entry: Entry): Promise<Entry> => {
    const said = doubts.get(companyId) ?? 0;
    const checkedAt = nowMs();
    const done = refresh(db, companyId, entry)
      .then(() => {
        Object.assign(entry, { checkedAt, doubts: said });
        entries.set(companyId, entry);
        return entry;
      })
      .finally(() => reading.delete(companyId));
    reading.set(companyId, { entry: done });
    return done;
  };
  const isTrusted = (companyId: number, entry: Entry, ms: number): boolean =>
    nowMs() - entry.checkedAt < ms && entry.doubts === (doubts.get(companyId) ?? 0);

  const first = async (companyId: number, isPatient: boolean): Promise<Holdings | null> => {
    const count = await db.asServiceFor(companyId, (tx) => heldCount(tx, companyId));
    if (count > HELD_MAX) return null;
    if (!reading.has(companyId)) {
      void read(companyId, { holdings: createHoldings(), digests: "", checkedAt: 0, doubts: 0 }).catch(() => undefined);
    }
    return count > AWAITED_MAX && !isPatient ? null : ((await reading.get(companyId)?.entry)?.holdings ?? null);
  };
  return {
    doubt: (companyId) => void doubts.set(companyId, (doubts.get(companyId) ?? 0) + 1),
    prepare: async (companyIds) => {
      for (const companyId of companyIds) {
        const count = entries.has(companyId) ? 0 : await db.asServiceFor(companyId, (tx) => heldCount(tx, companyId));
        if (count > AWAITED_MAX) await first(companyId, true);
      }
    },
    of: async (companyId, isPatient = false) => {
      const known = entries.get(companyId);
      if (known === undefined) return await first(companyId, isPatient);
      if (isTrusted(companyId, known, TRUST_MS)) return known.holdings;
      if (isTrusted(companyId, known, TRUST_MS + TRUST_BESIDE_MS)) {
        if (!reading.has(companyId)) read(companyId, known).catch(() => undefined);
        return known.holdings;
      }
      // what is being read may have been begun before the last doubt
      await reading.get(companyId)?.entry.catch(() => undefined);
      if (isTrusted(companyId, known, TRUST_MS)) return known.holdings;
      return (await (reading.get(companyId)?.entry ?? read(companyId, known))).holdings;
    },
  };
};
