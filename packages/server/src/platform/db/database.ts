import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@zerotrace/core";
import { isLabel } from "@zerotrace/core/schema";
import { Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { asAppError, isConnectionLoss, isRetryable } from "./faults.ts";
import { canFollow, type Opening, queryAfter } from "./opening-query.ts";

const APP_STATEMENT_TIMEOUT_MS = 30_000;
const SERVICE_STATEMENT_TIMEOUT_MS = 15 * 60_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a transaction waits for a database that is just being restarted. */
const RECONNECT_BUDGET_MS = 1_500;
const RECONNECT_PAUSE_MS = 50;
const APP_POOL_SIZE = 12;
const SERVICE_POOL_SIZE = 8;
/** A new connection knows no table and has no plan: what is asked first would take twice as long. */
const IDLE_MS = 5 * 60_000;

/** One open transaction. It must not be used after the function that got it returned. */
export interface Tx {
  /** The labels that the transaction is scoped by; null where it sees every asset of its company. */
  readonly labels: readonly string[] | null;
  /** The rows of one statement. Throws pg's DatabaseError, or AppError DATABASE_UNAVAILABLE. */
  query<R>(sql: string, values?: unknown[]): Promise<R[]>;
  /** As `query`, but planned once per connection under `name`, which must always go with the same SQL. */
  prepared<R>(name: string, sql: string, values?: unknown[]): Promise<R[]>;
  /**
   * As `prepared`, for what answers nothing that is needed: it goes out with the next statement, or with the commit, and saves a round
   * trip. When it fails, that one throws.
   */
  later(name: string, sql: string, values: readonly unknown[]): void;
  /**
   * Runs `copy … from stdin` with the bytes (see CopyWriter for the binary format). PostgreSQL copies into no table
   * with row-level security (0A000): copy into a temporary one, then `insert … select`.
   */
  copyFrom(sql: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
}

/** One statement, planned once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * The only way to the tables. Each call is one transaction that has been acknowledged as committed when the promise
 * resolves, and is rolled back when `run` throws. `run` is called a second time after a deadlock or a serialization
 * failure, so it must have no effect outside the transaction.
 */
export interface Database {
  /**
   * Role zerotrace_app: row-level security shows and takes rows of this company alone; with `labels`, of its assets only those
   * that have one of them.
   */
  withCompany<T>(companyId: number, run: (tx: Tx) => Promise<T>, labels?: readonly string[] | null): Promise<T>;
  /**
   * As `withCompany`, for statements of fixed texts that go by keys or in the order of an index: each is planned once per connection, for
   * every company, and leads through indexes however small the tables were then. With a plan for each company, planning would cost more
   * than the rest. Not for what is searched by words.
   */
  withCompanyPlanned<T>(companyId: number, run: (tx: Tx) => Promise<T>, labels?: readonly string[] | null): Promise<T>;
  /** As `withCompany` with one statement alone, in one round trip instead of two: for what is asked very often. */
  readCompany<R>(companyId: number, statement: Statement, labels?: readonly string[] | null): Promise<R[]>;
  /** Role zerotrace_service, no company set: the global tables. */
  asService<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Role zerotrace_service with this company set: jobs that write a company's rows and read the global tables. */
  asServiceFor<T>(companyId: number, run: (tx: Tx) => Promise<T>, labels?: readonly string[] | null): Promise<T>;
  /** As `withCompanyPlanned`, as `asServiceFor`: for jobs that come often and concern little. */
  asServicePlanned<T>(companyId: number, run: (tx: Tx) => Promise<T>): Promise<T>;
  /** As `asServiceFor`, reading only, and everything as it is at one moment: for what reads much of a company. */
  snapshotFor<T>(companyId: number, run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; else AppError DATABASE_UNAVAILABLE. */
  ping(): Promise<void>;
  /** Waits for open transactions, then closes all connections. */
  close(): Promise<void>;
}

/** Opens the pools lazily. `onError` hears of broken connections; they are replaced, nothing crashes. */
export const openDatabase = (options: {
  app: PoolConfig;
  service: PoolConfig;
  onError: (error: Error) => void;
}): Database => {
  const app = openPool(
    { max: APP_POOL_SIZE, statement_timeout: APP_STATEMENT_TIMEOUT_MS, idleTimeoutMillis: IDLE_MS, ...options.app },
    options,
  );
  const service = openPool(
    {
      max: SERVICE_POOL_SIZE,
      statement_timeout: SERVICE_STATEMENT_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_MS,
      ...options.service,
    },
    options,
  );
  return {
    withCompany: async (companyId, run, labels = null) =>
      transaction(app, { openings: [BEGIN, scopeOf(companyId, labels)], labels }, run),
    withCompanyPlanned: async (companyId, run, labels = null) => transaction(app, planned(companyId, labels), run),
    readCompany: async (companyId, statement, labels = null) =>
      read(app, scopeOf(companyId, labels, "once"), statement),
    asService: async (run) => transaction(service, { openings: [BEGIN], labels: null }, run),
    asServiceFor: async (companyId, run, labels = null) =>
      transaction(service, { openings: [BEGIN, scopeOf(companyId, labels)], labels }, run),
    asServicePlanned: async (companyId, run) => transaction(service, planned(companyId, null), run),
    snapshotFor: async (companyId, run) =>
      transaction(service, { openings: [BEGIN_SNAPSHOT, scopeOf(companyId, null)], labels: null }, run),
    ping: async () => {
      try {
        await app.query("select 1");
      } catch (error) {
        throw asAppError(error);
      }
    },
    close: async () => {
      await Promise.all([app.end(), service.end()]);
    },
  };
};

const openPool = (config: PoolConfig, options: { onError: (error: Error) => void }): Pool => {
  const pool = new Pool({
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...config,
  });
  pool.on("error", options.onError);
  // A checked-out client has no listener of the pool's: without this one, a lost connection ends the process.
  pool.on("connect", (client) => client.on("error", options.onError));
  return pool;
};

const BEGIN: Opening = { name: "zt_begin", text: "begin", values: [] };
const BEGIN_SNAPSHOT: Opening = {
  name: "zt_begin_snapshot",
  text: "begin transaction isolation level repeatable read, read only",
  values: [],
};
/**
 * How statements within a scope are planned. `each`: for its values. `once`: for what is asked very often, where planning for each value
 * would be two thirds of a look-up by id. `keys`: as `once`, by way of indexes, as the plan of a table that was small when it was made
 * would read all of it ever after.
 */
const PLANNING = {
  each: [],
  once: ["set_config('plan_cache_mode', 'force_generic_plan', true)"],
  keys: ["set_config('plan_cache_mode', 'force_generic_plan', true)", "set_config('enable_seqscan', 'off', true)"],
} as const satisfies Record<string, readonly string[]>;
type Planning = keyof typeof PLANNING;
const scopesBy = (planning: Planning): Readonly<Record<"company" | "labels", Omit<Opening, "values">>> => {
  const company = "set_config('app.company_id', $1, true)";
  const labels = "set_config('app.labels', $2, true)";
  return {
    company: { name: `zt_scope_${planning}`, text: `select ${[company, ...PLANNING[planning]].join(", ")}` },
    labels: { name: `zt_labels_${planning}`, text: `select ${[company, labels, ...PLANNING[planning]].join(", ")}` },
  };
};
/** Written once: a connection looks up by name and text what it has planned, and letters joined anew are slow to look up by. */
const SCOPES = { each: scopesBy("each"), once: scopesBy("once"), keys: scopesBy("keys") };

/** Sets the company, and the labels where there is a scope, until the transaction ends. */
const scopeOf = (companyId: number, labels: readonly string[] | null, planning: Planning = "each"): Opening => {
  if (!Number.isSafeInteger(companyId) || companyId <= 0) {
    throw new AppError("INTERNAL", `A company id must be a positive integer, not ${String(companyId)}.`);
  }
  const company = String(companyId);
  const { name, text } = SCOPES[planning][labels === null ? "company" : "labels"];
  if (labels === null) return { name, text, values: [company] };
  if (!labels.every(isLabel)) throw new AppError("INTERNAL", "A label has letters it cannot have.");
  // a comma in front: a scope of no labels is not the same as no scope
  return { name, text, values: [company, `,${labels.join(",")}`] };
};

const read = async <R>(pool: Pool, scope: Opening, { name, text, values }: Statement): Promise<R[]> => {
  const once = async (): Promise<R[]> => {
    const client = await acquire(pool);
    let broken: Error | undefined;
    try {
      return (await queryAfter(client, [scope], { name, text, values: [...values] })).rows as R[];
    } catch (error) {
      if (isConnectionLoss(error) && error instanceof Error) broken = error;
      throw asAppError(error);
    } finally {
      client.release(broken);
    }
  };
  return twice(once);
};

/** A second time after a deadlock or a serialization failure. */
const twice = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return await run();
  }
};

/** How a transaction begins, and what it is scoped by. */
interface Scope {
  readonly openings: readonly Opening[];
  readonly labels: readonly string[] | null;
  /** Statements get names, by which connections remember their plans. */
  readonly isPlanned?: boolean;
}

const planned = (companyId: number, labels: readonly string[] | null): Scope => ({
  openings: [BEGIN, scopeOf(companyId, labels, "keys")],
  labels,
  isPlanned: true,
});

/** Statements that get a name by their text (count): a connection keeps what it has planned. Those beyond are planned each time. */
const NAMES_MAX = 300;
const names = new Map<string, string>();
const nameOf = (text: string): string | undefined => {
  const known = names.get(text);
  if (known !== undefined || names.size >= NAMES_MAX) return known;
  const name = `zt_planned_${names.size}`;
  names.set(text, name);
  return name;
};

const transaction = <T>(pool: Pool, scope: Scope, run: (tx: Tx) => Promise<T>): Promise<T> =>
  twice(() => attempt(pool, scope, run));

const attempt = async <T>(pool: Pool, scope: Scope, run: (tx: Tx) => Promise<T>): Promise<T> => {
  const client = await acquire(pool);
  let broken: Error | undefined;
  try {
    const { tx, commit } = open(client, scope);
    const answer = await run(tx);
    // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and its error was swallowed.
    if ((await commit()) !== "COMMIT") {
      throw new AppError("INTERNAL", "A failed statement was ignored; the transaction was rolled back.");
    }
    return answer;
  } catch (error) {
    broken = await rollback(client, error);
    throw asAppError(error);
  } finally {
    client.release(broken);
  }
};

/** Rolls back; the error to release the client with when the connection is of no further use. */
const rollback = async (client: PoolClient, error: unknown): Promise<Error | undefined> => {
  const cause = error instanceof AppError && error.cause !== undefined ? error.cause : error;
  if (isConnectionLoss(cause)) return cause instanceof Error ? cause : new Error("connection lost");
  try {
    await client.query("rollback");
    return undefined;
  } catch (rollbackError) {
    return rollbackError instanceof Error ? rollbackError : new Error("rollback failed");
  }
};

const acquire = async (pool: Pool): Promise<PoolClient> => {
  const endAt = performance.now() + RECONNECT_BUDGET_MS;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() > endAt) throw asAppError(error);
      await sleep(RECONNECT_PAUSE_MS);
    }
  }
};

const COMMIT: Opening = { name: "zt_commit", text: "commit", values: [] };

/** The openings go out with the first statement, and what comes later with the next one: one round trip less for each. */
const open = (
  client: PoolClient,
  { openings, labels, isPlanned = false }: Scope,
): { tx: Tx; commit: () => Promise<string> } => {
  let before: readonly Opening[] = openings;
  let isFlushed: Promise<unknown> = Promise.resolve();
  const withAllBefore = (config: QueryConfig): Promise<QueryResult> => {
    const taken = before;
    before = [];
    return queryAfter(client, taken, config);
  };
  /** For what only the simple protocol takes. */
  const flush = (): Promise<unknown> => {
    const last = before.at(-1);
    if (last === undefined) return isFlushed;
    before = before.slice(0, -1);
    return (isFlushed = withAllBefore({ ...last, values: [...last.values] }));
  };
  const send = async (config: QueryConfig): Promise<QueryResult> => {
    if (canFollow(config)) return withAllBefore(config);
    await flush();
    return client.query(config);
  };
  const rowsOf = async <R>(config: QueryConfig): Promise<R[]> => {
    try {
      return (await send(config)).rows as R[];
    } catch (error) {
      throw asAppError(error);
    }
  };
  const tx: Tx = {
    labels,
    query: async <R>(sql: string, values?: unknown[]) => {
      const name = isPlanned && values !== undefined ? nameOf(sql) : undefined;
      return rowsOf<R>({ text: sql, values, ...(name === undefined ? {} : { name }) });
    },
    prepared: async <R>(name: string, sql: string, values?: unknown[]) => rowsOf<R>({ name, text: sql, values }),
    later: (name, text, values) => void (before = [...before, { name, text, values }]),
    copyFrom: async (sql, bytes) => {
      try {
        await flush();
        const source = bytes instanceof Uint8Array ? [bytes] : bytes;
        await pipeline(Readable.from(source, { objectMode: false }), client.query(copyFrom(sql)));
      } catch (error) {
        throw asAppError(error);
      }
    },
  };
  return {
    tx,
    commit: async () => {
      // nothing was asked: there is nothing to end
      if (before === openings) return "COMMIT";
      const answer = withAllBefore({ ...COMMIT, values: [] });
      return (await answer).command;
    },
  };
};
