import { Logger, runMigrations } from "graphile-worker";
import { Client, type ClientConfig, Pool } from "pg";
import { APP_ROLE, asAppError, SERVICE_ROLE } from "../db/index.ts";

/** Any constant: one server at a time prepares the queue of a database. */
const QUEUE_LOCK = 7_305_003;
const JOBS = "graphile_worker._private_jobs";
const QUEUES = "graphile_worker._private_job_queues";

/** Advisory lock of a worker's id, as SQL over the text `id`: whoever holds it is alive. */
export const workerLock = (id: string): string => `pg_catalog.hashtextextended(${id}, 7305004)`;

/**
 * A job with a key replaces the waiting one of that key and keeps its time, so a job is delayed once, not for as long
 * as others ask for it. One that runs already is left to end and a new one waits behind it; the old one is marked, so
 * that it is not taken for a dead letter should it fail.
 */
const ENQUEUE = `
create or replace function public.enqueue_job(task text, payload jsonb, job_key text, priority int,
  run_after interval, max_attempts int, queue_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  company text := nullif(current_setting('app.company_id', true), '');
  job_id bigint;
begin
  if jsonb_typeof(payload -> 'companyId') is distinct from 'number' then
    raise exception 'a job needs a companyId' using errcode = '22023';
  end if;
  if company is not null and payload ->> 'companyId' <> company then
    raise exception 'a job of another company' using errcode = '42501';
  end if;
  if job_key is not null then
    -- ordered already, as it would be now: it is kept from starting until this transaction ends
    select j.id into job_id from ${JOBS} j
      where j.key = job_key and j.locked_at is null and j.attempts = 0 and j.priority = enqueue_job.priority
        and j.max_attempts = enqueue_job.max_attempts and j.payload::jsonb = enqueue_job.payload
        and j.task_id = (select t.id from graphile_worker._private_tasks t where t.identifier = task)
      for no key update;
    if found then
      return job_id;
    end if;
    update ${JOBS} j set flags = coalesce(j.flags, '{}'::jsonb) || '{"superseded": true}'::jsonb
      where j.key = job_key and j.locked_at is not null;
  end if;
  select id into job_id from graphile_worker.add_job(
    identifier => task, payload => payload::json, queue_name => queue_name,
    run_at => case when run_after is null then null else now() + run_after end,
    max_attempts => max_attempts, job_key => job_key, priority => priority, job_key_mode => 'preserve_run_at');
  return job_id;
end $$`;

const STATE = `case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'dead' else 'waiting' end`;
const JOB_COLUMNS = `id bigint, task text, company_id int, state text, attempts int, max_attempts int,
  run_at timestamptz, last_error text`;
const SELECT_JOBS = `
  select j.id, t.identifier, (j.payload ->> 'companyId')::int, ${STATE}, j.attempts::int, j.max_attempts::int,
    j.run_at, j.last_error
  from ${JOBS} j join graphile_worker._private_tasks t on t.id = j.task_id
  where (j.flags ? 'superseded') is not true`;
const ORDER = `order by (j.attempts >= j.max_attempts) desc, j.priority, j.run_at, j.id limit most`;

/** Shows a company nothing but its own; without a company set, nothing. */
const COMPANY_JOBS = `
create or replace function public.company_jobs(company int, most int) returns table (${JOB_COLUMNS})
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '') then
    raise exception 'jobs of another company' using errcode = '42501';
  end if;
  return query ${SELECT_JOBS} and (j.payload ->> 'companyId')::int = company ${ORDER};
end $$`;

/** Jobs that wait or run for a company or for all; the same guard as the list's. */
const PENDING_JOBS = `
create or replace function public.pending_jobs(company int) returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '') then
    raise exception 'jobs of another company' using errcode = '42501';
  end if;
  return (select count(*)::int from ${JOBS} j
    where (j.flags ? 'superseded') is not true and (j.locked_at is not null or j.attempts < j.max_attempts)
      and (j.payload ->> 'companyId')::int in (company, 0));
end $$`;

const ALL_JOBS = `
create or replace function public.all_jobs(most int) returns table (${JOB_COLUMNS})
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  ${SELECT_JOBS} ${ORDER}
$$`;

const DEPTH = `
create or replace function public.queue_depth() returns table (waiting int, running int, dead int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (count(*) filter (where s = 'waiting'))::int, (count(*) filter (where s = 'running'))::int,
    (count(*) filter (where s = 'dead'))::int
  from (select ${STATE} as s from ${JOBS} j where (j.flags ? 'superseded') is not true) states
$$`;

/** Lets what these workers left locked run again, with the attempt counted. */
const FREE_JOBS = `
create or replace function public.free_jobs(gone text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update ${JOBS} set last_error = 'the worker that ran it ended without an answer' where locked_by = any(gone);
  perform graphile_worker.force_unlock_workers(gone);
end $$`;

/**
 * Frees what workers left locked that are no longer alive (their advisory lock is free), except `own`, and drops what
 * was superseded. The grace covers a worker that has taken a job before it holds its lock.
 */
const SWEEP = `
create or replace function public.sweep_jobs(own text, grace interval) returns text[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone text[];
begin
  with holders as materialized (
    select locked_by from ${JOBS} where locked_by is not null and locked_at < now() - grace
    union
    select locked_by from ${QUEUES} where locked_by is not null and locked_at < now() - grace
  )
  select array_agg(locked_by) into gone from holders
    where locked_by <> own and pg_try_advisory_xact_lock(${workerLock("locked_by")});
  if gone is not null then
    perform public.free_jobs(gone);
  end if;
  delete from ${JOBS} where locked_at is null and flags ? 'superseded' and attempts >= max_attempts;
  return gone;
end $$`;

/** Returns the jobs that a stopping worker could not end, with the attempt given back: it was not their fault. */
const RETURN_JOBS = `
create or replace function public.return_jobs(own text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update ${JOBS} set attempts = greatest(attempts - 1, 0) where locked_by = own and (flags ? 'superseded') is not true;
  perform graphile_worker.force_unlock_workers(array[own]);
end $$`;

/** Takes out what waits for a company that is being deleted; answers how many went, and how many still run. */
const DELETE_COMPANY_JOBS = `
create or replace function public.delete_company_jobs(company int, out gone int, out running int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not public.is_company_to_delete(company) then
    raise exception 'not a company to delete' using errcode = '42501';
  end if;
  delete from ${JOBS} where locked_at is null and (payload ->> 'companyId')::int = company;
  get diagnostics gone = row_count;
  select count(*)::int into running from ${JOBS} where (payload ->> 'companyId')::int = company;
end $$`;

const GRANTS = `
revoke all on function public.enqueue_job(text, jsonb, text, int, interval, int, text), public.company_jobs(int, int),
  public.pending_jobs(int), public.all_jobs(int), public.queue_depth(), public.sweep_jobs(text, interval),
  public.return_jobs(text), public.free_jobs(text[]), public.delete_company_jobs(int) from public;
grant execute on function public.enqueue_job(text, jsonb, text, int, interval, int, text), public.company_jobs(int, int),
  public.pending_jobs(int) to ${APP_ROLE}, ${SERVICE_ROLE};
grant execute on function public.all_jobs(int), public.queue_depth(), public.delete_company_jobs(int)
  to ${SERVICE_ROLE}`;

/**
 * Makes or brings up to date the queue's tables (graphile-worker's own migrations) and our functions over them. Run it
 * as the owner after `migrate`, which makes the roles. Throws AppError DATABASE_UNAVAILABLE, or pg's error.
 */
export const migrateQueue = async (ownerConfig: ClientConfig): Promise<void> => {
  const client = new Client(ownerConfig);
  client.on("error", () => undefined); // the statement in flight rejects with the same error
  const pool = new Pool({ ...ownerConfig, max: 2 });
  pool.on("error", () => undefined);
  pool.on("connect", (connected) => connected.on("error", () => undefined));
  try {
    await client.connect();
    await client.query("select pg_advisory_lock($1)", [QUEUE_LOCK]);
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => undefined) });
    const functions = [ENQUEUE, COMPANY_JOBS, PENDING_JOBS, ALL_JOBS, DEPTH, FREE_JOBS, SWEEP, RETURN_JOBS];
    const statements = [...functions, DELETE_COMPANY_JOBS, GRANTS];
    await client.query(`begin; ${statements.join(";\n")}; commit`);
  } catch (error) {
    throw asAppError(error);
  } finally {
    await Promise.allSettled([pool.end(), client.end()]);
  }
};
