import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@zerotrace/core";
import {
  type JobHelpers,
  Logger,
  runTaskList,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
} from "graphile-worker";
import type { PoolConfig } from "pg";
import type { JobPayload } from "./jobs.ts";
import { type Lease, openLease } from "./lease.ts";
import { PatientPool } from "./pool.ts";

/** For jobs whose time comes; new ones are announced by the database. */
const POLL_INTERVAL_MS = 500;
/** After a job of a named queue: by then it is marked done, and the next of that queue may be taken. */
const NUDGE_AFTER_MS = 5;
const ABORT_AFTER_MS = 1_000;
const STOP_WITHIN_MS = 1_300;
const POOL_RESTART_PAUSE_MS = 250;
const STUCK_AFTER_MS = 2_000;
/** One to listen, the rest take jobs and mark them done. One more is opened while the database is away. */
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
  readonly #pool: PatientPool;
  readonly #tasks: TaskList;
  #workers: WorkerPool | undefined;
  #replaced: WorkerPool | undefined;
  #active = 0;
  #stopping = false;
  readonly #running: Promise<void>;

  static async open(options: Options): Promise<Worker> {
    return new Worker(options, await openLease(options.owner, options.log));
  }

  private constructor(options: Options, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    const config = { ...options.owner, max: options.concurrency + EXTRA_CONNECTIONS };
    this.#pool = new PatientPool(config, (error) => this.#replace(error));
    const onError = (error: Error) => options.log("debug", "the queue lost a connection", { error: error.message });
    this.#pool.on("error", onError);
    this.#pool.on("connect", (client) => client.on("error", onError));
    this.#tasks = Object.fromEntries(
      Object.entries(options.tasks).map(([name, task]) => [name, this.#wrap(name, task)] as const),
    );
    this.#running = this.#run();
  }

  /**
   * Runs pools of workers, one after the other: one that cannot mark a job done gives up, and one that may hold a job
   * without knowing is replaced.
   */
  async #run(): Promise<void> {
    while (!this.#stopping) {
      const events = new EventEmitter() as WorkerEvents;
      const workers = this.#open(events);
      this.#workers = workers;
      await this.#lease.hold(workers.id);
      const reason = await Promise.race([endOf(workers), this.#stuck(events)]);
      if (this.#stopping) return;
      this.#options.log("warn", "the queue's workers ended; starting new ones", { reason });
      // Nobody works on what it left locked. Should the database be away again, the sweep frees it.
      await this.#lease.freeJobs(workers.id).catch(() => undefined);
      await sleep(POOL_RESTART_PAUSE_MS);
    }
  }

  /** graphile-worker may miscount and wait for ever for a batch of marks: it is over when no task has run for a while. */
  async #stuck(events: WorkerEvents): Promise<string> {
    await once(events, "pool:gracefulShutdown");
    let idleSince = performance.now();
    while (performance.now() - idleSince < STUCK_AFTER_MS) {
      await sleep(STUCK_AFTER_MS / 10, undefined, { ref: false });
      if (this.#active > 0 || this.#pool.isAway) idleSince = performance.now();
    }
    return "the workers did not end";
  }

  /** Ends the pool of workers of now; `#run` opens the next one. */
  #replace(reason: Error): void {
    const workers = this.#workers;
    if (this.#stopping || workers === undefined || this.#replaced === workers) return;
    this.#replaced = workers;
    this.#options.log("debug", "the queue's workers lost an answer", { error: reason.message });
    Promise.resolve(workers.gracefulShutdown()).catch(() => undefined);
  }

  #open(events: WorkerEvents): WorkerPool {
    return runTaskList(
      {
        noHandleSignals: true,
        logger: quietLogger(this.#options.log, () => this.#stopping),
        preset: {
          worker: {
            concurrentJobs: this.#options.concurrency,
            events,
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
      this.#active += 1;
      try {
        await task(payload as JobPayload, { jobId, attempt, maxAttempts, signal });
      } catch (error) {
        failure = error ?? new Error("a task threw nothing");
      } finally {
        this.#active -= 1;
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

/** Why the pool of workers ended. */
const endOf = async (workers: WorkerPool): Promise<string> => {
  try {
    await workers.promise;
    return "an answer of the database was lost";
  } catch (error) {
    return messageOf(error);
  }
};

/** graphile-worker's own lines: what went wrong, without its line for each job, which we write ourselves. */
const quietLogger = (log: Log, silent: () => boolean): Logger =>
  new Logger(() => (level, message, meta) => {
    if (silent() || (level !== "error" && level !== "warning") || meta?.["failure"] === true) return;
    log("debug", "queue", { detail: message.slice(0, 500) });
  });
