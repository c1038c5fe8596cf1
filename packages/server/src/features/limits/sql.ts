import type { Tx } from "../../platform/db/index.ts";
import type { LimitName } from "./contract.ts";

export type Limits = Partial<Record<LimitName, number>>;

/** The limits of a company; what has none is not in it. */
export const limitsOf = async (tx: Tx, companyId: number): Promise<Limits> => {
  const rows = await tx.prepared<{ name: LimitName; value: number }>(
    "company_limits",
    `select name, value::float8 as value from company_limit where company_id = $1`,
    [companyId],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
};

/** Sets a limit, or takes it away where `value` is null. Needs the service role with the company set. */
export const setLimit = async (
  tx: Tx,
  companyId: number,
  { name, value, by }: { name: LimitName; value: number | null; by: string },
): Promise<void> => {
  if (value === null) {
    await tx.query(`delete from company_limit where company_id = $1 and name = $2`, [companyId, name]);
    return;
  }
  await tx.query(
    `insert into company_limit (company_id, name, value, changed_by) values ($1, $2, $3, $4)
     on conflict (company_id, name) do update set value = excluded.value, changed_by = excluded.changed_by, changed_at = now()`,
    [companyId, name, value, by],
  );
};

/** Adds to the components that came on this day (UTC). */
export const addComponents = (tx: Tx, companyId: number, count: number): void => {
  tx.later(
    "company_usage_components",
    `insert into company_usage as u (company_id, day, components_added)
     values ($1, (now() at time zone 'UTC')::date, $2)
     on conflict (company_id, day) do update set components_added = u.components_added + excluded.components_added`,
    [companyId, count],
  );
};

/** Components that came on this day (UTC), and the newest measure of what the company's rows take; null before the first. */
export const usageOf = async (
  tx: Tx,
  companyId: number,
): Promise<{ componentsToday: number; storageBytes: number | null }> => {
  const [row] = await tx.prepared<{ componentsToday: number; storageBytes: number | null }>(
    "company_usage_now",
    `select coalesce(sum(components_added) filter (where day = (now() at time zone 'UTC')::date), 0)::float8
         as "componentsToday",
       (array_agg(storage_bytes order by day desc) filter (where storage_bytes is not null))[1]::float8 as "storageBytes"
     from company_usage where company_id = $1 and day > (now() at time zone 'UTC')::date - 7`,
    [companyId],
  );
  return row ?? { componentsToday: 0, storageBytes: null };
};

/** Agents whose credential is in force. */
export const agentCount = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from credential where company_id = $1 and kind = 'device' and revoked_at is null`,
    [companyId],
  );
  return row?.n ?? 0;
};

/** Documents and images that are under way. */
export const scanCount = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from upload where company_id = $1 and state not in ('done', 'failed')`,
    [companyId],
  );
  return row?.n ?? 0;
};

/** Enrollments of one company stand in line: each counts those before it. */
export const lockAgents = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock(7306, $1)", [companyId]);
};

/** What the company's rows take, in bytes, as they lie in their tables; the newest measure of the day is kept. */
export const measureStorage = async (tx: Tx, companyId: number): Promise<number> => {
  const tables = await tx.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'p' and not c.relispartition
       and has_table_privilege(c.oid, 'select') order by 1`,
  );
  let bytes = 0;
  for (const { name } of tables) {
    const [row] = await tx.query<{ bytes: number }>(
      `select coalesce(sum(pg_column_size(t.*)), 0)::float8 as bytes from "${name}" t where company_id = $1`,
      [companyId],
    );
    bytes += row?.bytes ?? 0;
  }
  await tx.query(
    `insert into company_usage (company_id, day, storage_bytes) values ($1, (now() at time zone 'UTC')::date, $2)
     on conflict (company_id, day) do update set storage_bytes = excluded.storage_bytes`,
    [companyId, Math.round(bytes)],
  );
  return bytes;
};
