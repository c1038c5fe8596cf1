import type { DecisionKind } from "@zerotrace/core/decision/decision";
import type { Tx } from "../../platform/db/index.ts";

export interface DecidedRecord {
  id: string;
  kind: DecisionKind;
  reason: string;
  owner: string;
  createdAt: Date;
  createdBy: string;
  approvedBy: string | null;
  expiresAt: Date;
  /** Assets that have the finding on which decisions stand. */
  assetCount: number;
}

/** The newest decision that stands on an open finding, one for all assets before one for some; null when none does. */
export const decisionOn = async (tx: Tx, companyId: number, findingId: string): Promise<DecidedRecord | null> =>
  (
    await tx.query<DecidedRecord>(
      `select d.id, d.kind, d.reason, d.owner, d.created_at as "createdAt", d.created_by as "createdBy",
         d.approved_by as "approvedBy", d.expires_at as "expiresAt",
         (case when c.closes then f.asset_count else (
           select count(distinct o.asset_id) from decision_finding p
           join decision_asset o on o.company_id = p.company_id and o.decision_id = p.decision_id
           join inventory i on i.company_id = o.company_id and i.asset_id = o.asset_id
             and c.component_id = any(i.component_ids)
           where p.company_id = c.company_id and p.component_id = c.component_id and p.advisory_id = c.advisory_id
             and p.in_force) end)::int as "assetCount"
       from finding f
       join decision_finding c on c.company_id = f.company_id and c.component_id = f.component_id
         and c.advisory_id = f.advisory_id and c.in_force
       join decision d on d.company_id = c.company_id and d.id = c.decision_id
       where f.company_id = $1 and f.id = $2 and f.status = 'open' order by c.closes desc, d.created_at desc, d.id limit 1`,
      [companyId, findingId],
    )
  )[0] ?? null;

/** Whether a decision stands on some assets alone. Most companies have none, and then nothing more is asked. */
export const isDecidedSomewhere = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.query<{ is: boolean }>("select exists (select 1 from decision_asset where company_id = $1) as is", [
      companyId,
    ])
  )[0]?.is ?? true;

const COMPANY = "nullif(current_setting('app.company_id', true), '')::int";

/**
 * The findings on which decisions stand on some assets alone, with on how many that the transaction sees: a table of `component_id`,
 * `advisory_id` and `assets`.
 */
export const decidedCounts = (tx: Tx): string =>
  tx.labels === null
    ? `(select d.component_id, d.advisory_id, max(d.decided_count) as assets from decision_finding d
        where d.company_id = ${COMPANY} and d.in_force and not d.closes and d.decided_count > 0 group by 1, 2)`
    : `(select d.component_id, d.advisory_id, count(distinct i.asset_id)::int as assets from decision_finding d
        join decision_asset o on o.company_id = d.company_id and o.decision_id = d.decision_id
        join inventory i on i.company_id = o.company_id and i.asset_id = o.asset_id and d.component_id = any(i.component_ids)
        where d.company_id = ${COMPANY} and d.in_force and not d.closes and d.decided_count > 0 group by 1, 2)`;
