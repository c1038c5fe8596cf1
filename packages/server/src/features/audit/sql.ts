import type { AuditRow } from "../../platform/http/index.ts";
import type { Tx } from "../../platform/db/index.ts";

/** Appends one row to the audit trail; nobody can change it afterwards, and nobody remove it within 30 days. */
export const insertAuditEvent = async (tx: Tx, row: AuditRow): Promise<void> => {
  await tx.prepared(
    "audit-insert",
    `insert into audit_event (company_id, actor, action, target, detail, ip) values ($1, $2, $3, $4, $5, $6)`,
    [row.companyId, row.actor, row.action, row.target, row.detail, row.ip],
  );
};

/**
 * Deletes up to `limit` of the company's oldest rows, those older than `days`; answers how many. Fewer than `limit` says that
 * none is left. Service role with the company set; the database refuses to part with the last 30 days.
 */
export const expireAuditEvents = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  // ids are given in the order of time: the oldest rows are the first of the key, and no index by time is needed
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from audit_event e using (
         select id, at from audit_event where company_id = $1 order by id limit $3) oldest
       where e.company_id = $1 and e.id = oldest.id and oldest.at < now() - make_interval(days => $2) returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
