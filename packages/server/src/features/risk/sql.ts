import type { Criticality, Exposure } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

export interface RuleRecord {
  name: string;
  condition: string;
  criticality: Criticality | null;
  exposure: Exposure | null;
  changedAt: Date;
  changedBy: string;
}

/** The company's rules in their order. */
export const riskRules = (tx: Tx, companyId: number): Promise<RuleRecord[]> =>
  tx.prepared(
    "risk-rules",
    `select name, condition, criticality, exposure, changed_at as "changedAt", changed_by as "changedBy" from risk_rule
     where company_id = $1 order by position`,
    [companyId],
  );

/** Replaces the company's rules. */
export const writeRiskRules = async (
  tx: Tx,
  companyId: number,
  rules: readonly Omit<RuleRecord, "changedAt" | "changedBy">[],
  by: string,
): Promise<void> => {
  // One writer at a time: two that replace the rules together would leave those of both.
  await tx.query("select pg_advisory_xact_lock(hashtextextended('risk_rule', $1))", [companyId]);
  await tx.query("delete from risk_rule where company_id = $1", [companyId]);
  await tx.query(
    `insert into risk_rule (company_id, position, name, condition, criticality, exposure, changed_by)
     select $1, r.position, r.rule ->> 'name', r.rule ->> 'condition', r.rule ->> 'criticality', r.rule ->> 'exposure', $3
     from jsonb_array_elements($2::jsonb) with ordinality as r(rule, position)`,
    [companyId, JSON.stringify(rules), by],
  );
};
