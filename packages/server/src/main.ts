import { AppError, messageOf } from "@zerotrace/core";
import { type Permission, PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createCertificates } from "./features/agents/index.ts";
import { createSecurityTrail, writeAudit } from "./features/audit/index.ts";
import { ensureDefaultCompany } from "./features/companies/index.ts";
import { companyIds, feedsDirectory, type FeedSync, generationInForce, isIndexHere } from "./features/feeds/index.ts";
import { mailServerOf } from "./features/mail/index.ts";
import { createSignInLink } from "./features/sessions/index.ts";
import { drainOutbox, restoreHistory, sentAfter, streamProtocol } from "./features/stream/index.ts";
import type { Config } from "./platform/config/index.ts";
import {
  connectClient,
  connectionsOf,
  type Connections,
  type Database,
  lockDataDir,
  makeDataDir,
  migrate,
  openDatabase,
  startEmbedded,
} from "./platform/db/index.ts";
import { assertListenable, createHttp, createRateLimits } from "./platform/http/index.ts";
import { createLog, type Logger } from "./platform/log/index.ts";
import { countPendingJobs, migrateQueue, openQueue } from "./platform/queue/index.ts";
import { createHistory, createHub, startNotifier } from "./platform/realtime/index.ts";
import { startSchedule } from "./schedule.ts";
import { patiently } from "./patiently.ts";
import { issueToken } from "./start-tokens.ts";
import { createSteps, type ServerStep } from "./steps.ts";
import { createFleet, watchDevices } from "./fleet.ts";
import { tlsOf, watchTls } from "./tls.ts";
import { type Parts, partsOf } from "./parts.ts";
import { tasksOf } from "./tasks.ts";
import { VERSION } from "./version.ts";
import { endpointsOf, openApi } from "./wiring.ts";

export type { Config } from "./platform/config/index.ts";
export type { ServerStep } from "./steps.ts";

export { VERSION } from "./version.ts";
/** Where the built dashboard lies. */
export const WEB_DIR = fileURLToPath(new URL("../../web/dist", import.meta.url));
const SETTLED_POLL_MS = 100;
/** Quiet looks in a row before the work counts as done: a job may be followed by another. */
const SETTLED_QUIET = 3;

export interface StartOptions {
  readonly config: Config;
  readonly onProgress: (step: ServerStep) => void;
  /** Structured log lines go to `<dataDir>/zerotrace.log` unless `stdout`. */
  readonly logTo?: "file" | "stdout";
  readonly checkAnswers?: boolean;
  /** Ends a start that is under way: what stands is stopped and `startServer` rejects. */
  readonly signal?: AbortSignal;
}

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  readonly companyId: number;
  readonly timings: readonly { step: string; ms: number }[];
  /** Enrolls one agent, valid for an hour. */
  createEnrollmentToken(label: string): Promise<string>;
  createSignInLink(): Promise<string>;
  /** A token for this machine's command line. */
  createCliToken(): Promise<string>;
  /** Resolves when advisories are in force and no job of the company waits or runs. Throws what the first sync threw. */
  settled(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

type Closer = () => Promise<unknown>;

const openStore = async (
  options: StartOptions,
  log: Logger,
  closers: Closer[],
  steps: ReturnType<typeof createSteps>,
): Promise<{ db: Database; connections: Connections }> => {
  const { config, signal } = options;
  const tell = (level: "info" | "warn", message: string, fields: object = {}): void => log[level](fields, message);
  const connections = await steps.run("database", "PostgreSQL", async () => {
    if (config.databaseUrl) {
      const own = connectionsOf(config.databaseUrl);
      const given = { dataDir: config.dataDir, owner: own.owner, log: tell, isExternal: true };
      const lock = await patiently(() => lockDataDir(given), signal);
      closers.push(() => lock.release());
      return own;
    }
    const embedded = await patiently(() => startEmbedded({ dataDir: config.dataDir, log: tell, signal }), signal);
    const own = connectionsOf(embedded);
    const place = { dataDir: config.dataDir, owner: own.owner, log: tell };
    const lock = await patiently(() => lockDataDir(place), signal).catch(async (error: unknown) => {
      // A start that is stopped here must not leave the server behind; one that another ZeroTrace holds is not ours to end.
      if (!(error instanceof AppError && error.code === "DATA_DIR_BUSY")) await embedded.stop();
      throw error;
    });
    closers.push(async () => {
      await lock.release();
      await embedded.stop();
    });
    return own;
  });
  await steps.run("migrations", "Schema", async () => {
    const onProgress = (done: number, total: number, name: string): void =>
      options.onProgress({ step: "migrations", state: "progress", message: `${name} (${done + 1} of ${total})` });
    await patiently(() => migrate(connections.owner, { onProgress }), signal);
    await patiently(() => migrateQueue(connections.owner), signal);
  });
  const db = openDatabase({
    ...connections,
    onError: (error) => log.warn({ error: messageOf(error) }, "database connection lost"),
  });
  closers.push(() => db.close());
  return { db, connections };
};

/** Reads what is kept in memory of large companies before somebody asks, one after the other. */
const prepareMemories = async ({ db, holdings, enrichment, tallies }: Parts): Promise<void> => {
  const ids = await db.asService(companyIds);
  await holdings.prepare(ids);
  await enrichment.prepare(true);
  await tallies.prepare(ids);
};

const listen = async (
  options: StartOptions,
  parts: Parts & { connections: Connections },
  closers: Closer[],
): Promise<string> => {
  const { config } = options;
  const { db, auth, metrics, log, connections } = parts;
  let url = config.publicUrl ?? "";
  const security = createSecurityTrail({ db, log });
  closers.push(() => security.stop());
  const { report: onSecurityEvent } = security;
  const history = createHistory();
  await db.asService((tx) => restoreHistory(tx, history));
  const hub = createHub({ protocol: streamProtocol, auth, history, log, metrics, onSecurityEvent });
  const presence = createFleet(config, parts);
  const certificates = createCertificates({ db, keys: parts.keys, mode: config.agentTls });
  const tls = await tlsOf(config);
  const watch = watchDevices({ auth, log, connections });
  closers.push(() => watch.stop());
  closers.push(() => presence.stop());
  const http = await createHttp({
    db,
    auth,
    audit: writeAudit,
    onSecurityEvent,
    rates: createRateLimits({ ofCompany: (of) => parts.quotas.rate(of) }),
    log,
    metrics,
    openapi: openApi(VERSION),
    webDir: WEB_DIR,
    endpoints: endpointsOf({ ...parts, presence, certificates, config, version: VERSION, publicUrl: () => url }),
    plugins: [(app) => hub.register(app)],
    tls,
    proveDevice: certificates.prove,
    corsOrigins: config.corsOrigins,
    ...(config.trustedProxy ? { trustedProxy: config.trustedProxy } : {}),
    ...(options.checkAnswers ? { checkAnswers: true } : {}),
  });
  parts.canary.attach(http.app);
  closers.push(() => http.close());
  closers.push(watchTls(config, { http, listener: tls, log }));
  const notifier = startNotifier({
    connect: () => connectClient(connections.service),
    drain: (base) => db.asService((tx) => drainOutbox(tx, base)),
    sentAfter: (seq) => db.asService((tx) => sentAfter(tx, seq)),
    publish: (companyId, event) => hub.publish(companyId, event),
    history,
    log,
  });
  closers.push(() => notifier.stop());
  const origin = await http.listen({ host: config.host, port: config.port });
  url ||= origin;
  return url;
};

/** Starts everything in this process; on failure what was started is stopped again. Throws AppError with the mend. */
export const startServer = async (options: StartOptions): Promise<RunningServer> => {
  const { config } = options;
  mailServerOf(config);
  // Before anything is made. Where another ZeroTrace may hold the directory, that is the truer refusal, and it comes later.
  if (!existsSync(join(config.dataDir, "zerotrace.pid"))) await assertListenable(config);
  await makeDataDir(config.dataDir, config.databaseUrl === undefined);
  const to = options.logTo === "stdout" ? ("stdout" as const) : { file: join(config.dataDir, "zerotrace.log") };
  const log = createLog({ level: config.logLevel, version: VERSION, to });
  const closers: Closer[] = [];
  let stopping: Promise<void> = Promise.resolve();
  const closeAll = async (): Promise<void> => {
    // the worker, the listeners, the pools, the database: each closes what stands on the next
    for (const close of closers.splice(0).reverse()) {
      await close().catch((error: unknown) => log.warn({ error: messageOf(error) }, "a part did not stop cleanly"));
    }
  };
  const stop = (): Promise<void> => (stopping = stopping.then(closeAll));
  // what the step under way stands on is taken away, so that it ends at once
  const onAbort = (): void => void stop();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await compose(options, log, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
  }
};

const compose = async (
  options: StartOptions,
  log: Logger,
  closers: Closer[],
  stop: () => Promise<void>,
): Promise<RunningServer> => {
  const { config } = options;
  const steps = createSteps(options.onProgress);
  const { db, connections } = await openStore(options, log, closers, steps);
  const companyId = await patiently(() => ensureDefaultCompany(db), options.signal);
  const parts = { ...partsOf(options, { db, log, closers }), connections };
  const queue = openQueue({
    owner: connections.owner,
    concurrency: 4,
    log: (level, message, fields = {}) => log[level](fields, message),
    tasks: tasksOf(config, parts),
  });
  const url = await steps.run("listening", "API, worker and dashboard", () => listen(options, parts, closers));
  closers.push(await startSchedule(config, parts));
  await patiently(() => queue.start(), options.signal);
  closers.push(() => queue.stop());
  void prepareMemories(parts).catch((error: unknown) =>
    log.debug({ error: messageOf(error) }, "memories not prepared"),
  );
  // Days that came while an older version ran.
  void parts.epss.keep();

  const token = (kind: "enrollment" | "api", label: string, permissions: readonly Permission[]) =>
    issueToken(db, companyId, { kind, label, permissions });
  return {
    url,
    companyId,
    timings: steps.timings,
    createEnrollmentToken: (label) => token("enrollment", label, []),
    createCliToken: () =>
      // it lies beside the database: whoever reads it could as well read that
      token("api", "command line of this machine", PROVIDER_PERMISSIONS),
    createSignInLink: () => createSignInLink(db, companyId, url),
    settled: (signal) => settled({ db, sync: parts.sync, feedsDir: feedsDirectory(config.dataDir) }, companyId, signal),
    stop,
  };
};

const settled = async (
  { db, sync, feedsDir }: { db: Database; sync: FeedSync; feedsDir: string },
  companyId: number,
  signal?: AbortSignal,
): Promise<void> => {
  for (let quiet = 0; quiet < SETTLED_QUIET;) {
    signal?.throwIfAborted();
    const generation = await db.asService(generationInForce);
    const { lastError, syncing } = sync.state();
    const isHere = generation !== null && isIndexHere(feedsDir, generation);
    if (!isHere && lastError !== null && !syncing) {
      throw new AppError("FEEDS_UNAVAILABLE", lastError.message);
    }
    const busy = !isHere || syncing || (await db.withCompany(companyId, (tx) => countPendingJobs(tx, companyId))) > 0;
    quiet = busy ? 0 : quiet + 1;
    await sleep(SETTLED_POLL_MS);
  }
};
