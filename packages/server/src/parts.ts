import { messageOf } from "@zerotrace/core";
import { type AccessTokens, createAccessTokens } from "./features/access-tokens/index.ts";
import { type Canary, createCanary } from "./features/canary/index.ts";
import { createMatchPool, type MatchPool } from "./features/components/index.ts";
import { createEnrichment, type Enrichment } from "./features/enrichment/index.ts";
import {
  createEpssHistory,
  createFeedSync,
  type EpssHistory,
  feedsDirectory,
  type FeedSync,
  trustOf,
} from "./features/feeds/index.ts";
import { createHoldingsStore, type HoldingsStore } from "./features/holdings/index.ts";
import { createTallyStore, type TallyStore } from "./features/tallies/index.ts";
import type { Ingest } from "./features/inventory/index.ts";
import { createSender, type MailServer, mailServerOf, type Sender } from "./features/mail/index.ts";
import { createQuotas, type Quotas } from "./features/limits/index.ts";
import { createRegistries, type Registries } from "./features/registries/index.ts";
import { standingOf } from "./features/roles/index.ts";
import { sessionLimitsOf } from "./features/sessions/index.ts";
import { createUploads, type Uploads } from "./features/uploads/index.ts";
import { type Authenticator, createAuthenticator } from "./platform/auth/index.ts";
import type { Config } from "./platform/config/index.ts";
import { type CompanyKeys, createCompanyKeys, type MasterKeys } from "./platform/crypto/index.ts";
import type { Database } from "./platform/db/index.ts";
import type { Logger } from "./platform/log/index.ts";
import { createMetrics, type Metrics } from "./platform/metrics/index.ts";
import { masterKeysOf } from "./rekey.ts";
import type { ServerStep } from "./steps.ts";
import { VERSION } from "./version.ts";
import { allRoutes, announceFeeds, inventoriesOf } from "./wiring.ts";

interface PartOptions {
  readonly config: Config;
  readonly onProgress: (step: ServerStep) => void;
}

/** What a server is made of, before it listens and works. */
export interface Parts {
  readonly db: Database;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly auth: Authenticator;
  readonly keys: CompanyKeys;
  readonly masterKeys: MasterKeys;
  readonly accessTokens: AccessTokens;
  readonly quotas: Quotas;
  readonly pool: MatchPool;
  readonly enrichment: Enrichment;
  readonly epss: EpssHistory;
  readonly sync: FeedSync;
  readonly ingest: Ingest;
  readonly holdings: HoldingsStore;
  readonly tallies: TallyStore;
  readonly uploads: Uploads;
  readonly registries: Registries;
  readonly canary: Canary;
  /** Null: no mail server is set. */
  readonly mailServer: MailServer | null;
  readonly mailSender: Sender | null;
}

const openFeeds = (
  options: PartOptions,
  db: Database,
  metrics: Metrics,
  log: Logger,
  { enrichment, epss }: { enrichment: Enrichment; epss: EpssHistory },
): FeedSync => {
  const startedAt = performance.now();
  return createFeedSync({
    db,
    version: VERSION,
    // Only the first change after a start gains by it: one that could not be prepared is computed as a whole.
    onCompile: () => void enrichment.prepare().catch((error) => log.debug({ error: messageOf(error) }, "not prepared")),
    publishing: (publish) => enrichment.publishing(publish),
    dataDir: options.config.dataDir,
    locations: options.config.feeds,
    trust: trustOf(options.config),
    onProgress: (p) =>
      options.onProgress({
        step: "feeds",
        state: "progress",
        message: p.label,
        doneBytes: p.doneBytes,
        totalBytes: p.totalBytes,
        recordCount: p.recordCount,
      }),
    onDone: async ({ ok, seconds, message }) => {
      metrics.feedSync({ feed: "all", ok, seconds });
      log[ok ? "info" : "warn"]({ seconds, outcome: message }, "feeds synchronized");
      const ms = Math.round(performance.now() - startedAt);
      options.onProgress({ step: "feeds", state: ok ? "done" : "failed", message, ms });
      await announceFeeds(db, { ok: ok ? 1 : 0, message });
      // Nothing waits for it: a page that asks meanwhile shows the days before.
      if (ok) void epss.keep();
    },
  });
};

/** Makes the parts; those that must be ended put their end into `closers`. */
export const partsOf = (
  options: PartOptions,
  { db, log, closers }: { db: Database; log: Logger; closers: (() => Promise<unknown>)[] },
): Parts => {
  const { config } = options;
  const feedsDir = feedsDirectory(config.dataDir);
  const mailServer = mailServerOf(config);
  const mailSender = mailServer && createSender(mailServer);
  closers.push(async () => mailSender?.close());
  const metrics = createMetrics({ version: VERSION, process: true });
  const pool = createMatchPool(config.workers);
  closers.push(() => pool.close());
  const masterKeys = masterKeysOf(config);
  const keys = createCompanyKeys(masterKeys);
  const accessTokens = createAccessTokens({ db, keys, ...config });
  const auth = createAuthenticator({
    db,
    standingOf,
    sessionLimitsOf,
    verifyAccessToken: accessTokens.verify,
    ...(config.publicUrl ? { publicUrl: config.publicUrl } : {}),
  });
  const enrichment = createEnrichment({ db, pool, metrics, feedsDir });
  const epss = createEpssHistory(config.dataDir, (error) => log.warn({ error }, "EPSS history not kept"));
  closers.push(() => epss.idle());
  const sync = openFeeds(options, db, metrics, log, { enrichment, epss });
  const quotas = createQuotas(db);
  const holdings = createHoldingsStore(db);
  const inventories = inventoriesOf(db, quotas, holdings);
  const mayScan: Quotas["scan"] = (tx, of) => quotas.scan(tx, of);
  const registries = createRegistries({ db, keys, mayScan, ...inventories, ...config });
  const uploads = createUploads({
    db,
    ...inventories,
    ...config,
    ...registries,
    mayScan,
  });
  const canary = createCanary({ db, log, metrics, routes: allRoutes });
  return {
    db,
    log,
    metrics,
    auth,
    keys,
    masterKeys,
    accessTokens,
    quotas,
    pool,
    enrichment,
    epss,
    sync,
    ingest: inventories.ingest,
    holdings,
    tallies: createTallyStore(db),
    uploads,
    registries,
    canary,
    mailServer,
    mailSender,
  };
};
