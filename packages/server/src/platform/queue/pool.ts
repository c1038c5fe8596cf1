import { setTimeout as sleep } from "node:timers/promises";
import { callbackify } from "node:util";
import { Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult } from "pg";
import { isConnectionLoss } from "../db/index.ts";

const PROBE_PAUSE_MS = 100;
const CONNECT_TIMEOUT_MS = 5_000;
/** Marks jobs done or failed; a second time it changes nothing, so it is sent until it is answered. */
const MARKS_JOBS = /^(complete|fail)_job/;
/** May have given a job to a worker that will never hear of it. */
const TAKES_JOB = /^get_job/;
/** The first statement of a pool of workers; its failure is kept for ever. */
const NAMES_TASKS = "_private_tasks";

type Connected = (error: Error | undefined, client: PoolClient | undefined, release: (error?: unknown) => void) => void;

/**
 * Connections for graphile-worker, which copes badly with a lost database: told that it is just starting, it waits for
 * longer and longer (minutes in the end); a first failure to name its tasks it keeps for ever; and it may never end once
 * two jobs could not be marked. So `connect` does not fail while the database is away: it waits, and one probe every
 * 100 ms looks for all who wait. Marks are sent again until they are answered. After `end` it stays silent.
 */
export class PatientPool extends Pool {
  readonly #onLost: (error: Error) => void;
  /** To probe, and to send marks again: those who wait for that still hold their connections. */
  readonly #spare: Pool;
  #ended = false;
  #return: Promise<void> | undefined;

  /**
   * `onLost` hears that the answer to a statement was lost that may have taken a job: its worker pool must be replaced,
   * so that the job has an owner that is known to be gone.
   */
  constructor(config: PoolConfig, onLost: (error: Error) => void) {
    super({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, ...config });
    this.#spare = new Pool({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, ...config, max: 1 });
    this.#spare.on("error", () => undefined); // whoever uses it is told by the rejection
    this.#spare.on("connect", (client) => client.on("error", () => undefined));
    this.#onLost = onLost;
    this.on("connect", (client) => this.#heed(client));
  }

  /** True while callers wait for the database to come back. */
  get isAway(): boolean {
    return this.#return !== undefined;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    if (callback === undefined) return this.#connect();
    callbackify(async () => this.#connect())((error, client) => {
      callback(error ?? undefined, client, (broken) => client.release(broken as Error | undefined));
    });
    return undefined;
  }

  override async end(): Promise<void> {
    this.#ended = true;
    await Promise.all([super.end(), this.#spare.end()]);
  }

  async #connect(): Promise<PoolClient> {
    await this.#return;
    return this.#patiently(async () => super.connect());
  }

  /** Runs it again, each time after the database has come back, until it ends otherwise than by a lost connection. */
  async #patiently<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        this.#return ??= this.#probe().finally(() => {
          this.#return = undefined;
        });
        await this.#return;
      }
    }
  }

  /** Resolves when the database answers, or refuses for a reason that waiting does not mend. */
  async #probe(): Promise<void> {
    while (!this.#ended) {
      await sleep(PROBE_PAUSE_MS, undefined, { ref: false });
      try {
        (await this.#spare.connect()).release();
        return;
      } catch (error) {
        if (!isConnectionLoss(error)) return;
      }
    }
    // Whoever waits belongs to a worker that was stopped: to fail would only make it print a trace.
    await new Promise(() => undefined);
  }

  #heed(client: PoolClient): void {
    const query = client.query.bind(client) as (...values: unknown[]) => unknown;
    const heeded = (...values: unknown[]): unknown => {
      const { name = "", text = "" } = values[0] as Partial<QueryConfig>;
      if (!MARKS_JOBS.test(name) && !TAKES_JOB.test(name) && !text.includes(NAMES_TASKS)) return query(...values);
      return (query(...values) as Promise<QueryResult>).catch(async (error: unknown) =>
        this.#lost(values[0] as QueryConfig, error),
      );
    };
    client.query = heeded as typeof client.query;
  }

  async #lost(statement: QueryConfig, error: unknown): Promise<unknown> {
    if (!(error instanceof Error) || !isConnectionLoss(error)) throw error;
    const { name = "" } = statement;
    if (MARKS_JOBS.test(name)) return this.#patiently(async () => this.#spare.query(statement));
    // Later: a worker that has not heard of the failure yet must not find itself ended.
    setImmediate(() => this.#onLost(error));
    if (TAKES_JOB.test(name)) return { rows: [] };
    throw error;
  }
}
