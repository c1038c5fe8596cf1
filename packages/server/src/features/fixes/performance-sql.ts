import type { Sla } from "@zerotrace/core/fix/sla";
import type { Tx } from "../../platform/db/index.ts";
import type { FindingFilter } from "../findings/index.ts";
import { fixesOf } from "./parts-sql.ts";

/** Names of one list (count). */
const NAMES_MAX = 50;
/** Reports in which something went away that are looked at, the newest (count). */
const DELTAS_MAX = 20_000;

/** How long what was fixed had been open. */
export interface Speed {
  readonly name: string;
  readonly fixedCount: number;
  /** Of those with a time to fix: how many, and how many of them were in time. */
  readonly timedCount: number;
  readonly inTimeCount: number;
  readonly medianDays: number | null;
  readonly meanDays: number | null;
}

interface Asked {
  readonly from: Date;
  readonly sla: Sla;
}

/** Days that a finding `f` was open when it ended at `at`, and within how many it should have been fixed. */
const daysUntil = (at: string): string =>
  `extract(epoch from ${at} - greatest(f.first_seen_at, case when f.reopened_at < ${at} then f.reopened_at end)) / 86400`;
const ALLOWED = `least(case f.severity when 'critical' then $3::int when 'high' then $4::int when 'medium' then $5::int
  when 'low' then $6::int end, case when f.kev_added_at is not null then $7::int end)`;
const SPEED = `count(*)::int as "fixedCount", count(x.allowed)::int as "timedCount",
  (count(*) filter (where x.days <= x.allowed))::int as "inTimeCount",
  round(percentile_cont(0.5) within group (order by x.days)::numeric, 1)::float8 as "medianDays",
  round(avg(x.days)::numeric, 1)::float8 as "meanDays"`;
const valuesOf = (companyId: number, { from, sla }: Asked): unknown[] => [
  companyId,
  from,
  sla.critical,
  sla.high,
  sla.medium,
  sla.low,
  sla.kev,
];

const FIXED = `from finding f where f.company_id = $1 and f.status = 'fixed' and f.fixed_at >= $2`;

/** By severity, the worst first, and of all under the empty name. */
export const speedBySeverity = (tx: Tx, companyId: number, asked: Asked): Promise<Speed[]> =>
  tx.query(
    `select coalesce(x.severity, '') as name, ${SPEED}
     from (select f.severity, f.severity_rank, ${daysUntil("f.fixed_at")} as days, ${ALLOWED} as allowed ${FIXED}) x
     group by grouping sets ((x.severity, x.severity_rank), ()) order by x.severity_rank desc nulls first`,
    valuesOf(companyId, asked),
  );

/** By the person whose fix it was, most fixed first. */
export const speedByOwner = (tx: Tx, companyId: number, asked: Asked): Promise<Speed[]> =>
  tx.query(
    `select x.name, ${SPEED} from (
       select m.name, ${daysUntil("f.fixed_at")} as days, ${ALLOWED} as allowed
       from finding f
       join fix_work w on w.company_id = f.company_id and w.ecosystem = f.ecosystem
         and w.package = coalesce(f.source, f.package) and w.has_fix = (f.fixed_in is not null)
       join membership m on m.company_id = w.company_id and m.person_id = w.assignee_id
       where f.company_id = $1 and f.status = 'fixed' and f.fixed_at >= $2) x
     group by x.name order by count(*) desc, x.name limit ${NAMES_MAX}`,
    valuesOf(companyId, asked),
  );

/** By label of the assets on which it was fixed: what went away there, a finding once for each asset. */
export const speedByLabel = (tx: Tx, companyId: number, asked: Asked): Promise<Speed[]> =>
  tx.query(
    `with gone as materialized (
       select d.asset_id, d.at, d.removed from inventory_delta d
       where d.company_id = $1 and d.at >= $2 and cardinality(d.removed) > 0 order by d.at desc limit ${DELTAS_MAX})
     select x.name, ${SPEED} from (
       select label as name, ${daysUntil("g.at")} as days, ${ALLOWED} as allowed
       from gone g
       join asset a on a.company_id = $1 and a.id = g.asset_id
       cross join lateral unnest(a.labels) as label
       cross join lateral unnest(g.removed) as r(component_id)
       cross join lateral (
         select * from finding f where f.company_id = $1 and f.component_id = r.component_id and f.first_seen_at <= g.at
         offset 0) f) x
     group by x.name order by count(*) desc, x.name limit ${NAMES_MAX}`,
    valuesOf(companyId, asked),
  );

/** How many fixes are over their time, by what is late. */
export const overdueFixes = async (
  tx: Tx,
  companyId: number,
  { sla, filter, summed }: { sla: Sla; filter: FindingFilter; summed: boolean },
): Promise<Record<keyof Sla | "fixes", number>> => {
  const values: unknown[] = [];
  const groups = fixesOf(tx, companyId, filter, { values, summed });
  const late = (Object.keys(sla) as (keyof Sla)[]).map((key) => ({
    key,
    sql: `g.${key}_since < now() - make_interval(days => $${values.push(sla[key])}::int)`,
  }));
  const [row] = await tx.query<Record<keyof Sla | "fixes", number>>(
    `select ${late.map(({ key, sql }) => `(count(*) filter (where ${sql}))::int as "${key}"`).join(", ")},
       (count(*) filter (where ${late.map(({ sql }) => `coalesce(${sql}, false)`).join(" or ")}))::int as fixes
     from (${groups}) g`,
    values,
  );
  return row as Record<keyof Sla | "fixes", number>;
};
