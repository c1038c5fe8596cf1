import { AppError } from "@zerotrace/core";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Rate, RATES } from "../../platform/http/index.ts";
import { addComponents, agentCount, type Limits, limitsOf, lockAgents, scanCount, usageOf } from "./sql.ts";
import { rememberUpTo } from "../../platform/cache/index.ts";

/** How long a limit that was changed may still count as before, in ms. */
const FRESH_MS = 10_000;
const COMPANIES_MAX = 10_000;
const BURST_SECONDS = 10;
const DAY_MS = 86_400_000;

/** What a company may do; every check throws QUOTA_EXCEEDED with the limit and what to do. */
export interface Quotas {
  /** Before an agent is enrolled, in its transaction; enrollments of one company wait for each other. */
  agent(tx: Tx, companyId: number): Promise<void>;
  /** Before an inventory is looked at. */
  inventory(companyId: number): Promise<void>;
  /** Counts what an inventory brought, in its transaction. */
  took(tx: Tx, companyId: number, componentCount: number): Promise<void>;
  /** Before a document or an image is taken, in its transaction. */
  scan(tx: Tx, companyId: number): Promise<void>;
  /** Before a file is kept, in its transaction. */
  storage(tx: Tx, companyId: number): Promise<void>;
  /** What the company as a whole may ask; never waits, and may be ten seconds old. */
  rate(companyId: number): Rate;
  /** A limit was changed: it counts at once in this process. */
  forget(companyId: number): void;
}

const exceeded = (says: string, field: string, retryAfterSeconds?: number): AppError =>
  new AppError("QUOTA_EXCEEDED", says, {
    field,
    ...(retryAfterSeconds === undefined ? {} : { cause: { retryAfterSeconds } }),
  });

const secondsToMidnight = (): number => Math.ceil((DAY_MS - (Date.now() % DAY_MS)) / 1000);
const ASK = "Ask who runs this ZeroTrace for more";

const mustHaveRoom = ({ storageBytes }: { storageBytes: number | null }, limit: number | undefined): void => {
  if (limit === undefined || storageBytes === null || storageBytes < limit) return;
  throw exceeded(
    `The company's data take ${storageBytes} of ${limit} bytes. ${ASK}, or remove assets.`,
    "storage_bytes",
  );
};

/** Limits of companies, read at most once in ten seconds each. */
export const createQuotas = (db: Database): Quotas => {
  const known = rememberUpTo<number, { readonly limits: Limits; readonly at: number }>(COMPANIES_MAX);
  const loading = new Map<number, Promise<Limits>>();
  const load = (companyId: number): Promise<Limits> => {
    const running = loading.get(companyId);
    if (running) return running;
    const started = db
      .withCompany(companyId, (tx) => limitsOf(tx, companyId))
      .then((limits) => {
        if (loading.get(companyId) === started) known.set(companyId, { limits, at: Date.now() });
        return limits;
      })
      .finally(() => loading.delete(companyId));
    loading.set(companyId, started);
    return started;
  };
  const fresh = async (companyId: number): Promise<Limits> => {
    const held = known.get(companyId);
    return held && Date.now() - held.at < FRESH_MS ? held.limits : load(companyId);
  };
  return {
    agent: async (tx, companyId) => {
      const { agents, storage_bytes: bytes } = await fresh(companyId);
      if (bytes !== undefined) mustHaveRoom(await usageOf(tx, companyId), bytes);
      if (agents === undefined) return;
      await lockAgents(tx, companyId);
      const count = await agentCount(tx, companyId);
      if (count < agents) return;
      throw exceeded(`${count} of ${agents} agents are enrolled. Revoke one that is not needed. ${ASK}.`, "agents");
    },
    inventory: async (companyId) => {
      const { components_per_day: perDay, storage_bytes: bytes } = await fresh(companyId);
      if (perDay === undefined && bytes === undefined) return;
      const usage = await db.withCompany(companyId, (tx) => usageOf(tx, companyId));
      mustHaveRoom(usage, bytes);
      if (perDay === undefined || usage.componentsToday < perDay) return;
      const says = `${usage.componentsToday} of ${perDay} components came today. The agent tries again tomorrow. ${ASK}.`;
      throw exceeded(says, "components_per_day", secondsToMidnight());
    },
    took: async (tx, companyId, componentCount) => {
      if (componentCount > 0) addComponents(tx, companyId, componentCount);
    },
    scan: async (tx, companyId) => {
      const { concurrent_scans: scans, storage_bytes: bytes } = await fresh(companyId);
      if (bytes !== undefined) mustHaveRoom(await usageOf(tx, companyId), bytes);
      if (scans === undefined) return;
      const count = await scanCount(tx, companyId);
      if (count < scans) return;
      throw exceeded(`${count} of ${scans} scans are under way: wait until one has ended.`, "concurrent_scans", 10);
    },
    storage: async (tx, companyId) => {
      const { storage_bytes: bytes } = await fresh(companyId);
      if (bytes !== undefined) mustHaveRoom(await usageOf(tx, companyId), bytes);
    },
    rate: (companyId) => {
      const held = known.get(companyId);
      // the request that is counted does not wait: a limit that is not known yet counts from the next one on
      if (!held || Date.now() - held.at >= FRESH_MS) void load(companyId).catch(() => undefined);
      const perSecond = held?.limits.requests_per_second;
      return perSecond === undefined ? RATES.company : { perSecond, burst: Math.max(1, perSecond * BURST_SECONDS) };
    },
    forget: (companyId) => {
      known.delete(companyId);
      loading.delete(companyId);
    },
  };
};
