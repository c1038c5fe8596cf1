import type { Tx } from "../../platform/db/index.ts";

/** The company's figures on a day (UTC). */
export interface CompanyDay {
  readonly day: string;
  readonly risk: number;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
}

/** What day it is (UTC). */
export const todayOf = async (tx: Tx): Promise<string> =>
  (await tx.query<{ day: string }>("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as day"))[0]?.day ?? "";

/** The recorded days of the company in the last `days`, and the one before them, oldest first. */
export const companyDays = (tx: Tx, companyId: number, days: number): Promise<CompanyDay[]> =>
  tx.query(
    `select to_char(day, 'YYYY-MM-DD') as day, risk, critical, high, medium, low, none, unknown from daily_stat
     where company_id = $1 and day >= coalesce((
       select max(day) from daily_stat where company_id = $1 and day <= (now() at time zone 'UTC')::date - $2::int), '-infinity')
     order by daily_stat.day`,
    [companyId, days],
  );

/** Counts of findings by severity, and how many of them are known to be exploited. */
export interface Moved {
  readonly severity: string;
  readonly n: number;
  readonly kev: number;
}

const MOVED =
  "select severity, count(*)::int as n, count(kev_added_at)::int as kev from finding f where f.company_id = $1";

/** Findings that were fixed in the last days, and are not back. */
export const fixedSince = (tx: Tx, companyId: number, days: number): Promise<Moved[]> =>
  tx.query(`${MOVED} and f.status = 'fixed' and f.fixed_at >= now() - make_interval(days => $2) group by 1`, [
    companyId,
    days,
  ]);

/**
 * Findings that were first seen in the last days, whatever became of them. They are counted in the index by severity and day, no row is
 * read but of those known to be exploited.
 */
export const openedSince = (tx: Tx, companyId: number, days: number): Promise<Moved[]> =>
  tx.query(
    `select r.severity, x.n, coalesce(k.n, 0) as kev
     from unnest(array['unknown', 'none', 'low', 'medium', 'high', 'critical']) with ordinality as r(severity, rank)
     cross join lateral (
       select count(*)::int as n from finding f where f.company_id = $1 and f.severity_rank = r.rank::smallint
         and f.first_seen_at >= now() - make_interval(days => $2)) x
     left join (
       select severity_rank, count(*)::int as n from finding where company_id = $1 and kev_added_at is not null
         and first_seen_at >= now() - make_interval(days => $2) group by 1) k on k.severity_rank = r.rank
     where x.n > 0`,
    [companyId, days],
  );
