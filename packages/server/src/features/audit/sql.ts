import type { AuditRow } from "../../platform/http/index.ts";
import type { Tx } from "../../platform/db/index.ts";

/** Appends one row to the audit trail; nobody can change or remove it afterwards. */
export const insertAuditEvent = async (tx: Tx, row: AuditRow): Promise<void> => {
  await tx.prepared(
    "audit-insert",
    `insert into audit_event (company_id, actor, action, target, detail, ip) values ($1, $2, $3, $4, $5, $6)`,
    [row.companyId, row.actor, row.action, row.target, row.detail, row.ip],
  );
};
