import type { OpenSince } from "@zerotrace/core/fix/sla";
import type { Tx } from "../../platform/db/index.ts";

/** Fixes in the hands of people that are looked at (count). */
const ASSIGNED_MAX = 5_000;

/** A fix in somebody's hands, and since when its findings are open; null: none of that severity. */
export interface AssignedFix {
  readonly ecosystem: string;
  readonly package: string;
  readonly hasFix: boolean;
  readonly assigneeId: string;
  readonly dueOn: string | null;
  readonly fixedIn: string | null;
  readonly findingCount: number;
  readonly assetCount: number;
  readonly since: OpenSince;
}

/**
 * Fixes that are somebody's (one person's, or with null anybody's) and not done, of which something is open; under a scope of labels
 * those with a chosen day, whose sums are not told.
 */
export const assignedFixes = async (tx: Tx, companyId: number, personId: string | null): Promise<AssignedFix[]> => {
  type Row = Omit<AssignedFix, "since"> & { readonly [K in keyof OpenSince]: Date | null };
  const rows = await tx.query<Row>(
    `select w.ecosystem, w.package, w.has_fix as "hasFix", w.assignee_id as "assigneeId", w.due_on::text as "dueOn",
       g.fixed_in as "fixedIn", coalesce(g.finding_count, 0) as "findingCount", coalesce(g.asset_count, 0) as "assetCount",
       g.critical_since as critical, g.high_since as high, g.medium_since as medium, g.low_since as low, g.kev_since as kev
     from fix_work w
     left join fix g on g.company_id = w.company_id and g.ecosystem = w.ecosystem and g.package = w.package
       and g.has_fix = w.has_fix
     where w.company_id = $1 and w.assignee_id is not null and ($2::uuid is null or w.assignee_id = $2) and w.state <> 'done'
       and (g.finding_count > 0 or (coalesce(current_setting('app.labels', true), '') <> '' and w.due_on is not null))
     order by w.updated_at desc, w.ecosystem, w.package, w.has_fix limit $3`,
    [companyId, personId, ASSIGNED_MAX],
  );
  return rows.map(({ critical, high, medium, low, kev, ...rest }) => ({
    ...rest,
    since: { critical, high, medium, low, kev },
  }));
};
