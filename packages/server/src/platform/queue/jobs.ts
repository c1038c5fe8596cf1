import type { Pool } from "pg";
import type { Tx } from "../db/index.ts";

const DEFAULT_MAX_ATTEMPTS = 8;
const DEFAULT_LIST_LIMIT = 200;

/** What every job carries: the company that it works for, or 0 for work that belongs to none. */
export interface JobPayload {
  companyId: number;
  [name: string]: unknown;
}

export interface JobOrder {
  task: string;
  payload: JobPayload;
  /** At most one job of a key waits; a second order replaces the payload of the first. At most 512 characters. */
  key?: string;
  /** Lower runs first; 0 when not given. -32768..32767. */
  priority?: number;
  /** Not before this many milliseconds from the transaction's start. */
  delayMs?: number;
  /** Runs until it counts as dead; 8 when not given (about an hour and a half of back-off). */
  maxAttempts?: number;
  /** Jobs of one queue name run one after the other. */
  queueName?: string;
}

/**
 * Orders a job within the transaction: it exists when that commits, and never when it does not. Returns its id. Order
 * last in a long transaction: two that order the same key wait for each other. Within a company's transaction a job
 * for another company fails with 42501.
 */
export const enqueue = async (tx: Pick<Tx, "prepared">, order: JobOrder): Promise<string> => {
  const rows = await tx.prepared<{ id: string }>(
    "enqueue_job",
    "select public.enqueue_job($1, $2::jsonb, $3, $4, $5::interval, $6, $7) as id",
    [
      order.task,
      JSON.stringify(order.payload),
      order.key ?? null,
      order.priority ?? 0,
      order.delayMs === undefined ? null : `${order.delayMs} milliseconds`,
      order.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      order.queueName ?? null,
    ],
  );
  return rows[0]?.id ?? "";
};

/** A job that has not succeeded yet. `dead` ones have used up their attempts and stay until somebody decides. */
export interface JobStatus {
  id: string;
  task: string;
  companyId: number;
  state: "waiting" | "running" | "dead";
  attempts: number;
  maxAttempts: number;
  runAt: Date;
  lastError: string | null;
}

interface JobRow {
  id: string;
  task: string;
  company_id: number;
  state: JobStatus["state"];
  attempts: number;
  max_attempts: number;
  run_at: Date;
  last_error: string | null;
}

/** The jobs of the company that the transaction was opened for, dead ones first; 42501 for any other company. */
export const listJobs = async (
  tx: Pick<Tx, "query">,
  companyId: number,
  limit: number = DEFAULT_LIST_LIMIT,
): Promise<JobStatus[]> =>
  (await tx.query<JobRow>("select * from public.company_jobs($1, $2)", [companyId, limit])).map(statusOf);

/**
 * How many jobs wait (also for a retry) or run for the company that the transaction was opened for, together with those of
 * no company, which concern everybody; 42501 for any other company. Dead ones do not count. Cost: one pass over all jobs.
 */
export const countPendingJobs = async (tx: Pick<Tx, "prepared">, companyId: number): Promise<number> => {
  const [row] = await tx.prepared<{ n: number }>("pending_jobs", "select public.pending_jobs($1) as n", [companyId]);
  return row?.n ?? 0;
};

/** The jobs of all companies and of none, dead ones first; for the service role. */
export const listAllJobs = async (tx: Pick<Tx, "query">, limit: number = DEFAULT_LIST_LIMIT): Promise<JobStatus[]> =>
  (await tx.query<JobRow>("select * from public.all_jobs($1)", [limit])).map(statusOf);

const statusOf = (row: JobRow): JobStatus => ({
  id: row.id,
  task: row.task,
  companyId: row.company_id,
  state: row.state,
  attempts: row.attempts,
  maxAttempts: row.max_attempts,
  runAt: row.run_at,
  lastError: row.last_error,
});

/** Takes out the jobs that wait for a company that is being deleted; service role. Answers how many, and how many still run. */
export const deleteCompanyJobs = async (
  tx: Pick<Tx, "query">,
  companyId: number,
): Promise<{ gone: number; running: number }> => {
  const [row] = await tx.query<{ gone: number; running: number }>("select * from public.delete_company_jobs($1)", [
    companyId,
  ]);
  return row ?? { gone: 0, running: 0 };
};

/** How many jobs wait (for their time or a worker), run, and are dead; for the service role. Cost: one pass over all. */
export const queueDepth = async (
  from: Pick<Tx, "query"> | Pool,
): Promise<{ waiting: number; running: number; dead: number }> => {
  const answer = await (from as Pick<Tx, "query">).query<Depth>("select * from public.queue_depth()");
  const rows = Array.isArray(answer) ? answer : (answer as { rows: Depth[] }).rows;
  return rows[0] ?? { waiting: 0, running: 0, dead: 0 };
};

interface Depth {
  waiting: number;
  running: number;
  dead: number;
}
