import { messageOf, type Permission, type Route } from "@zerotrace/core";
import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../../platform/db/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { writeAudit } from "../audit/index.ts";
import { ensureCanaries } from "../companies/index.ts";
import { askWith, credentialFor, type Held, holdings, spyOn } from "./ask.ts";
import { type CanaryRun, companyTables, isSeen, keepRun, lastRun, platformCompany } from "./sql.ts";
import { spyOnStream } from "./stream.ts";

export type { CanaryRun } from "./sql.ts";

/** Time between two checks, in ms. */
const EVERY_MS = 3_600_000;
/** The first one lets a new server come up, in ms. */
const FIRST_MS = 60_000;
/** A check that is this old says nothing any more, in ms. */
const STALE_MS = 3 * EVERY_MS;
/** Pauses before a check that could not be made is tried again, in ms: a busy server is no leak. */
const AGAIN_MS = [2_000, 10_000];
/** Faults that are kept; what there is more of is counted. */
const FAULTS_MAX = 50;
const HOLDS: readonly Permission[] = ["assets:read", "findings:read", "sboms:upload", "vex:manage"];

export interface CanaryDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "isolationCanary">;
  /** Every route of the contract. */
  readonly routes: readonly Route[];
  readonly now?: () => Date;
  /** Pauses before a check that could not be made is tried again, in ms; less in tests. */
  readonly againMs?: readonly number[];
}

/** The check of isolation that runs in production, between two companies of the server's own. */
export interface Canary {
  /** Gives it the server whose routes it asks. */
  attach(app: FastifyInstance): void;
  /** The job: checks, keeps the result, and raises the alarm when something crossed. Never throws for what it finds. */
  run(): Promise<CanaryRun>;
  /** Orders a check when the last one is an hour old, and keeps the metrics true. One waits at a time, one server runs it. */
  request(): Promise<void>;
  /** For the health page. */
  health(): Promise<{ status: "ok" | "missing" | "failed"; detail: string }>;
}

const inSql = async (db: Database, spy: number, holder: number): Promise<string[]> =>
  db.withCompany(spy, async (tx) => {
    const faults: string[] = [];
    for (const table of await companyTables(tx)) {
      if (await isSeen(tx, table, holder)) faults.push(`the table ${table} shows rows of another company`);
    }
    return faults;
  });

const check = async ({ db, routes }: CanaryDeps, app: FastifyInstance, now: Date): Promise<CanaryRun> => {
  const { holder, spy } = await db.asService(ensureCanaries);
  const credentials = {
    holder: await credentialFor(db, holder, HOLDS, now),
    spy: await credentialFor(db, spy, OWNER_PERMISSIONS, now),
  };
  const held: Held = await holdings(askWith(app, credentials.holder));
  const faults = await inSql(db, spy, holder);
  let questionCount = 1;
  for (const route of routes.filter(({ method }) => method === "GET")) {
    const { faults: found, count } = await spyOn(askWith(app, credentials.spy), route, held);
    faults.push(...found);
    questionCount += count;
  }
  faults.push(...(await spyOnStream(app, db, { holder, id: held.ids[0] as string, credentials })));
  return { ranAt: now, ok: faults.length === 0, questionCount, faults: [...new Set(faults)].slice(0, FAULTS_MAX) };
};

/** A check that could not be made asked nothing: it says neither that something crossed nor that nothing did. */
const wasMade = (run: CanaryRun): boolean => run.ok || run.questionCount > 0;

const tryToCheck = async (deps: CanaryDeps, app: FastifyInstance, at: Date): Promise<CanaryRun> => {
  for (const pauseMs of deps.againMs ?? AGAIN_MS) {
    try {
      return await check(deps, app, at);
    } catch {
      await sleep(pauseMs);
    }
  }
  return check(deps, app, at).catch((error: unknown) => {
    const faults = [`the check could not be made: ${messageOf(error)}`];
    return { ranAt: at, ok: false, questionCount: 0, faults };
  });
};

const raise = async ({ db, log }: CanaryDeps, run: CanaryRun): Promise<void> => {
  log.error({ "zerotrace.faults": run.faults }, "isolation canary: something of one company reaches another");
  const companyId = await db.asService(platformCompany);
  if (companyId === null) return;
  const detail = { faults: run.faults, questionCount: run.questionCount };
  const row = { companyId, actor: "server", action: "isolation.alert", target: "canary", detail, ip: "" };
  await db.asServiceFor(companyId, (tx) => writeAudit(tx, row));
};

/** Makes the check. */
export const createCanary = (deps: CanaryDeps): Canary => {
  const { db, metrics } = deps;
  const now = deps.now ?? (() => new Date());
  let served: FastifyInstance | null = null;
  return {
    attach: (app) => {
      served = app;
    },
    run: async () => {
      if (served === null) throw new Error("the canary has no server to ask");
      const at = now();
      const run = await tryToCheck(deps, served, at);
      await db.asService((tx) => keepRun(tx, run));
      metrics.isolationCanary(run);
      if (!wasMade(run)) deps.log.warn({ "zerotrace.faults": run.faults }, "isolation canary: could not check");
      else if (!run.ok) await raise(deps, run);
      return run;
    },
    request: async () => {
      const last = await db.asService(lastRun);
      if (last !== null) metrics.isolationCanary(last);
      if (last !== null && now().getTime() - last.ranAt.getTime() < EVERY_MS) return;
      const delayMs = last === null ? FIRST_MS : 0;
      await db.asService(async (tx) => {
        // a job of nobody's would be everybody's pending work
        const { spy: companyId } = await ensureCanaries(tx);
        const order = { task: "canary", payload: { companyId }, key: "canary", queueName: "canary", maxAttempts: 3 };
        await enqueue(tx, { ...order, delayMs });
      });
    },
    health: async () => {
      const last = await db.asService(lastRun);
      if (last === null)
        return { status: "ok", detail: "not checked yet: the first check comes soon after the first start" };
      const when = last.ranAt.toISOString();
      if (!wasMade(last)) return { status: "missing", detail: `the check of ${when} could not be made: see the log` };
      if (!last.ok) return { status: "failed", detail: `the check of ${when} failed: see the log` };
      if (now().getTime() - last.ranAt.getTime() > STALE_MS)
        return { status: "missing", detail: `last checked ${when}` };
      return { status: "ok", detail: `nothing crossed at ${when}` };
    },
  };
};
