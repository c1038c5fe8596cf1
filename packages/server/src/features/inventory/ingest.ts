import { createHash } from "node:crypto";
import { type Database, isRetryable, type Tx } from "../../platform/db/index.ts";
import type { Dictionary } from "../components/index.ts";
import type { ReportedAsset } from "../assets/index.ts";
import { hostReported, type InventoryBody, prepare, type Prepared, store, type Stored } from "./store.ts";
import { sortedSet } from "./rules.ts";

/** Inventories of one company committed together: one fsync and one job for all of them. */
const BATCH_MAX = 32;
/**
 * Companies whose inventories are committed at the same time: more would not be faster, and would take the connections and the cores
 * from those who read. What comes meanwhile shares a transaction.
 */
const COMPANIES_AT_ONCE = 2;

interface Waiting {
  readonly assetId: string;
  readonly reported: ReportedAsset;
  readonly prepared: readonly Prepared[];
  readonly resolve: (stored: Stored) => void;
  readonly reject: (error: unknown) => void;
}

/** What a committed batch causes, in the same transaction. */
export type AfterBatch = (tx: Tx, companyId: number, stored: readonly Stored[]) => Promise<void>;

/** Takes inventories in; `put` resolves after its commit. */
export interface Ingest {
  put(companyId: number, assetId: string, body: InventoryBody): Promise<Stored>;
  /** The same for one source whose components are in the dictionary already; other sources of the asset are removed. */
  putSource(
    companyId: number,
    assetId: string,
    reported: ReportedAsset,
    source: { readonly name: string; readonly ids: readonly number[]; readonly problems: readonly string[] },
  ): Promise<Stored>;
}

type Outcome = { stored: Stored } | { error: unknown };

/** Stores one of several; one that fails is rolled back to its own savepoint. */
const storeOne = async (tx: Tx, companyId: number, w: Waiting): Promise<Outcome> => {
  tx.later("savepoint-one", "savepoint one", []);
  try {
    const stored = await store(tx, companyId, w.assetId, w.reported, w.prepared);
    await tx.prepared("release-one", "release savepoint one");
    return { stored };
  } catch (error) {
    // a deadlock is nobody's fault: the whole batch is run again
    if (isRetryable(error)) throw error;
    await tx.query("rollback to savepoint one");
    return { error };
  }
};

/** One alone needs no savepoint: its failure is the transaction's. */
const storeAll = async (tx: Tx, companyId: number, batch: readonly Waiting[]): Promise<Outcome[]> => {
  const [first, ...others] = batch;
  if (first !== undefined && others.length === 0) {
    return [{ stored: await store(tx, companyId, first.assetId, first.reported, first.prepared) }];
  }
  const done: Outcome[] = [];
  for (const w of batch) done.push(await storeOne(tx, companyId, w));
  return done;
};

/**
 * `mayPut` refuses before anything is looked at. Groups what arrives while a company's transaction runs into its next one. A bad inventory fails alone: it is rolled back
 * to its own savepoint.
 */
export const createIngest = (
  db: Database,
  dictionary: Dictionary,
  afterBatch: AfterBatch,
  mayPut: (companyId: number) => Promise<void> = async () => undefined,
): Ingest => {
  /** What waits, of companies that are due or being committed. */
  const lines = new Map<number, Waiting[]>();
  const due: number[] = [];
  let committing = 0;

  const commitBatch = async (companyId: number, batch: readonly Waiting[]): Promise<void> => {
    // assets in one order, so that two server processes cannot deadlock
    const ordered = batch.toSorted((a, b) => (a.assetId < b.assetId ? -1 : a.assetId > b.assetId ? 1 : 0));
    try {
      const outcomes = await db.withCompanyPlanned(companyId, async (tx) => {
        const done = await storeAll(tx, companyId, ordered);
        await afterBatch(
          tx,
          companyId,
          done.flatMap((d) => ("stored" in d ? [d.stored] : [])),
        );
        return done;
      });
      for (const [i, outcome] of outcomes.entries()) {
        const w = ordered[i] as Waiting;
        if ("stored" in outcome) w.resolve(outcome.stored);
        else w.reject(outcome.error);
      }
    } catch (error) {
      for (const w of ordered) w.reject(error);
    }
  };

  const commitNext = async (companyId: number): Promise<void> => {
    const line = lines.get(companyId) as Waiting[];
    committing += 1;
    await commitBatch(companyId, line.splice(0, BATCH_MAX));
    committing -= 1;
    // behind the others that wait
    if (line.length > 0) due.push(companyId);
    else lines.delete(companyId);
    begin();
  };
  /** The next that is due, where there is room: called for each that came and each that ended, so nobody is left waiting. */
  const begin = (): void => {
    const next = committing < COMPANIES_AT_ONCE ? due.shift() : undefined;
    if (next !== undefined) void commitNext(next);
  };

  const submit = (companyId: number, given: Pick<Waiting, "assetId" | "reported" | "prepared">): Promise<Stored> =>
    new Promise<Stored>((resolve, reject) => {
      const waiting = { ...given, resolve, reject };
      const line = lines.get(companyId);
      if (line) {
        line.push(waiting);
        return;
      }
      lines.set(companyId, [waiting]);
      due.push(companyId);
      begin();
    });

  return {
    async put(companyId, assetId, body) {
      await mayPut(companyId);
      const prepared = await prepare(dictionary, body);
      return await submit(companyId, { assetId, reported: hostReported(body), prepared });
    },
    async putSource(companyId, assetId, reported, { name, ids: given, problems }) {
      await mayPut(companyId);
      const ids = sortedSet(given);
      const digest = createHash("sha256").update(Int32Array.from(ids)).digest("hex");
      const whole: Prepared = { kind: "full", source: name, digest, ids, problems: [...problems] };
      return await submit(companyId, { assetId, reported, prepared: [whole] });
    },
  };
};
