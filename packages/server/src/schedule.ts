import { messageOf, SEVERITIES } from "@zerotrace/core";
import { offlineAfterSeconds } from "./features/agents/index.ts";
import {
  companyIds,
  type FeedSync,
  feedsDirectory,
  generationInForce,
  isReadElsewhere,
  isIndexHere,
  requestSync,
} from "./features/feeds/index.ts";
import type { AccessTokens } from "./features/access-tokens/index.ts";
import { requestForwarding } from "./features/audit/index.ts";
import { requestDeletions, sweepExports } from "./features/companies/index.ts";
import { isAnyOver } from "./features/decisions/index.ts";
import { requestEnrichment } from "./features/enrichment/index.ts";
import { requestMails } from "./features/mail/index.ts";
import { noteOverdueFixes } from "./features/fixes/index.ts";
import { requestLooks } from "./features/registries/index.ts";
import { requestRetention } from "./features/retention/index.ts";
import { requestWebhooks } from "./features/webhooks/index.ts";
import { gaugesOf } from "./features/stats/index.ts";
import { sweepOutbox } from "./features/stream/index.ts";
import type { Canary } from "./features/canary/index.ts";
import type { Config } from "./platform/config/index.ts";
import type { MasterKeys } from "./platform/crypto/index.ts";
import type { Database } from "./platform/db/index.ts";
import type { Logger } from "./platform/log/index.ts";
import type { Metrics } from "./platform/metrics/index.ts";
import { queueDepth } from "./platform/queue/index.ts";
import { createKeyWatch } from "./rekey.ts";
import { watchSources } from "./watch-sources.ts";

const LOOK_EVERY_MS = 15_000;
const HOUR_MS = 3_600_000;
const RETENTION_EVERY_MS = 24 * HOUR_MS;

/** Asks for the findings of companies whose decisions ran out: what those hid is open again. */
const requestDecisionEnds = async (db: Database, companies: readonly number[]): Promise<void> => {
  for (const companyId of companies) {
    await db.withCompany(companyId, async (tx) => {
      if (await isAnyOver(tx, companyId)) await requestEnrichment(tx, companyId);
    });
  }
};

/** Sums over all companies, each read within its own scope. */
const measure = async (db: Database, metrics: Metrics, offlineSeconds: number): Promise<void> => {
  const findings: Record<string, number> = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0]));
  let online = 0;
  for (const companyId of await db.asService(companyIds)) {
    const gauges = await gaugesOf(db, companyId, offlineSeconds);
    online += gauges.agentsOnline;
    for (const severity of SEVERITIES) findings[severity] = (findings[severity] ?? 0) + gauges[severity];
  }
  metrics.agentsOnline(online);
  metrics.findings(findings);
  const depth = await db.asService(queueDepth);
  metrics.queueDepth(Object.entries(depth).map(([state, count]) => ({ task: "all", state, count })));
};

/** Whether the feeds are to be read again: it is time, or a start names other folders, which then do not wait hours. */
const isOutdated = (
  { feeds, feedSyncHours }: Config,
  generation: Awaited<ReturnType<typeof generationInForce>>,
  isFirst: boolean,
): boolean => {
  if (generation?.origin !== "sync") return false;
  const ageMs = Date.now() - generation.confirmedAt.getTime();
  return ageMs > feedSyncHours * HOUR_MS || (isFirst && isReadElsewhere(feeds, generation.meta.sources));
};

/**
 * Asks for a feed sync when one is due, once a day for old rows to be deleted, and keeps the gauges true: at once and then
 * every 15 s until the returned stop. Resolves when it has asked: a queue that starts after that runs what it asked for in place of
 * an order that an earlier process left, and not beside it.
 */
export const startSchedule = async (
  config: Config,
  parts: {
    db: Database;
    metrics: Metrics;
    log: Logger;
    sync: Pick<FeedSync, "state">;
    masterKeys: MasterKeys;
    accessTokens: Pick<AccessTokens, "keys">;
    canary: Pick<Canary, "request">;
  },
): Promise<() => Promise<void>> => {
  const { db, metrics, log, sync } = parts;
  const watchKeys = createKeyWatch(parts);
  const feedsDir = feedsDirectory(config.dataDir);
  let isMissing = false;
  let isFirst = true;
  let retentionDueMs = 0;
  let overdueDueMs = 0;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      const generation = await db.asService(generationInForce);
      const isHere = generation !== null && isIndexHere(feedsDir, generation);
      if (generation !== null && !isHere && !isMissing) {
        log.warn({ file: generation.indexFile }, "missing index file: the feeds are read again");
      }
      isMissing = !isHere;
      const due = !isHere || isOutdated(config, generation, isFirst);
      isFirst = false;
      // one that runs already would be followed by another
      if (due && !sync.state().syncing) await requestSync(db);
      if (Date.now() >= retentionDueMs) {
        await requestRetention(db);
        retentionDueMs = Date.now() + RETENTION_EVERY_MS;
      }
      await db.asService(sweepOutbox);
      await sweepExports(config.dataDir);
      await requestDeletions(db);
      const companies = await db.asService(companyIds);
      await requestForwarding(db, companies);
      if (Date.now() >= overdueDueMs) {
        await noteOverdueFixes(db, companies, new Date());
        overdueDueMs = Date.now() + HOUR_MS;
      }
      await requestWebhooks(db, companies);
      await requestMails(db, companies, config.mailUrl !== undefined);
      await requestLooks(db, companies);
      await requestDecisionEnds(db, companies);
      await watchKeys();
      await parts.accessTokens.keys.keepFresh(config.jwtKeyDays);
      // the feed reader beside this process needs room
      if (!sync.state().syncing) await parts.canary.request();
      await watchSources({ db, metrics, log, syncHours: config.feedSyncHours }, generation, new Date());
      await measure(db, metrics, offlineAfterSeconds(config.heartbeatSeconds));
    } catch (error) {
      log.warn({ error: messageOf(error) }, "the schedule could not look");
    }
  };
  const tick = (): void => {
    looking = looking.then(look);
  };
  tick();
  await looking;
  const timer = setInterval(tick, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
};
