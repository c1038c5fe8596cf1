import { AppError } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { requireAsset } from "../assets/index.ts";
import { routes } from "./contract.ts";
import { coverageRows, coverageTotals, withFreshness } from "./coverage.ts";
import { coverageByEcosystem, generationInForce } from "./sql.ts";
import { type FeedOrder, type FeedSync, refuseWhilePinned } from "./sync.ts";
import { type Trust, trustFile } from "@zerotrace/plugins";
import { rm } from "node:fs/promises";
import { examine, generationMeant, keptGenerations, saveUpload } from "./generations.ts";
import { effectOf } from "./preview.ts";

export { createEpssHistory, type EpssHistory } from "./epss-history.ts";
export { feedsDirectory, indexPath, isIndexHere } from "./index-file.ts";
export { type AdvisoryEnrichment, createKnowledge, type Knowledge } from "./knowledge.ts";
export type { JudgeWithin } from "./publish.ts";
export { isReadElsewhere } from "./elsewhere.ts";
export { createFeedSync, type FeedOrder, type FeedSync, orderOf } from "./sync.ts";
export { companyIds, type Generation, generationInForce, replaceStaleSources } from "./sql.ts";
export { authoritiesOf, type Authority, withFreshness } from "./coverage.ts";

/** Sync intervals without a new generation after which the data counts as stale. */
const STALE_INTERVALS = 2;
const HOUR_MS = 3_600_000;

/** The state of the feeds as the API shows it. */
export const feedStatus = async (db: Database, sync: FeedSync, syncHours: number) => {
  const generation = await db.asService(generationInForce);
  const { syncing, progress, lastError } = sync.state();
  const now = new Date();
  const sources = (generation?.meta.sources ?? []).map((one) => withFreshness(one, now, syncHours));
  const age = generation === null ? null : Date.now() - generation.confirmedAt.getTime();
  return {
    generation:
      generation === null
        ? null
        : {
            id: generation.id,
            hash: generation.meta.generation ?? null,
            origin: generation.origin,
            publishedAt: generation.publishedAt.toISOString(),
            recordCount: generation.meta.recordCount,
            groupCount: generation.meta.groupCount,
            rangeCount: generation.meta.rangeCount,
          },
    sources,
    syncing,
    progress,
    lastError,
    nextSyncAt:
      generation?.origin !== "sync"
        ? null
        : new Date(generation.confirmedAt.getTime() + syncHours * HOUR_MS).toISOString(),
    stale: age !== null && age > STALE_INTERVALS * syncHours * HOUR_MS,
    staleSources: [...new Set(sources.filter((s) => s.isStale).map((s) => s.feed))].sort(),
  };
};

/** Whose bundles a server takes. */
export const trustOf = (config: { readonly dataDir: string; readonly feedKeys: readonly string[] }): Trust => ({
  file: trustFile(config.dataDir),
  keys: config.feedKeys,
});

/** Asks for a sync, or for what else is to be put in force; joins one that is already waiting for the same. */
export const requestSync = async (db: Database, order: FeedOrder = { kind: "sync", unpin: false }): Promise<void> => {
  await db.asService((tx) =>
    enqueue(tx, {
      task: "feeds-sync",
      payload: { companyId: 0, ...order },
      key: order.kind === "sync" ? "feeds-sync" : "feeds-apply",
      queueName: "feeds",
      maxAttempts: 3,
    }),
  );
};

export interface FeedRouteDeps {
  readonly sync: FeedSync;
  readonly syncHours: number;
  readonly dataDir: string;
  readonly trust: Trust;
}

/** The routes about advisories' sources and what they cover. */
export const feedRoutes = ({ sync, syncHours, dataDir, trust }: FeedRouteDeps): Endpoint[] => [
  implement(routes.getFeeds, {
    audit: "none",
    transaction: "none",
    run: async ({ db }) => await feedStatus(db, sync, syncHours),
  }),
  implement(routes.syncFeeds, {
    audit: "feeds.sync",
    run: async ({ db }, { query }) => {
      const unpin = query.unpin === "true";
      if (!unpin) refuseWhilePinned(await db.asService(generationInForce));
      await requestSync(db, { kind: "sync", unpin });
      return { queued: true };
    },
  }),
  ...generationRoutes({ dataDir, trust }),
  implement(routes.getCoverage, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId }, now }, { query }) => {
      const assetId = query.assetId ?? null;
      const generation = await db.asService(generationInForce);
      const records = await db.asServiceFor(companyId, async (tx) => {
        if (assetId !== null) await requireAsset(tx, companyId, assetId);
        return await coverageByEcosystem(tx, companyId, assetId);
      });
      const rows = coverageRows(records, generation?.meta.sources ?? [], now, syncHours);
      return { rows, totals: coverageTotals(rows) };
    },
  }),
];

/** What is wrong with a bundle is for whoever sent it, without the place where we keep it. */
const asRefusal = (error: unknown, path: string): unknown =>
  error instanceof AppError && error.code === "BAD_FEED"
    ? new AppError("BAD_REQUEST", error.message.replaceAll(path, "The body"), { field: "body", cause: error })
    : error;

const generationRoutes = ({ dataDir, trust }: { dataDir: string; trust: Trust }): Endpoint[] => [
  implement(routes.listGenerations, {
    audit: "none",
    transaction: "none",
    run: async ({ db }) => ({
      rows: (await keptGenerations(db, dataDir)).map((one) => ({
        hash: one.hash,
        ids: [...one.ids],
        isInForce: one.isInForce,
        builtAt: one.builtAt,
        keptAt: one.keptAt.toISOString(),
        kind: one.kind,
        sizeBytes: one.sizeBytes,
        recordCount: one.counts.records,
        kevCount: one.counts.kev,
        epssCount: one.counts.epss,
      })),
    }),
  }),
  implement(routes.rollbackFeeds, {
    audit: "feeds.rollback",
    run: async (context, { body }) => {
      const { db } = context;
      const hash = await generationMeant(db, dataDir, body.generation);
      context.note(hash);
      await requestSync(db, { kind: "rollback", generation: hash });
      return { hash, queued: true };
    },
  }),
  implement(routes.importBundle, {
    audit: "feeds.import",
    transaction: "none",
    run: async (context, { query, body }) => {
      const { db, identity } = context;
      const dryRun = query.dryRun === "true";
      const { path, name } = await saveUpload(body, dataDir);
      let isTaken = false;
      try {
        const options = { look: dryRun, ...(query.trust === undefined ? {} : { pin: query.trust }) };
        const place = { db, dataDir, trust };
        const { bundle, header, keyId, changes, warnings } = await examine(place, path, options).catch(
          (error: unknown) => {
            throw asRefusal(error, path);
          },
        );
        const { companyId, subject } = identity;
        const effect = dryRun ? await effectOf(place, { path, bundle }, companyId) : null;
        const { generation: hash, kind, builtAt } = header;
        const detail = { dryRun, keyId, kind, pinned: query.trust !== undefined };
        await db.withCompany(companyId, (tx) =>
          context.record(tx, { companyId, actor: subject, target: hash, detail }),
        );
        if (!dryRun) await requestSync(db, { kind: "import", file: name });
        isTaken = !dryRun;
        const told = { hash, kind, builtAt, keyId, changes: { ...changes }, effect, warnings: [...warnings] };
        return { ...told, queued: !dryRun };
      } finally {
        if (!isTaken) await rm(path, { force: true });
      }
    },
  }),
];
