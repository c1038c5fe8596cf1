import type { Tx } from "../../platform/db/index.ts";

/** What a check found. */
export interface CanaryRun {
  readonly ranAt: Date;
  readonly ok: boolean;
  /** Questions that were asked as the spy. */
  readonly questionCount: number;
  /** What crossed, in words without the data itself; empty when nothing did. */
  readonly faults: readonly string[];
}

/** The company that runs the platform. Service role. */
export const platformCompany = async (tx: Tx): Promise<number | null> =>
  (await tx.query<{ id: number }>("select id from company where is_provider"))[0]?.id ?? null;

/** The last check; null before the first. Service role. */
export const lastRun = async (tx: Tx): Promise<CanaryRun | null> => {
  const [row] = await tx.query<CanaryRun>(
    `select ran_at as "ranAt", ok, question_count as "questionCount", faults from canary_run`,
  );
  return row ?? null;
};

/** Keeps the last check. Service role. */
export const keepRun = async (tx: Tx, run: CanaryRun): Promise<void> => {
  await tx.query(
    `insert into canary_run (ran_at, ok, question_count, faults) values ($1, $2, $3, $4)
     on conflict (one) do update set ran_at = excluded.ran_at, ok = excluded.ok,
       question_count = excluded.question_count, faults = excluded.faults`,
    [run.ranAt, run.ok, run.questionCount, run.faults],
  );
};

/** Tables with rows of companies, partitions too, that the present role may read; sorted. */
export const companyTables = async (tx: Tx): Promise<string[]> =>
  (
    await tx.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c
       where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'select')
         and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped)
       order by 1`,
      ["public"],
    )
  ).map(({ name }) => name);

/** Whether a row of a company can be seen in a table whose name comes from `companyTables`. */
export const isSeen = async (tx: Tx, table: string, companyId: number): Promise<boolean> =>
  (await tx.query(`select 1 from ${table} where company_id = $1 limit 1`, [companyId])).length > 0;
