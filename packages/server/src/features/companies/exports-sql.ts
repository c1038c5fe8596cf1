import type { Tx } from "../../platform/db/index.ts";

/** An export as it is stored; `expired` is told by its time. */
export interface ExportRecord {
  readonly id: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "expired";
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly sizeBytes: number | null;
  readonly rowCount: number | null;
  readonly sha256: string | null;
  readonly error: string | null;
}

const COLUMNS = `id, case when state = 'done' and expires_at <= now() then 'expired' else state end as state,
  asked_by as "askedBy", asked_at as "askedAt", finished_at as "finishedAt", expires_at as "expiresAt",
  size_bytes::float8 as "sizeBytes", row_count::float8 as "rowCount", sha256, error`;

/** Notes an export that is asked for. */
export const insertExport = async (tx: Tx, companyId: number, askedBy: string): Promise<ExportRecord> => {
  const sql = `insert into company_export (company_id, asked_by) values ($1, $2) returning ${COLUMNS}`;
  return (await tx.query<ExportRecord>(sql, [companyId, askedBy]))[0] as ExportRecord;
};

/** Whether an export was asked for within so many hours and has not ended. */
export const isExporting = async (tx: Tx, companyId: number, hours: number): Promise<boolean> => {
  const rows = await tx.query(
    `select 1 from company_export where company_id = $1 and state in ('waiting', 'running')
       and asked_at > now() - make_interval(hours => $2)`,
    [companyId, hours],
  );
  return rows.length > 0;
};

/** The newest exports. */
export const newestExports = (tx: Tx, companyId: number, limit: number): Promise<ExportRecord[]> =>
  tx.query<ExportRecord>(
    `select ${COLUMNS} from company_export where company_id = $1 order by asked_at desc, id desc limit $2`,
    [companyId, limit],
  );

/** One export, or null. */
export const exportById = async (tx: Tx, companyId: number, id: string): Promise<ExportRecord | null> =>
  (
    await tx.query<ExportRecord>(`select ${COLUMNS} from company_export where company_id = $1 and id = $2`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** Says that an export is under way; false when it is not to be made (any more). */
export const beginExport = async (tx: Tx, companyId: number, id: string): Promise<boolean> => {
  const rows = await tx.query(
    `update company_export set state = 'running' where company_id = $1 and id = $2 and state in ('waiting', 'running')
     returning id`,
    [companyId, id],
  );
  return rows.length === 1;
};

/** Says that an archive is there; those before it end. */
export const finishExport = async (
  tx: Tx,
  companyId: number,
  id: string,
  done: { sizeBytes: number; rowCount: number; sha256: string; hours: number },
): Promise<void> => {
  await tx.query(
    `update company_export set expires_at = now() where company_id = $1 and id <> $2 and expires_at > now()`,
    [companyId, id],
  );
  await tx.query(
    `update company_export set state = 'done', finished_at = now(), expires_at = now() + make_interval(hours => $6),
       size_bytes = $3, row_count = $4, sha256 = $5 where company_id = $1 and id = $2`,
    [companyId, id, done.sizeBytes, done.rowCount, done.sha256, done.hours],
  );
};

/** Says why there is no archive. */
export const failExport = async (tx: Tx, companyId: number, id: string, error: string): Promise<void> => {
  await tx.query(
    `update company_export set state = 'failed', finished_at = now(), error = $3 where company_id = $1 and id = $2`,
    [companyId, id, error],
  );
};

/** Deletes up to `limit` exports older than `days`; answers how many. */
export const expireExports = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from company_export e using (
         select id from company_export where company_id = $1 and asked_at < now() - make_interval(days => $2) limit $3) old
       where e.company_id = $1 and e.id = old.id returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
