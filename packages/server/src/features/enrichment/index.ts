import { LRUCache } from "lru-cache";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { markAllDirty, refreshDirtyAssets } from "../assets/index.ts";
import { judgePending, type MatchPool } from "../components/index.ts";
import { generationInForce, indexPath, isIndexHere } from "../feeds/index.ts";
import { refreshFindings } from "../findings/index.ts";
import { recordDay } from "../stats/index.ts";
import { emit } from "../stream/index.ts";
import { closedAmong, refreshVexEffects } from "../vex/index.ts";

/** How long a company's reports gather before its findings are computed again, in ms; longer where that takes long. */
const DEBOUNCE_MS = 250;
const DEBOUNCE_MAX_MS = 10_000;
/** The rest after a computation, as a multiple of its duration: a large company's ingest and pages keep that share. */
const REST_FACTOR = 5;
/** Companies whose last duration is remembered; the others begin with the shortest delay. */
const DURATIONS_MAX = 10_000;
const lastMs = new LRUCache<number, number>({ max: DURATIONS_MAX });

const delayMsOf = (companyId: number): number =>
  Math.round(Math.min(DEBOUNCE_MAX_MS, Math.max(DEBOUNCE_MS, (lastMs.get(companyId) ?? 0) * REST_FACTOR)));

/**
 * Asks for a company's findings to be computed again, in the caller's transaction. Several asks before the job starts are one
 * job; one after it started is another.
 */
export const requestEnrichment = async (tx: Tx, companyId: number): Promise<void> => {
  await enqueue(tx, {
    task: "enrich",
    payload: { companyId },
    key: `enrich:${companyId}`,
    queueName: `company:${companyId}`,
    delayMs: delayMsOf(companyId),
    maxAttempts: 25,
  });
};

export interface EnrichmentDeps {
  readonly db: Database;
  readonly pool: MatchPool;
  /** Where the indexes lie. */
  readonly feedsDir: string;
  readonly metrics: Pick<Metrics, "match">;
}

const refresh = async (tx: Tx, companyId: number, feedChanged: boolean): Promise<void> => {
  const { opened: all, closedCount, changedCount } = await refreshFindings(tx, companyId);
  const ruledAnew = await refreshVexEffects(tx, companyId);
  const closed = await closedAmong(
    tx,
    companyId,
    all.map((o) => o.id),
  );
  // Nobody is woken for what a statement says is nothing.
  const opened = all.filter((o) => !closed.has(o.id));
  if (feedChanged || ruledAnew > 0) await markAllDirty(tx, companyId);
  const assets = await refreshDirtyAssets(tx, companyId);
  await recordDay(tx, companyId);
  if (opened.length + closedCount > 0) {
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
};

/**
 * The job that makes a company's findings true: judges every component not judged yet, then recomputes its assets' sums, its
 * findings and today's figures in one transaction. Does nothing before the first generation, or while
 * its index is not on this machine: publishing one asks again.
 */
export const enrich = async (
  deps: EnrichmentDeps,
  payload: { companyId: number; feedChanged?: boolean },
): Promise<void> => {
  const startedAt = performance.now();
  const { db, pool, metrics, feedsDir } = deps;
  const generation = await db.asService(generationInForce);
  if (generation === null) return;
  if (pool.generation() !== generation.id && !isIndexHere(feedsDir, generation)) return;
  const components = await judgePending(db, pool, async (tx) => {
    const inForce = await generationInForce(tx);
    return inForce === null ? null : { id: inForce.id, indexFile: indexPath(feedsDir, inForce.indexFile) };
  });
  const refreshedAt = performance.now();
  await db.asServiceFor(payload.companyId, (tx) => refresh(tx, payload.companyId, payload.feedChanged ?? false));
  lastMs.set(payload.companyId, performance.now() - refreshedAt);
  metrics.match({ seconds: (performance.now() - startedAt) / 1000, components });
};
