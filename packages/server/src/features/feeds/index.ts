import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { routes } from "./contract.ts";
import { coverageByEcosystem, generationInForce } from "./sql.ts";
import type { FeedSync } from "./sync.ts";
import { applicableEcosystems } from "@zerotrace/core";

export { feedsDirectory, indexPath, isIndexHere } from "./index-file.ts";
export { type AdvisoryEnrichment, createKnowledge, type Knowledge } from "./knowledge.ts";
export { createFeedSync, type FeedSync } from "./sync.ts";
export { companyIds, type Generation, generationInForce } from "./sql.ts";

/** Sync intervals without a new generation after which the data counts as stale. */
const STALE_INTERVALS = 2;
const HOUR_MS = 3_600_000;

/** The state of the feeds as the API shows it. */
export const feedStatus = async (db: Database, sync: FeedSync, syncHours: number) => {
  const generation = await db.asService(generationInForce);
  const { syncing, progress, lastError } = sync.state();
  const age = generation === null ? null : Date.now() - generation.publishedAt.getTime();
  return {
    generation:
      generation === null
        ? null
        : {
            id: generation.id,
            publishedAt: generation.publishedAt.toISOString(),
            recordCount: generation.meta.recordCount,
            groupCount: generation.meta.groupCount,
            rangeCount: generation.meta.rangeCount,
          },
    sources: (generation?.meta.sources ?? []).map((s) => ({
      ...s,
      bad: [...s.bad],
      covers: [...s.covers],
      notCovered: [...s.notCovered],
      origins: [...s.origins],
    })),
    syncing,
    progress,
    lastError,
    nextSyncAt:
      generation === null ? null : new Date(generation.publishedAt.getTime() + syncHours * HOUR_MS).toISOString(),
    stale: age !== null && age > STALE_INTERVALS * syncHours * HOUR_MS,
  };
};

/** Asks for a sync; joins one that is already waiting. */
export const requestSync = async (db: Database): Promise<void> => {
  await db.asService((tx) =>
    enqueue(tx, {
      task: "feeds-sync",
      payload: { companyId: 0 },
      key: "feeds-sync",
      queueName: "feeds",
      maxAttempts: 3,
    }),
  );
};

/** The routes about advisories' sources and what they cover. */
export const feedRoutes = ({ sync, syncHours }: { sync: FeedSync; syncHours: number }): Endpoint[] => [
  implement(routes.getFeeds, {
    audit: "none",
    transaction: "none",
    run: async ({ db }) => await feedStatus(db, sync, syncHours),
  }),
  implement(routes.syncFeeds, {
    audit: "feeds.sync",
    run: async ({ db }) => {
      await requestSync(db);
      return { queued: true };
    },
  }),
  implement(routes.getCoverage, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }) => {
      const generation = await db.asService(generationInForce);
      const rows = await db.asServiceFor(companyId, (tx) => coverageByEcosystem(tx, companyId));
      const sourcesOf = (ecosystem: string): string[] => {
        const names = applicableEcosystems(ecosystem);
        const sources = (generation?.meta.sources ?? []).filter((s) => s.covers.some((c) => names.includes(c)));
        return [...new Set(sources.map((s) => s.feed))].sort();
      };
      return { rows: rows.map((r) => ({ ...r, sources: sourcesOf(r.ecosystem) })) };
    },
  }),
];
