import type { Severity } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import type { Day } from "./days.ts";

/** Findings of one kind that are read over all days, of one day at most, and of each at least where there are more (counts). */
const ROWS_MAX = 4_000;
const ROWS_OF_DAY_MAX = 2_000;
const ROWS_OF_DAY_MIN = 100;
const PACKAGES_MAX = 20;
/** Changes of inventories that are looked through for what went with a fix (count). */
const DELTAS_MAX = 10_000;

/** What one day may be read of a kind where there is much, so that a long time costs no more than a short one. */
export const rowsOfDay = (dayCount: number): number =>
  Math.min(ROWS_OF_DAY_MAX, Math.max(ROWS_OF_DAY_MIN, Math.floor(ROWS_MAX / dayCount)));

/** Findings of an advisory that changed on a day. */
export interface GroupRecord {
  /** Place of the day in what was asked for, from 0. */
  readonly n: number;
  readonly advisory: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly isKev: boolean;
  readonly epss: number | null;
  readonly packages: string[];
  readonly componentIds: number[];
  readonly findingCount: number;
  readonly assetCount: number;
  readonly at: Date;
  /** Of the whole day: its findings, those that matter, and its advisories. */
  readonly dayCount: number;
  readonly dayMatter: number;
  readonly dayGroups: number;
}

export type FindingKind = "opened" | "reopened" | "fixed" | "kev";

const LIMITED = (column: string, more: string): string => `(
  select f.* from finding f where f.company_id = $1 and ${column} >= d.a and ${column} < d.z ${more}
  order by ${column} desc limit $4)`;

/** The findings of a day `d`, at most $4: of those that opened the worst, of the others the newest. */
const OF_DAY: Readonly<Record<FindingKind, { at: string; from: string }>> = {
  opened: {
    at: "first_seen_at",
    from: `(select f.* from unnest('{6,5,4,3,2,1}'::smallint[]) r cross join lateral (
        select f.* from finding f
        where f.company_id = $1 and f.severity_rank = r and f.first_seen_at >= d.a and f.first_seen_at < d.z limit $4) f
      limit $4)`,
  },
  reopened: { at: "reopened_at", from: LIMITED("f.reopened_at", "and f.status = 'open'") },
  fixed: { at: "fixed_at", from: LIMITED("f.fixed_at", "and f.status = 'fixed'") },
  kev: {
    at: "first_seen_at",
    from: `(select f.* from finding f where f.company_id = $1 and f.kev_added_at = d.day and f.status = 'open' limit $4)`,
  },
};

const IS_CLOSED = `exists (
  select 1 from vex_effect e where e.company_id = $1 and e.component_id = w.component_id and e.advisory_id = w.advisory_id
    and e.closes)`;

const columnsOf = (days: readonly Day[]): unknown[] => [
  days.map(({ from }) => from.toISOString()),
  days.map(({ until }) => until.toISOString()),
  days.map(({ day }) => day),
];
const DAYS = `select (n - 1)::int as n, a, z, day from unnest($2::timestamptz[], $3::timestamptz[], $5::date[]) with ordinality as x(a, z, day, n)`;

interface AskedGroups {
  readonly days: readonly Day[];
  readonly groups: number;
  readonly mayBeClosed: boolean;
}

/** As `groupsWithin`: everything where it is not much, else of each day its share; `bound`: so many of a day and there are more. */
export const findingGroups = async (
  tx: Tx,
  companyId: number,
  kind: FindingKind,
  asked: AskedGroups,
): Promise<{ readonly groups: GroupRecord[]; readonly bound: number }> => {
  const share = rowsOfDay(asked.days.length);
  const all = await groupsWithin(tx, companyId, kind, { ...asked, bound: ROWS_OF_DAY_MAX });
  const firsts = new Map(all.map(({ n, dayCount }) => [n, dayCount]));
  const isAll = [...firsts.values()].reduce((sum, one) => sum + one, 0) < ROWS_MAX;
  if (isAll || share === ROWS_OF_DAY_MAX) return { groups: all, bound: ROWS_OF_DAY_MAX };
  return { groups: await groupsWithin(tx, companyId, kind, { ...asked, bound: share }), bound: share };
};

/** Findings by day and advisory, the first `groups` of each day: known to be exploited, then worst, then riskiest. */
const groupsWithin = (
  tx: Tx,
  companyId: number,
  kind: FindingKind,
  asked: AskedGroups & { readonly bound: number },
): Promise<GroupRecord[]> => {
  const { at, from } = OF_DAY[kind];
  const isOpen = `w.status = 'open'${asked.mayBeClosed ? ` and not ${IS_CLOSED}` : ""}`;
  // what is known to be exploited and closed already is no news
  const where = kind === "kev" && asked.mayBeClosed ? `where not ${IS_CLOSED}` : "";
  const [a, z, names] = columnsOf(asked.days);
  return tx.query<GroupRecord>(
    `with d as (${DAYS}),
     w as materialized (
       select d.n, f.component_id, f.advisory_id, f.advisory, f.summary, coalesce(f.source, f.package) as package, f.severity,
         f.severity_rank, f.kev_added_at is not null as kev, f.epss, f.risk, f.asset_count, f.status, f.${at} as at
       from d cross join lateral ${from} f limit $7),
     g as (
       select n, advisory, count(*)::int as findings, max(severity_rank) as rank, bool_or(kev) as kev, max(risk) as risk,
         count(*) filter (where (kev or severity_rank = 6 or epss >= 0.1) and ${isOpen})::int as matter
       from w ${where} group by n, advisory),
     top as (
       select g.*, row_number() over (partition by n order by kev desc, rank desc, risk desc, advisory) as place,
         sum(findings) over (partition by n)::int as day_count, sum(matter) over (partition by n)::int as day_matter,
         count(*) over (partition by n)::int as day_groups
       from g)
     select t.n, t.advisory, min(w.summary) as summary, (array_agg(w.severity order by w.severity_rank desc))[1] as severity,
       t.kev as "isKev", max(w.epss) as epss, (array_agg(distinct w.package))[1:${PACKAGES_MAX}] as packages,
       array_agg(distinct w.component_id) as "componentIds", t.findings as "findingCount",
       max(w.asset_count)::int as "assetCount", max(w.at) as at, t.day_count as "dayCount", t.day_matter as "dayMatter",
       t.day_groups as "dayGroups"
     from top t join w on w.n = t.n and w.advisory = t.advisory ${where} ${where ? "and" : "where"} t.place <= $6
     group by t.n, t.advisory, t.kev, t.findings, t.day_count, t.day_matter, t.day_groups, t.place order by t.n, t.place`,
    [
      companyId,
      a,
      z,
      asked.bound,
      names,
      asked.groups,
      asked.bound === ROWS_OF_DAY_MAX ? ROWS_MAX : asked.bound * asked.days.length,
    ],
  );
};

/** Open findings of one advisory that are read (count). */
const OF_ADVISORY_MAX = 500;

/** Open findings of advisories by their names, at most 500 of each. */
export const openFindings = (
  tx: Tx,
  companyId: number,
  advisories: readonly string[],
): Promise<Omit<GroupRecord, "n" | "dayCount" | "dayMatter" | "dayGroups">[]> =>
  tx.query(
    `select w.advisory, min(w.summary) as summary, (array_agg(w.severity order by w.severity_rank desc))[1] as severity,
       bool_or(w.kev_added_at is not null) as "isKev", max(w.epss) as epss,
       (array_agg(distinct coalesce(w.source, w.package)))[1:${PACKAGES_MAX}] as packages,
       array_agg(distinct w.component_id) as "componentIds", count(*)::int as "findingCount",
       max(w.asset_count)::int as "assetCount", max(w.first_seen_at) as at
     from unnest($2::text[]) as x(name) cross join lateral (
       select * from finding f where f.company_id = $1 and f.advisory = x.name and f.status = 'open'
       limit ${OF_ADVISORY_MAX}) w
     where not ${IS_CLOSED} group by w.advisory`,
    [companyId, advisories],
  );

/** Whether any finding of the company is closed by a statement or a decision: of most companies none is. */
export const hasClosed = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.query<{ any: boolean }>(
      "select exists (select 1 from vex_effect e where e.company_id = $1 and e.closes) as any",
      [companyId],
    )
  )[0]?.any ?? true;

/** How many of the assets that are seen have each of these components. */
export const assetsSeenWith = async (
  tx: Tx,
  companyId: number,
  components: readonly number[],
): Promise<Map<number, number>> => {
  const rows = await tx.query<{ id: number; n: number }>(
    `select u.id, count(distinct i.asset_id)::int as n from inventory i, unnest(i.component_ids) as u(id)
     where i.company_id = $1 and u.id = any($2::int[]) group by u.id`,
    [companyId, `{${components.join(",")}}`],
  );
  return new Map(rows.map(({ id, n }) => [id, n]));
};

/**
 * From which assets each of these components went between two moments, by the newest 10,000 changes of inventories; `since`: the
 * oldest of them, null where all were looked through.
 */
export const assetsWithout = async (
  tx: Tx,
  companyId: number,
  asked: { readonly components: readonly number[]; readonly from: Date; readonly until: Date },
): Promise<{ readonly assets: Map<number, readonly string[]>; readonly since: Date | null }> => {
  const rows = await tx.query<{ id: number | null; assets: string[]; seen: string; since: Date }>(
    `with d as materialized (
       select asset_id, at, removed from inventory_delta
       where company_id = $1 and at >= $2 and at < $3 order by at desc limit ${DELTAS_MAX})
     select u.id, array_agg(distinct d.asset_id::text) as assets, null::bigint as seen, null::timestamptz as since
     from d, unnest(d.removed) as u(id) where u.id = any($4::int[]) group by u.id
     union all select null, '{}', count(*), min(at) from d`,
    [companyId, asked.from.toISOString(), asked.until.toISOString(), `{${asked.components.join(",")}}`],
  );
  const whole = rows.find(({ id }) => id === null);
  return {
    assets: new Map(rows.flatMap(({ id, assets }) => (id === null ? [] : [[id, assets] as const]))),
    since: Number(whole?.seen ?? 0) < DELTAS_MAX ? null : (whole?.since ?? null),
  };
};
