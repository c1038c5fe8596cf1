import type { Database, Tx } from "../../platform/db/index.ts";

/** Days of the trend, today included. */
const TREND_DAYS = 30;

export interface Counts {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
}

export interface AssetTotals {
  readonly assetCount: number;
  readonly agentCount: number;
  readonly agentsOnline: number;
  readonly componentCount: number;
  readonly risk: number;
  readonly covered: number;
  readonly notCovered: number;
  readonly unparsable: number;
}

export interface FindingTotals extends Counts {
  readonly findingCount: number;
  readonly packageCount: number;
  readonly kevCount: number;
  readonly fixableCount: number;
}

export interface Day extends Counts {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly risk: number;
}

const BY_SEVERITY = ["critical", "high", "medium", "low", "none", "unknown"]
  .map((one) => `count(*) filter (where severity = '${one}')::int as "${one}"`)
  .join(", ");

/** Open findings that no VEX statement closes. What these close is few and read once, not asked of each finding. */
const OPEN = `f.company_id = $1 and f.status = 'open' and (f.component_id, f.advisory_id) not in (
  select e.component_id, e.advisory_id from vex_effect e where e.company_id = $1 and e.closes)`;

/**
 * Sums over the rows of the company's assets: a component counts once for each asset that has it, in the component count
 * and in the coverage alike. That is what can be added without reading an inventory, and says what share is covered.
 */
export const assetTotals = async (tx: Tx, companyId: number, offlineAfterSeconds: number): Promise<AssetTotals> => {
  const [row] = await tx.query<AssetTotals>(
    `with agent as materialized (
       select c.asset_id from credential c where c.company_id = $1 and c.kind = 'device' and c.revoked_at is null)
     select count(*)::int as "assetCount", count(*) filter (where agent)::int as "agentCount",
       count(*) filter (where agent and last_seen_at > now() - make_interval(secs => $2))::int as "agentsOnline",
       coalesce(sum(component_count), 0)::float8 as "componentCount", coalesce(max(weighted_risk), 0)::float8 as risk,
       coalesce(sum(covered), 0)::float8 as covered, coalesce(sum(not_covered), 0)::float8 as "notCovered",
       coalesce(sum(unparsable), 0)::float8 as unparsable
     from (
       select a.last_seen_at, a.component_count, a.weighted_risk, a.covered, a.not_covered, a.unparsable,
         a.id in (select asset_id from agent where asset_id is not null) as agent
       from asset a where a.company_id = $1 offset 0) x`,
    [companyId, offlineAfterSeconds],
  );
  return row as AssetTotals;
};

/** Counts of the company's open findings. A package is a distinct pair of ecosystem and source package. */
export const findingTotals = async (tx: Tx, companyId: number): Promise<FindingTotals> => {
  const [row] = await tx.query<FindingTotals>(
    `select ${BY_SEVERITY}, count(*)::int as "findingCount",
       count(distinct ecosystem || e'\\n' || coalesce(source, package))::int as "packageCount",
       count(*) filter (where kev_added_at is not null)::int as "kevCount",
       count(*) filter (where fixed_in is not null)::int as "fixableCount"
     from finding f where ${OPEN}`,
    [companyId],
  );
  return row as FindingTotals;
};

/** What the platform's gauges show of a company. */
export interface Gauges extends Counts {
  readonly agentsOnline: number;
}

/**
 * A company's agents that are online, and its open findings as they were when they were computed last. Asked of every company again and
 * again, so nothing is counted that is written already.
 */
export const gaugesOf = async (
  db: Pick<Database, "readCompany">,
  companyId: number,
  offlineAfterSeconds: number,
): Promise<Gauges> => {
  const [row] = await db.readCompany<Gauges>(companyId, {
    name: "company-gauges",
    text: `select coalesce(d.critical, 0) as critical, coalesce(d.high, 0) as high, coalesce(d.medium, 0) as medium,
         coalesce(d.low, 0) as low, coalesce(d.none, 0) as none, coalesce(d.unknown, 0) as unknown,
         (select count(*)::int from asset a
          where a.company_id = $1 and a.last_seen_at > now() - make_interval(secs => $2) and exists (
            select 1 from credential c
            where c.company_id = $1 and c.asset_id = a.id and c.kind = 'device' and c.revoked_at is null)) as "agentsOnline"
       from (select 1) one left join lateral (
         select critical, high, medium, low, none, unknown from daily_stat
         where company_id = $1 order by day desc limit 1) d on true`,
    values: [companyId, offlineAfterSeconds],
  });
  return row as Gauges;
};

/** The recorded days before today (UTC), oldest first, at most 29, and what day it is. */
export const pastDays = async (tx: Tx, companyId: number): Promise<{ today: string; days: Day[] }> => {
  const [now] = await tx.query<{ today: string }>(`select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today`);
  const today = now?.today ?? "";
  const days = await tx.query<Day>(
    `select to_char(day, 'YYYY-MM-DD') as day, risk, critical, high, medium, low, none, unknown from daily_stat
     where company_id = $1 and day < $2::date and day > $2::date - ${TREND_DAYS} order by day`,
    [companyId, today],
  );
  return { today, days };
};

const RISK = "coalesce((select max(weighted_risk) from asset where company_id = $1), 0)";
const DAY_OF_ROWS = `${RISK}, x.* from (
  select ${BY_SEVERITY} from finding f where ${OPEN}) x`;
const DAY_GIVEN = `${RISK}, $2::int, $3::int, $4::int, $5::int, $6::int, $7::int`;

/**
 * Writes today's (UTC) row of the company; run again, it replaces the row. The risk is that of its
 * assets; the rest is counted from its open findings, unless the caller knows it.
 */
export const recordDay = async (tx: Tx, companyId: number, known?: Counts): Promise<void> => {
  await tx.query(
    `insert into daily_stat (company_id, day, risk, critical, high, medium, low, none, unknown)
     select $1, (now() at time zone 'UTC')::date, ${known ? DAY_GIVEN : DAY_OF_ROWS}
     on conflict (company_id, day) do update set risk = excluded.risk, critical = excluded.critical,
       high = excluded.high, medium = excluded.medium, low = excluded.low, none = excluded.none,
       unknown = excluded.unknown`,
    known ? [companyId, known.critical, known.high, known.medium, known.low, known.none, known.unknown] : [companyId],
  );
};

/** Deletes up to `limit` of the company's recorded days that are more than `days` back (UTC); answers how many. */
export const expireDays = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from daily_stat s using (
         select day from daily_stat
         where company_id = $1 and day < (now() at time zone 'UTC')::date - $2::int order by day limit $3) old
       where s.company_id = $1 and s.day = old.day returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
