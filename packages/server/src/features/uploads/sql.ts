import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { UploadState } from "./contract.ts";

/** What an upload was asked with. */
export interface Asked {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly branch?: string | undefined;
  readonly version?: string | undefined;
  readonly platform?: string | undefined;
  /** Those to which its uploader is bound: a new asset gets them, and one that has none of them is not touched. */
  readonly labels?: readonly string[] | undefined;
}

export interface UploadRecord {
  readonly id: string;
  readonly kind: "sbom" | "image";
  readonly name: string;
  readonly asked: Asked;
  readonly state: UploadState;
  readonly says: string;
  readonly doneBytes: number;
  readonly totalBytes: number | null;
  readonly assetId: string | null;
  readonly assetName: string | null;
  readonly branch: string | null;
  readonly componentCount: number;
  readonly notJudgedCount: number;
  readonly addedCount: number;
  readonly removedCount: number;
  readonly problemCount: number;
  readonly problems: string[];
  readonly error: string | null;
  readonly addedBy: string;
  readonly addedAt: Date;
}

const COLUMNS = `u.id, u.kind, u.name, u.asked, u.state, u.says, u.done_bytes::float8 as "doneBytes",
  u.total_bytes::float8 as "totalBytes", a.id as "assetId", a.name as "assetName", a.branch,
  u.component_count as "componentCount", u.not_judged_count as "notJudgedCount", u.added_count as "addedCount",
  u.removed_count as "removedCount", u.problem_count as "problemCount", u.problems, u.error, u.added_by as "addedBy",
  u.added_at as "addedAt"`;
const FROM = `upload u left join asset a on a.company_id = u.company_id and a.id = u.asset_id`;

/** Notes a new upload. False when the company has one with this id. */
export const insertUpload = async (
  tx: Tx,
  companyId: number,
  u: { id: string; kind: "sbom" | "image"; name: string; asked: Asked; state: UploadState; addedBy: string },
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into upload (company_id, id, kind, name, asked, state, added_by) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing returning id`,
    [companyId, u.id, u.kind, u.name, u.asked, u.state, u.addedBy],
  );
  return rows.length > 0;
};

/** How far an upload is; one that has ended stays so. */
export const writeProgress = async (
  tx: Tx,
  companyId: number,
  id: string,
  p: { state: UploadState; says: string; doneBytes: number; totalBytes: number | null },
): Promise<void> => {
  await tx.query(
    `update upload set state = $3, says = $4, done_bytes = $5, total_bytes = $6, changed_at = now()
     where company_id = $1 and id = $2 and state not in ('done', 'failed')`,
    [companyId, id, p.state, p.says, p.doneBytes, p.totalBytes],
  );
};

/** What an upload brought. */
export const finishUpload = async (
  tx: Tx,
  companyId: number,
  id: string,
  done: Pick<
    UploadRecord,
    "componentCount" | "notJudgedCount" | "addedCount" | "removedCount" | "problemCount" | "problems"
  > & { readonly assetId: string },
): Promise<void> => {
  await tx.query(
    `update upload set state = 'done', says = '', asset_id = $3, component_count = $4, not_judged_count = $5,
       added_count = $6, removed_count = $7, problem_count = $8, problems = $9, error = null, changed_at = now()
     where company_id = $1 and id = $2`,
    [
      companyId,
      id,
      done.assetId,
      done.componentCount,
      done.notJudgedCount,
      done.addedCount,
      done.removedCount,
      done.problemCount,
      done.problems,
    ],
  );
};

/** Why an upload brought nothing. */
export const failUpload = async (tx: Tx, companyId: number, id: string, error: string): Promise<void> => {
  await tx.query(
    `update upload set state = 'failed', says = '', error = $3, changed_at = now() where company_id = $1 and id = $2`,
    [companyId, id, error],
  );
};

/** Documents are read within their request: what a server that stopped left unfinished never ends. Service role. */
export const failForgotten = async (tx: Tx, companyId: number, hours: number, error: string): Promise<void> => {
  await tx.query(
    `update upload set state = 'failed', says = '', error = $3, changed_at = now()
     where company_id = $1 and state not in ('done', 'failed') and changed_at < now() - make_interval(hours => $2)`,
    [companyId, hours, error],
  );
};

/** One upload, or null. */
export const uploadById = async (tx: Tx, companyId: number, id: string): Promise<UploadRecord | null> =>
  (
    await tx.query<UploadRecord>(`select ${COLUMNS} from ${FROM} where u.company_id = $1 and u.id = $2`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** A page of uploads, newest first, after the pair (added, id). */
export const uploadsPage = (
  tx: Tx,
  companyId: number,
  page: { limit: number; after: [string, string] | null },
): Promise<UploadRecord[]> =>
  tx.query(
    `select ${COLUMNS} from ${FROM}
     where u.company_id = $1 and ($2::timestamptz is null
       or (date_trunc('milliseconds', u.added_at), u.id) < ($2::timestamptz, $3::uuid))
     order by date_trunc('milliseconds', u.added_at) desc, u.id desc limit $4`,
    [companyId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many uploads a company has, counted up to COUNT_LIMIT. */
export const countUploads = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from (select 1 from upload where company_id = $1 limit $2) x",
      [companyId, COUNT_LIMIT],
    )
  )[0]?.n ?? 0;

/** Uploads of a company that have not ended. */
export const countRunning = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from upload where company_id = $1 and state not in ('done', 'failed')",
      [companyId],
    )
  )[0]?.n ?? 0;

/** Deletes up to `limit` of the company's uploads older than `days`; answers how many. Assets are not touched. */
export const expireUploads = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from upload u using (
         select id from upload where company_id = $1 and added_at < now() - make_interval(days => $2)
         order by added_at limit $3) old
       where u.company_id = $1 and u.id = old.id returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
