import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { heldComponents } from "../assets/index.ts";
import { judgePending, judgeWithin, type MatchPool, type Rejudged } from "../components/index.ts";
import { companyIds, generationInForce, indexPath, isIndexHere, type JudgeWithin } from "../feeds/index.ts";
import { refreshFixes } from "../fixes/index.ts";
import { keepTotals, recordAssetDays, recordDay } from "../stats/index.ts";
import { emit, emitAll } from "../stream/index.ts";
import { closedAmong } from "../vex/index.ts";
import { FINDING_KINDS, noteEvent } from "../webhooks/index.ts";
import type { Fleet } from "./fleet.ts";
import { createJudgedLog } from "./judged.ts";
import { createPace } from "./pace.ts";
import { FORMULA, type Known, recompute, type Recomputed } from "./recompute.ts";
import { markComputed } from "./sql.ts";

/** What the notifier needs to send what was committed, in ms. */
const NEWS_FIRST_MS = 20;
/** Components judged before a generation comes into force; more would keep it waiting. */
const PUBLISHED_MAX = 20_000;
/** Components of assets that are remembered, of all companies together; four bytes each. */
const HELD_MAX = 16_000_000;
/** Components of the assets of a company that is large. */
const LARGE = 300_000;
const pace = createPace();

const enqueueEnrichment = async (tx: Tx, companyId: number, delayMs: number): Promise<void> => {
  await enqueue(tx, {
    task: "enrich",
    payload: { companyId },
    key: `enrich:${companyId}`,
    queueName: `company:${companyId}`,
    delayMs,
    maxAttempts: 25,
  });
};

/**
 * Asks for a company's findings to be computed again, in the caller's transaction. Several asks before the job starts are one
 * job; one after it started is another.
 */
export const requestEnrichment = (tx: Tx, companyId: number): Promise<void> =>
  enqueueEnrichment(tx, companyId, pace.delayMsOf(companyId, performance.now()));

export interface EnrichmentDeps {
  readonly db: Database;
  readonly pool: MatchPool;
  /** Where the indexes lie. */
  readonly feedsDir: string;
  readonly metrics: Pick<Metrics, "match">;
}

/** What an `enrich` job is asked. */
export interface EnrichmentOrder {
  readonly companyId: number;
  readonly feedChanged?: boolean;
}

/** What of a computation is asked by what follows it. */
type Followed = Pick<Recomputed, "fleet" | "assets" | "touched" | "upTo">;

const refresh = async (tx: Tx, { companyId }: EnrichmentOrder, known: Known): Promise<Followed> => {
  const recomputed = await recompute(tx, companyId, known);
  const { assets, changedAssets, findings, open, isRuled } = recomputed;
  const { opened: all, closedCount, changedCount } = findings;
  const ids = isRuled ? all.map((o) => o.id) : [];
  const closed = ids.length > 0 ? await closedAmong(tx, companyId, ids) : new Set();
  // Nobody is woken for what a statement says is nothing.
  const opened = all.filter((o) => !closed.has(o.id));
  await recordDay(tx, companyId, open ?? undefined);
  if (opened.length + closedCount > 0) {
    await noteEvent(tx, companyId, { kind: "finding", detail: {}, wanted: FINDING_KINDS });
    const worst = opened[0];
    await emit(tx, companyId, {
      channel: "finding_alert",
      ids: opened.map((o) => o.id),
      count: opened.length,
      summary: {
        opened: opened.length,
        closed: closedCount,
        worstAdvisory: worst?.advisory ?? null,
        worstPackage: worst?.package ?? null,
        worstSeverity: worst?.severity ?? null,
      },
    });
  }
  if (assets.length > 0) {
    const summary = { changed: changedCount, closed: closedCount };
    await emit(tx, companyId, { channel: "scan_update", ids: assets, count: assets.length, summary });
  }
  await emitAll(tx, companyId, "asset_update", changedAssets);
  return recomputed;
};

/** Computes findings. One for a server: what it remembers is true as long as nobody else judges and computes. */
export interface Enrichment {
  /**
   * The job that makes a company's findings true: judges every component not judged yet, then recomputes its assets' sums,
   * its findings and today's figures in one transaction, as far as something changed that they depend on. Does nothing
   * before the first generation, or while its index is not on this machine: publishing one asks again.
   */
  run(order: EnrichmentOrder): Promise<void>;
  /**
   * Runs a publication, which judges what it changed before it commits, up to 20,000 components; the jobs that it orders
   * judge the rest. Nobody else judges meanwhile.
   */
  publishing<T>(publish: (judge: JudgeWithin) => Promise<T>): Promise<T>;
  /**
   * Asks for the findings of companies of which nothing is remembered, as none is after a start, while a generation is being made:
   * once it is published only what it changed is left to compute. As many companies as can be remembered; `onlyLarge`: of which to read what
   * their assets hold takes longer than anybody should wait for.
   */
  prepare(onlyLarge?: boolean): Promise<void>;
}

const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/**
 * A publication that judged nothing that the company holds, when its day is written, leaves it as it is: inventories and decisions
 * order computations of their own. All companies are ordered to compute at once; those that were hit shall not wait for the others.
 */
const isUntouched = (order: EnrichmentOrder, fleet: Fleet, judged: readonly Rejudged[]): boolean =>
  order.feedChanged === true &&
  fleet.recordedDay === dayOf(new Date()) &&
  judged.every(({ ids }) => ids.every((id) => fleet.assetCount(id) === 0));

const judgeAll = async ({ db, pool, feedsDir }: EnrichmentDeps): Promise<{ judged: Rejudged; result: number }> => {
  const ids = await judgePending(db, pool, async (tx) => {
    const inForce = await generationInForce(tx);
    return inForce === null ? null : { id: inForce.id, indexFile: indexPath(feedsDir, inForce.indexFile) };
  });
  return { judged: { ids, changed: null, sums: null }, result: ids.length };
};

/**
 * What follows a computation: the days of its assets, fixes, counters. Nobody waits for these, and somebody does for the news of what
 * was just committed, which takes the same cores. Where it fails, nothing is remembered, and the next attempt writes them anew.
 */
const follow = async (db: Database, companyId: number, { fleet, assets, touched, upTo }: Followed): Promise<void> => {
  await db.asServiceFor(companyId, (tx) => recordAssetDays(tx, companyId, assets));
  const holders = fleet && ((ids: readonly number[]) => fleet.holders(ids));
  await db.asServiceFor(companyId, async (tx) => {
    const holderCounts = fleet && ((groups: readonly (readonly number[])[]) => fleet.holderCounts(groups));
    await refreshFixes(tx, companyId, { components: touched, holders, holderCounts });
    // Which asset and finding changed is told already: this one says that the company's counters did.
    if (await keepTotals(tx, companyId, fleet?.coverage() ?? null)) {
      await emit(tx, companyId, { channel: "asset_update", ids: [], count: 0, summary: {} });
    }
    await markComputed(tx, companyId, { ...upTo, formula: FORMULA });
  });
};

/** Orders the companies of which nothing is remembered, as many as can be. */
const orderUnknown = async (
  db: Database,
  known: Pick<LRUCache<number, Fleet>, "has">,
  onlyLarge: boolean,
): Promise<void> => {
  let room = HELD_MAX;
  for (const companyId of await db.asService(companyIds)) {
    if (known.has(companyId)) continue;
    await db.asServiceFor(companyId, async (tx) => {
      const held = await heldComponents(tx, companyId);
      if (held < (onlyLarge ? LARGE : 1) || held > room) return;
      room -= held;
      await enqueueEnrichment(tx, companyId, 0);
    });
  }
};

export const createEnrichment = (deps: EnrichmentDeps): Enrichment => {
  const { db, pool, metrics, feedsDir } = deps;
  const fleets = new LRUCache<number, Fleet>({
    maxSize: HELD_MAX,
    maxEntrySize: HELD_MAX,
    sizeCalculation: (fleet) => fleet.size + 1,
  });
  const log = createJudgedLog();
  let judging: Promise<unknown> = Promise.resolve();

  /** Runs what judges: one at a time, so that whoever finds nothing left to judge also finds in the log what was judged. */
  const inTurn = <T>(judge: () => Promise<{ judged: Rejudged; result: T }>): Promise<T> => {
    const mine = judging.then(async () => {
      try {
        const { judged, result } = await judge();
        log.add(judged);
        return result;
      } catch (error) {
        // What was committed is not known.
        fleets.clear();
        throw error;
      }
    });
    judging = mine.catch(() => undefined);
    return mine;
  };
  return {
    publishing: (publish) =>
      inTurn(async () => {
        let judged: Rejudged = { ids: [], changed: [], sums: [] };
        const result = await publish(async (tx, generation) => {
          judged = await judgeWithin(tx, pool, generation, PUBLISHED_MAX);
        });
        return { judged, result };
      }),
    prepare: (onlyLarge = false) => orderUnknown(db, fleets, onlyLarge),
    run: async (order) => {
      const startedAt = performance.now();
      const generation = await db.asService(generationInForce);
      if (generation === null) return;
      if (pool.generation() !== generation.id && !isIndexHere(feedsDir, generation)) return;
      const components = await inTurn(() => judgeAll(deps));
      const held = fleets.get(order.companyId);
      const since = held && log.since(held.judgedUpTo);
      if (held && since && isUntouched(order, held, since)) {
        held.judgedUpTo = log.end();
        return;
      }
      const refreshedAt = performance.now();
      const recordedDay = dayOf(new Date());
      const followed = await db.asServiceFor(order.companyId, async (tx) => {
        // Taken out until the commit: a second attempt, and one after a failure, begins from scratch.
        const known = fleets.get(order.companyId) ?? null;
        fleets.delete(order.companyId);
        const judged = { end: log.end(), since: known && log.since(known.judgedUpTo) };
        return await refresh(tx, order, { fleet: known, judged });
      });
      await sleep(NEWS_FIRST_MS);
      await follow(db, order.companyId, followed);
      const { fleet } = followed;
      if (fleet !== null) {
        fleet.recordedDay = recordedDay;
        fleets.set(order.companyId, fleet);
      }
      const nowMs = performance.now();
      const wholeMs = nowMs - refreshedAt;
      // what is read once after a start says nothing of the next computation
      const isUsual = held !== undefined || fleet === null;
      if (isUsual) pace.computed(order.companyId, { wholeMs, busyMs: wholeMs - NEWS_FIRST_MS }, nowMs);
      metrics.match({ seconds: (performance.now() - startedAt) / 1000, components });
    },
  };
};
