import type { Tx } from "../../platform/db/index.ts";
import type { BulkWish } from "./contract.ts";

/** Bulk actions that are shown (count). */
const SHOWN = 100;

export interface BulkRecord {
  readonly id: string;
  readonly kind: BulkWish["kind"];
  readonly query: string;
  readonly findingCount: number;
  readonly changedCount: number;
  readonly decisionId: string | null;
  readonly at: Date;
  readonly by: string;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  readonly restoredCount: number | null;
}

const COLUMNS = `id, kind, query, finding_count as "findingCount", changed_count as "changedCount", decision_id as "decisionId",
  at, by, undone_at as "undoneAt", undone_by as "undoneBy", restored_count as "restoredCount"`;

/** Notes a bulk action that was done. */
export const insertBulk = async (
  tx: Tx,
  companyId: number,
  given: Pick<BulkRecord, "id" | "query" | "findingCount" | "changedCount" | "decisionId" | "by"> & { wish: BulkWish },
): Promise<BulkRecord> =>
  (
    await tx.query<BulkRecord>(
      `insert into bulk_action (company_id, id, kind, query, wish, finding_count, changed_count, decision_id, by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
      [
        companyId,
        given.id,
        given.wish.kind,
        given.query,
        JSON.stringify(given.wish),
        given.findingCount,
        given.changedCount,
        given.decisionId,
        given.by,
      ],
    )
  )[0] as BulkRecord;

/** The newest bulk actions. */
export const newestBulk = (tx: Tx, companyId: number): Promise<BulkRecord[]> =>
  tx.query(`select ${COLUMNS} from bulk_action where company_id = $1 order by at desc, id desc limit $2`, [
    companyId,
    SHOWN,
  ]);

/** A bulk action, locked until the transaction ends; null for none that the caller sees. */
export const lockBulk = async (tx: Tx, companyId: number, id: string): Promise<BulkRecord | null> =>
  (
    await tx.query<BulkRecord>(`select ${COLUMNS} from bulk_action where company_id = $1 and id = $2 for update`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** Notes that a bulk action was undone, and how much of it. */
export const markUndone = async (
  tx: Tx,
  companyId: number,
  id: string,
  { by, restored }: { by: string; restored: number },
): Promise<void> => {
  await tx.query(
    "update bulk_action set undone_at = now(), undone_by = $3, restored_count = $4 where company_id = $1 and id = $2",
    [companyId, id, by, restored],
  );
};

export interface KeptFinding {
  readonly findingId: string;
  readonly advisory: string;
  readonly package: string;
  readonly why: string;
}

const NAMED = `f.id as "findingId", f.advisory, coalesce(f.source, f.package) as package`;

/** Findings of a change of which something else was said since, or that came back or were fixed; with how many there are. */
export const keptOf = async (
  tx: Tx,
  companyId: number,
  changeId: string,
  { restored, limit }: { restored: readonly string[]; limit: number },
): Promise<KeptFinding[]> =>
  tx.query(
    `select ${NAMED}, case when f.status = 'fixed' then 'fixed since'
         when f.reopened_at > c.at then 'came back since' else 'changed since' end as why
     from finding_change c join finding f on f.company_id = c.company_id and f.id = c.finding_id
     where c.company_id = $1 and c.change_id = $2 and not f.id = any($3::uuid[]) order by f.advisory, f.id limit $4`,
    [companyId, changeId, `{${restored.join(",")}}`, limit],
  );

/** Findings whose comment of a change was edited since. */
export const editedOf = (tx: Tx, companyId: number, changeId: string, limit: number): Promise<KeptFinding[]> =>
  tx.query(
    `select ${NAMED}, 'comment edited since' as why
     from finding_comment c join finding f on f.company_id = c.company_id and f.id = c.finding_id
     where c.company_id = $1 and c.change_id = $2 and c.edited_at is not null order by f.advisory, f.id limit $3`,
    [companyId, changeId, limit],
  );

/** Deletes actions older than so many days, the oldest first, at most `limit`; answers how many. They can be undone for an hour. */
export const expireBulkActions = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> =>
  (
    await tx.query(
      `delete from bulk_action where company_id = $1 and id in (
         select id from bulk_action where company_id = $1 and at < now() - make_interval(days => $2) order by at, id limit $3)
       returning 1`,
      [companyId, days, limit],
    )
  ).length;
