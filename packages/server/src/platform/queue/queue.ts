import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@zerotrace/core";
import { type JobHelpers, Logger, runTaskList, type TaskList, type WorkerPool } from "graphile-worker";
import { Pool, type PoolConfig } from "pg";
import type { JobPayload } from "./jobs.ts";
import { type Lease, openLease } from "./lease.ts";

/** For jobs whose time comes; new ones are announced by the database. */
const POLL_INTERVAL_MS = 500;
/** After a job of a named queue: by then it is marked done, and the next of that queue may be taken. */
const NUDGE_AFTER_MS = 5;
const ABORT_AFTER_MS = 1_000;
const STOP_WITHIN_MS = 1_300;
const POOL_RESTART_PAUSE_MS = 250;
/** One to listen, the rest take jobs and mark them done. */
const EXTRA_CONNECTIONS = 2;

type Log = (level: "debug" | "info" | "warn" | "error", message: string, fields?: object) => void;

/** What a task is told beside its payload. `signal` fires when the worker stops; `attempt` begins at 1. */
export interface JobContext {
  jobId: string;
  attempt: number;
  maxAttempts: number;
  signal: AbortSignal;
}

/** A task may run again after a crash or a failure: its effects must allow that. A throw is a failed attempt. */
export type Task = (payload: JobPayload, context: JobContext) => Promise<void>;

/** The end of one run of a job, for metrics. */
export interface JobEnd {
  task: string;
  durationMs: number;
  outcome: "done" | "failed" | "dead";
}

/** The worker of this process. */
export interface Queue {
  start(): Promise<void>;
  /** Lets running jobs end for 1 s, then aborts them and gives them back; resolves within 1.5 s. */
  stop(): Promise<void>;
}

/**
 * A worker for these tasks over the queue's tables (see migrateQueue), as the owner. A job is taken in the order of
 * priority and time, is tried again after e^attempt seconds, and is dead after its last attempt. Jobs of a killed
 * worker run again within seconds. Outlives restarts of the database.
 */
export const openQueue = (options: {
  owner: PoolConfig;
  tasks: Readonly<Record<string, Task>>;
  concurrency: number;
  log: Log;
  onJob?: (end: JobEnd) => void;
}): Queue => {
  let worker: Worker | undefined;
  return {
    start: async () => {
      worker ??= await Worker.open(options);
    },
    stop: async () => {
      const stopping = worker;
      worker = undefined;
      await stopping?.stop();
    },
  };
};

type Options = Parameters<typeof openQueue>[0];

class Worker {
  readonly #options: Options;
  readonly #lease: Lease;
  readonly #pool: Pool;
  readonly #tasks: TaskList;
  #workers: WorkerPool | undefined;
  #stopping = false;
  readonly #running: Promise<void>;

  static async open(options: Options): Promise<Worker> {
    return new Worker(options, await openLease(options.owner, options.log));
  }

  private constructor(options: Options, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    this.#pool = new Pool({ ...options.owner, max: options.concurrency + EXTRA_CONNECTIONS });
    const onError = (error: Error) => options.log("debug", "the queue lost a connection", { error: error.message });
    this.#pool.on("error", onError);
    this.#pool.on("connect", (client) => client.on("error", onError));
    this.#tasks = Object.fromEntries(
      Object.entries(options.tasks).map(([name, task]) => [name, this.#wrap(name, task)] as const),
    );
    this.#running = this.#run();
  }

  /** Runs pools of workers, one after the other: one that cannot mark a job done gives up. */
  async #run(): Promise<void> {
    while (!this.#stopping) {
      const workers = this.#open();
      this.#workers = workers;
      await this.#lease.hold(workers.id);
      const error = await workers.promise.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (this.#stopping) return;
      this.#options.log("warn", "the queue's workers ended; starting new ones", { error: messageOf(error) });
      await sleep(POOL_RESTART_PAUSE_MS);
    }
  }

  #open(): WorkerPool {
    return runTaskList(
      {
        noHandleSignals: true,
        logger: quietLogger(this.#options.log, () => this.#stopping),
        preset: {
          worker: {
            concurrentJobs: this.#options.concurrency,
            pollInterval: POLL_INTERVAL_MS,
            gracefulShutdownAbortTimeout: ABORT_AFTER_MS,
            // With batches of no delay a failure to mark a job ends the pool; without, it is an unhandled rejection.
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      },
      this.#tasks,
      this.#pool,
    );
  }

  #nudge(): void {
    try {
      this.#workers?.nudge(1);
    } catch {
      // The pool is just being ended.
    }
  }

  #wrap(name: string, task: Task): (payload: unknown, helpers: JobHelpers) => Promise<void> {
    const { log, onJob } = this.#options;
    return async (payload, helpers) => {
      const { id: jobId, attempts: attempt, max_attempts: maxAttempts } = helpers.job;
      const signal = helpers.abortSignal ?? new AbortController().signal;
      const startedAt = performance.now();
      let failure: unknown;
      try {
        await task(payload as JobPayload, { jobId, attempt, maxAttempts, signal });
      } catch (error) {
        failure = error ?? new Error("a task threw nothing");
      }
      if (helpers.job.job_queue_id !== null) setTimeout(() => this.#nudge(), NUDGE_AFTER_MS).unref();
      const durationMs = Math.round(performance.now() - startedAt);
      const outcome = failure === undefined ? "done" : attempt >= maxAttempts ? "dead" : "failed";
      const { companyId } = payload as JobPayload;
      const fields = { task: name, jobId, companyId, attempt, maxAttempts, durationMs, outcome };
      onJob?.({ task: name, durationMs, outcome });
      if (failure === undefined) return log("info", "job", fields);
      log(outcome === "dead" ? "error" : "warn", "job", { ...fields, error: messageOf(failure) });
      throw failure;
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const workers = this.#workers;
    const ended =
      workers === undefined ? undefined : Promise.resolve(workers.gracefulShutdown()).catch(() => undefined);
    const inTime = await Promise.race([
      Promise.all([ended, this.#running]).then(() => true),
      sleep(STOP_WITHIN_MS, false, { ref: false }),
    ]);
    if (!inTime && workers !== undefined) await this.#lease.returnJobs(workers.id).catch(() => undefined);
    await this.#lease.end();
    const closed = this.#pool.end().catch(() => undefined);
    if (inTime) await closed;
  }
}

/** graphile-worker's own lines: what went wrong, without its line for each job, which we write ourselves. */
const quietLogger = (log: Log, silent: () => boolean): Logger =>
  new Logger(() => (level, message, meta) => {
    if (silent() || (level !== "error" && level !== "warning") || meta?.["failure"] === true) return;
    log("debug", "queue", { detail: message.slice(0, 500) });
  });
