import { createHash } from "node:crypto";
import { type Database, isRetryable, type Tx } from "../../platform/db/index.ts";
import type { Dictionary } from "../components/index.ts";
import type { ReportedAsset } from "../assets/index.ts";
import { hostReported, type InventoryBody, prepare, type Prepared, store, type Stored } from "./store.ts";
import { sortedSet } from "./rules.ts";

/** Inventories of one company committed together: one fsync and one job for all of them. */
const BATCH_MAX = 32;

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

/** Stores one of a batch; one that fails is rolled back to its own savepoint. */
const storeOne = async (tx: Tx, companyId: number, w: Waiting): Promise<{ stored: Stored } | { error: unknown }> => {
  await tx.query("savepoint one");
  try {
    const stored = await store(tx, companyId, w.assetId, w.reported, w.prepared);
    await tx.query("release savepoint one");
    return { stored };
  } catch (error) {
    // a deadlock is nobody's fault: the whole batch is run again
    if (isRetryable(error)) throw error;
    await tx.query("rollback to savepoint one");
    return { error };
  }
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
  const lines = new Map<number, Waiting[]>();

  const commitBatch = async (companyId: number, batch: readonly Waiting[]): Promise<void> => {
    // assets in one order, so that two server processes cannot deadlock
    const ordered = batch.toSorted((a, b) => (a.assetId < b.assetId ? -1 : a.assetId > b.assetId ? 1 : 0));
    try {
      const outcomes = await db.withCompany(companyId, async (tx) => {
        const done = [];
        for (const w of ordered) done.push(await storeOne(tx, companyId, w));
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

  const drain = async (companyId: number, line: Waiting[]): Promise<void> => {
    while (line.length > 0) await commitBatch(companyId, line.splice(0, BATCH_MAX));
    lines.delete(companyId);
  };

  const submit = (companyId: number, given: Pick<Waiting, "assetId" | "reported" | "prepared">): Promise<Stored> =>
    new Promise<Stored>((resolve, reject) => {
      const waiting = { ...given, resolve, reject };
      const line = lines.get(companyId);
      if (line) {
        line.push(waiting);
        return;
      }
      const fresh = [waiting];
      lines.set(companyId, fresh);
      void drain(companyId, fresh);
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
