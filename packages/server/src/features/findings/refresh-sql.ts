import type { Tx } from "../../platform/db/index.ts";

export interface Refreshed {
  readonly opened: { id: string; advisory: string; severity: string; package: string; risk: number }[];
  readonly closedCount: number;
  readonly changedCount: number;
}

/** PostgreSQL's text of an int[]: the driver's own quotes every element. */
const idList = (ids: readonly number[]): string => `{${ids.join(",")}}`;

/** What to look at of a company, with how many assets have each component; zero for one that none has any more. */
export interface Present {
  /** Components with all their matches. */
  readonly components: readonly { readonly componentId: number; readonly assetCount: number }[];
  /** There are no others: every finding of another component is gone. */
  readonly isAll?: boolean;
  /** Single matches of other components. */
  readonly matches: readonly {
    readonly componentId: number;
    readonly advisoryId: number;
    readonly assetCount: number;
  }[];
}

const PRESENT_ALL = `select u.id as component_id, null::int as advisory_id, count(distinct i.asset_id)::int as assets
  from inventory i, unnest(i.component_ids) as u(id) where i.company_id = $1 group by 1`;
const MATCHES_ALL = `select p.assets, m.* from present p join component_match m on m.component_id = p.component_id`;
/** The two kinds apart: an index leads to each. */
const MATCHES_GIVEN = `select p.assets, m.* from unnest($2::int[], $3::int[]) as p(component_id, assets)
    join component_match m on m.component_id = p.component_id where p.assets > 0
  union all
  select p.assets, m.* from unnest($4::int[], $5::int[], $6::int[]) as p(component_id, advisory_id, assets)
    join component_match m on m.component_id = p.component_id and m.advisory_id = p.advisory_id
  where p.assets > 0 and $1::int is not null`;

const parametersOf = ({ components, matches }: Present): string[] => [
  idList(components.map((c) => c.componentId)),
  idList(components.map((c) => c.assetCount)),
  idList(matches.map((m) => m.componentId)),
  idList(matches.map((m) => m.advisoryId)),
  idList(matches.map((m) => m.assetCount)),
];

const CLOSE = `update finding f set status = 'fixed', fixed_at = now(), asset_count = 0`;
const IS_GONE = `not exists (
  select 1 from desired d where d.component_id = f.component_id and d.advisory_id = f.advisory_id)`;
const CLOSE_ALL = `${CLOSE} where f.company_id = $1 and f.status = 'open' and ${IS_GONE} returning f.id`;
/** Two statements for the two kinds: joined to findings of which there are no statistics yet, they are compared pair by pair. */
const CLOSE_COMPONENTS = `${CLOSE} where f.company_id = $1 and f.status = 'open' and f.component_id = any($2::int[])
  and ${IS_GONE} returning f.id`;
const CLOSE_MATCHES = `with gone as materialized (
    select t.component_id, t.advisory_id from unnest($2::int[], $3::int[]) as t(component_id, advisory_id)
    where not exists (
      select 1 from desired d where d.component_id = t.component_id and d.advisory_id = t.advisory_id))
  ${CLOSE} from gone g where f.company_id = $1 and f.component_id = g.component_id and f.advisory_id = g.advisory_id
    and f.status = 'open' returning f.id`;

/** Closes what is not in `desired` any more, of what is looked at. Returns how many. */
const closeGone = async (tx: Tx, companyId: number, only?: Present): Promise<number> => {
  if (!only || only.isAll === true) return (await tx.query(CLOSE_ALL, [companyId])).length;
  const [components, , matchComponents, matchAdvisories] = parametersOf(only);
  const whole = await tx.query(CLOSE_COMPONENTS, [companyId, components]);
  const single = await tx.query(CLOSE_MATCHES, [companyId, matchComponents, matchAdvisories]);
  return whole.length + single.length;
};

/**
 * Makes a company's findings equal to what its inventories and the matches say, and writes only the differences: new ones
 * open, those that came back reopen, those whose component or advisory is gone are fixed, with their time. Recomputed and
 * never counted in place, so that running it twice, or after a kill, changes nothing. Needs the service role with the company
 * set, and one writer per company at a time, which the advisory lock sees to. `only`: those components alone, when nothing
 * else has changed since the last time.
 */
export const refreshFindings = async (tx: Tx, companyId: number, only?: Present): Promise<Refreshed> => {
  await tx.query("select pg_advisory_xact_lock(7302, $1)", [companyId]);
  await tx.query(
    `create temp table desired on commit drop as
     with ${only ? "" : `present as (${PRESENT_ALL}),`} m as (${only ? MATCHES_GIVEN : MATCHES_ALL})
     select m.component_id, m.assets, m.advisory_id, a.name as advisory, a.aliases, a.summary, c.ecosystem, c.name as package,
       nullif(c.source_name, '') as source, c.version, c.purl, m.fixed_in, a.severity, a.cvss, a.epss, a.kev_added_at, m.risk,
       array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], a.severity)::smallint as severity_rank,
       m.urgency, m.record_id, a.published_at
     from m join component c on c.id = m.component_id join advisory a on a.id = m.advisory_id`,
    only ? [companyId, ...parametersOf(only)] : [companyId],
  );
  // Nobody has looked at the statistics of a table this new, nor perhaps of findings: without an index the planner may
  // compare each of one with each of the other.
  await tx.query("create unique index on desired (component_id, advisory_id)");
  const written = await tx.query<{
    id: string;
    advisory: string;
    severity: string;
    package: string;
    risk: number;
    fresh: boolean;
  }>(
    `insert into finding as f (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source,
       version, purl, fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status,
       asset_count, published_at)
     select $1, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl, fixed_in,
       severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, 'open', assets, published_at
     from desired d
     where not exists (
       select 1 from finding o where o.company_id = $1 and o.component_id = d.component_id and o.advisory_id = d.advisory_id
         and (o.status, o.asset_count, o.advisory, o.aliases, o.summary, o.fixed_in, o.severity, o.cvss, o.epss,
           o.kev_added_at, o.risk, o.urgency, o.record_id, o.published_at)
         is not distinct from ('open', d.assets, d.advisory, d.aliases, d.summary, d.fixed_in, d.severity, d.cvss, d.epss,
           d.kev_added_at, d.risk, d.urgency, d.record_id, d.published_at))
     on conflict (company_id, component_id, advisory_id) do update set advisory = excluded.advisory,
       aliases = excluded.aliases, summary = excluded.summary, fixed_in = excluded.fixed_in, severity = excluded.severity,
       severity_rank = excluded.severity_rank, cvss = excluded.cvss, epss = excluded.epss,
       kev_added_at = excluded.kev_added_at, risk = excluded.risk, urgency = excluded.urgency,
       record_id = excluded.record_id, asset_count = excluded.asset_count, published_at = excluded.published_at,
       reopened_at = case when f.status = 'fixed' then now() else f.reopened_at end,
       fixed_at = case when f.status = 'fixed' then null else f.fixed_at end, status = 'open'
     returning f.id, f.advisory, f.severity, f.package, f.risk,
       f.first_seen_at = now() or f.reopened_at is not distinct from now() as fresh`,
    [companyId],
  );
  const closedCount = await closeGone(tx, companyId, only);
  const opened = written.filter((w) => w.fresh).sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1));
  return { opened, closedCount, changedCount: written.length };
};
