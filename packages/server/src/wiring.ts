import { readFileSync } from "node:fs";
import { AppError, type Route } from "@zerotrace/core";
import { contract, type Channel } from "./contract.ts";
import { accessTokenRoutes, type AccessTokens } from "./features/access-tokens/index.ts";
import { advisoryRoutes } from "./features/advisories/index.ts";
import { affectedRoutes } from "./features/affected/index.ts";
import { agentRoutes, type Certificates, offlineAfterSeconds, type Presence } from "./features/agents/index.ts";
import { assetDiffRoute, assetLabelRoutes, assetRoutes, removeAssetRoute } from "./features/assets/index.ts";
import { auditRoutes, writeAudit } from "./features/audit/index.ts";
import { changeRoutes } from "./features/changes/index.ts";
import { companyRoutes } from "./features/companies/index.ts";
import type { Canary } from "./features/canary/index.ts";
import { createDictionary, type Dictionary, type MatchPool } from "./features/components/index.ts";
import { dashboardRoutes } from "./features/dashboards/index.ts";
import { decisionRoutes } from "./features/decisions/index.ts";
import { requestEnrichment } from "./features/enrichment/index.ts";
import {
  authoritiesOf,
  companyIds,
  createKnowledge,
  type EpssHistory,
  feedsDirectory,
  type FeedSync,
  feedRoutes,
  generationInForce,
  isIndexHere,
  trustOf,
} from "./features/feeds/index.ts";
import { explainRoutes } from "./features/explain/index.ts";
import { factorRoutes, secondFactors } from "./features/factors/index.ts";
import { findingRoutes } from "./features/findings/index.ts";
import { fixRoutes } from "./features/fixes/index.ts";
import { graphqlRoutes } from "./features/graphql/index.ts";
import { healthRoutes } from "./features/health/index.ts";
import type { HoldingsStore } from "./features/holdings/index.ts";
import type { TallyStore } from "./features/tallies/index.ts";
import { type AfterBatch, createIngest, type Ingest, inventoryRoutes } from "./features/inventory/index.ts";
import { jobRoutes } from "./features/jobs/index.ts";
import { invitationRoutes } from "./features/invitations/index.ts";
import { mailLinkOf, mailRoutes, type MailServer } from "./features/mail/index.ts";
import { meRoutes } from "./features/me/index.ts";
import { createBackOff, createPasswords, type PeopleDeps, peopleRoutes } from "./features/people/index.ts";
import { rateAssets, riskRoutes } from "./features/risk/index.ts";
import { roleRoutes } from "./features/roles/index.ts";
import type { Registries } from "./features/registries/index.ts";
import { limitRoutes, type Quotas } from "./features/limits/index.ts";
import { sessionRoutes } from "./features/sessions/index.ts";
import { settingRoutes } from "./features/settings/index.ts";
import { groupNamesOf, scimRoutes } from "./features/scim/index.ts";
import { ssoRoutes } from "./features/sso/index.ts";
import { statRoutes } from "./features/stats/index.ts";
import { emit } from "./features/stream/index.ts";
import { tokenRoutes } from "./features/tokens/index.ts";
import type { Uploads } from "./features/uploads/index.ts";
import { vexRoutes } from "./features/vex/index.ts";
import { viewRoutes } from "./features/views/index.ts";
import { workRoutes } from "./features/work/index.ts";
import { webhookRoutes } from "./features/webhooks/index.ts";
import type { Authenticator } from "./platform/auth/index.ts";
import type { Config } from "./platform/config/index.ts";
import type { CompanyKeys } from "./platform/crypto/index.ts";
import type { Database, Tx } from "./platform/db/index.ts";
import { type Endpoint, openApiOf, readExamples } from "./platform/http/index.ts";
import type { Metrics } from "./platform/metrics/index.ts";
import { orderRekey } from "./rekey.ts";
import { countPendingJobs, listJobs, queueDepth } from "./platform/queue/index.ts";

/** Tells every company that the feeds moved. */
export const announceFeeds = async (db: Database, summary: Record<string, string | number | null>): Promise<void> => {
  for (const companyId of await db.asService(companyIds)) {
    await db.withCompany(companyId, (tx) =>
      emit(tx, companyId, { channel: "feed_update", ids: [], count: 1, summary }),
    );
  }
};

/** What a stored inventory causes: a job, an event, and an audit row for each that changed something. */
const afterBatch =
  (quotas: Quotas, holdings: HoldingsStore): AfterBatch =>
  async (tx, companyId, stored) => {
    if (stored.length === 0) return;
    holdings.doubt(companyId);
    await quotas.took(
      tx,
      companyId,
      stored.reduce((sum, s) => sum + s.addedCount, 0),
    );
    const changed = stored.filter((s) => s.addedCount + s.removedCount > 0);
    for (const s of changed) {
      const detail = { components: s.componentCount, added: s.addedCount, removed: s.removedCount };
      await writeAudit(tx, {
        companyId,
        actor: `asset:${s.assetId}`,
        action: "inventory.report",
        target: s.assetId,
        detail,
        ip: "",
      });
    }
    await takeIn(
      tx,
      companyId,
      stored.map((s) => s.assetId),
    );
    await requestEnrichment(tx, companyId);
  };

/** Assets came or have other labels: they are rated, and whoever looks hears of it. */
const takeIn = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<void> => {
  await rateAssets(tx, companyId, ids);
  await announceAssets(tx, companyId, ids);
};

const announceAssets = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<void> => {
  const channel: Channel = "asset_update";
  await emit(tx, companyId, { channel, ids, count: ids.length, summary: {} });
};

/** The way of every inventory, by whomever it is brought. */
export const inventoriesOf = (
  db: Database,
  quotas: Quotas,
  holdings: HoldingsStore,
): { dictionary: Dictionary; ingest: Ingest } => {
  const dictionary = createDictionary(db);
  return {
    dictionary,
    ingest: createIngest(db, dictionary, afterBatch(quotas, holdings), (companyId) => quotas.inventory(companyId)),
  };
};

export interface WiringDeps {
  readonly config: Config;
  readonly version: string;
  readonly db: Database;
  readonly auth: Authenticator;
  readonly keys: CompanyKeys;
  readonly accessTokens: AccessTokens;
  readonly canary: Canary;
  readonly metrics: Metrics;
  readonly sync: FeedSync;
  readonly pool: MatchPool;
  readonly epss: EpssHistory;
  readonly ingest: Ingest;
  readonly holdings: HoldingsStore;
  readonly tallies: TallyStore;
  readonly uploads: Uploads;
  readonly presence: Presence;
  readonly certificates: Certificates;
  readonly registries: Registries;
  /** Null: no mail server is set. */
  readonly mailServer: MailServer | null;
  readonly publicUrl: () => string;
  readonly quotas: Quotas;
}

/** Every route of the contract. */
export const allRoutes: readonly Route[] = Object.values(contract).flatMap((routes): Route[] => Object.values(routes));

const healthChecks = (db: Database, feedsDir: string, canary: Canary) => ({
  isolation: () => canary.health(),
  queue: async () => {
    await db.asService(queueDepth);
    return { status: "ok" as const, detail: "answers" };
  },
  feeds: async () => {
    const generation = await db.asService(generationInForce);
    if (generation === null) return { status: "missing" as const, detail: "no advisories yet" };
    return !isIndexHere(feedsDir, generation)
      ? { status: "missing" as const, detail: "missing index file; the feeds are read again" }
      : { status: "ok" as const, detail: `generation ${generation.id}, ${generation.meta.recordCount} records` };
  },
});

/** Machines, what they have and what they bring. */
const fleetEndpoints = (deps: WiringDeps, forget: (id: string) => void): Endpoint[] => {
  const { config, db } = deps;
  return [
    ...agentRoutes({
      heartbeatSeconds: config.heartbeatSeconds,
      inventorySeconds: config.inventorySeconds,
      presence: deps.presence,
      certificates: deps.certificates,
      forget,
      mayEnroll: (tx, companyId) => deps.quotas.agent(tx, companyId),
      onAgent: (tx, companyId, assetId) => takeIn(tx, companyId, [assetId]),
    }),
    ...assetRoutes({
      offlineAfterSeconds: offlineAfterSeconds(config.heartbeatSeconds),
      authorities: async () => {
        const generation = await db.asService(generationInForce);
        return authoritiesOf(generation?.meta.sources ?? [], new Date(), config.feedSyncHours);
      },
    }),
    ...assetLabelRoutes(takeIn),
    assetDiffRoute({ historyDays: config.retentionDays }),
    removeAssetRoute({
      forget,
      onRemoved: async (tx, companyId, assetId) => {
        deps.holdings.doubt(companyId);
        await announceAssets(tx, companyId, [assetId]);
        await requestEnrichment(tx, companyId);
      },
    }),
    ...inventoryRoutes(deps.ingest, (assetId) => deps.presence.want(assetId, false)),
    ...deps.uploads.routes,
    ...deps.registries.routes,
  ];
};

/** What is known, what follows from it and what is decided. */
const findingEndpoints = (deps: WiringDeps): Endpoint[] => {
  const { config, db, sync, version, epss, holdings, tallies } = deps;
  const knowledge = createKnowledge(db, feedsDirectory(config.dataDir));
  const offline = offlineAfterSeconds(config.heartbeatSeconds);
  const { feedSyncHours: syncHours, dataDir } = config;
  return [
    ...advisoryRoutes(knowledge, epss),
    ...affectedRoutes(holdings),
    ...changeRoutes({ offlineAfterSeconds: offline, syncHours, epss, pendingJobs: countPendingJobs }),
    ...dashboardRoutes({ offlineAfterSeconds: offline, holdings, tallies }),
    ...fixRoutes({ onClaimed: requestEnrichment, holdings, tallies }),
    ...decisionRoutes({ version, onChanged: requestEnrichment }),
    ...feedRoutes({ sync, syncHours, dataDir, trust: trustOf(config) }),
    ...explainRoutes(knowledge),
    ...findingRoutes(knowledge, holdings, tallies),
    ...riskRoutes({
      onRated: async (tx, companyId, ids) => {
        await announceAssets(tx, companyId, ids);
        await requestEnrichment(tx, companyId);
      },
      holdings,
      tallies,
    }),
    ...statRoutes({ offlineAfterSeconds: offline, pendingJobs: countPendingJobs }),
    ...viewRoutes(),
    ...vexRoutes({ onChanged: requestEnrichment }),
    ...workRoutes({ onChanged: requestEnrichment, quotas: deps.quotas }),
  ];
};

/** How links go out by mail; nothing where no mail server is set. */
const mailsOf = ({ mailServer, keys }: WiringDeps) => (mailServer === null ? {} : { mailLink: mailLinkOf({ keys }) });

/** People, programs, and how they prove who they are. */
const identityEndpoints = (deps: WiringDeps, forget: (id: string) => void): Endpoint[] => {
  const { config, db, keys, publicUrl } = deps;
  const people: PeopleDeps = {
    forget,
    publicUrl,
    passwords: createPasswords(),
    backOff: createBackOff(),
    factors: secondFactors(db),
    ...mailsOf(deps),
  };
  return [
    ...accessTokenRoutes(deps.accessTokens, { forget }),
    ...peopleRoutes(people),
    ...invitationRoutes(people),
    ...meRoutes(people),
    ...factorRoutes({ keys, people, publicUrl: config.publicUrl }),
    ...roleRoutes(),
    ...sessionRoutes({ forget, publicUrl }),
    ...ssoRoutes({ db, keys, forget, publicUrl, ssoHosts: config.ssoHosts, directoryGroups: groupNamesOf }),
    ...scimRoutes({ db, forget, publicUrl }),
    ...tokenRoutes({ forget, onAgents: announceAssets }),
  ];
};

/** The company, and the platform that it is on. */
const companyEndpoints = (deps: WiringDeps, forget: (id: string) => void): Endpoint[] => {
  const { config, db, auth, keys, version, publicUrl } = deps;
  return [
    ...auditRoutes({ keys, version, auditSinkHosts: config.auditSinkHosts }),
    ...companyRoutes({
      forget,
      forgetCompany: (id) => auth.forgetCompany(id),
      publicUrl,
      keys,
      dataDir: config.dataDir,
      companyDeletionDays: config.companyDeletionDays,
      ...mailsOf(deps),
    }),
    ...healthRoutes({
      db,
      metrics: deps.metrics,
      version,
      checks: healthChecks(db, feedsDirectory(config.dataDir), deps.canary),
    }),
    ...limitRoutes(deps.quotas),
    ...mailRoutes({ server: deps.mailServer, publicUrl }),
    ...webhookRoutes({ keys, webhookHosts: config.webhookHosts }),
    ...jobRoutes({
      listJobs: async (companyId) =>
        (await db.withCompany(companyId, (tx) => listJobs(tx, companyId))).map((job) => ({
          id: job.id,
          task: job.task,
          state: job.state,
          attempts: job.attempts,
          maxAttempts: job.maxAttempts,
          lastError: job.lastError,
          runAt: job.runAt.toISOString(),
        })),
    }),
    ...settingRoutes(config, async (tx, companyId) => {
      const keyId = await keys.rotate(tx, companyId);
      await orderRekey(tx, companyId);
      return keyId;
    }),
  ];
};

/** Every route of the contract with its handler. Throws when one has none. */
export const endpointsOf = (deps: WiringDeps): Endpoint[] => {
  const forget = (id: string): void => deps.auth.forget(id);
  const plain = [
    ...fleetEndpoints(deps, forget),
    ...findingEndpoints(deps),
    ...identityEndpoints(deps, forget),
    ...companyEndpoints(deps, forget),
  ];
  const endpoints = [...plain, ...graphqlRoutes(plain)];
  const served = new Set<unknown>(endpoints.map((e) => e.route));
  for (const route of allRoutes) {
    if (!served.has(route)) throw new AppError("INTERNAL", `${route.method} ${route.path} has no handler.`);
  }
  return endpoints;
};

/** What `npm run docs:api` recorded of each route. */
const EXAMPLES = new URL("../api-examples.ndjson", import.meta.url);

/** The API's description, with an example of each route. */
export const openApi = (version: string): unknown =>
  openApiOf(contract, { title: "ZeroTrace API", version }, readExamples(readFileSync(EXAMPLES, "utf8")));
