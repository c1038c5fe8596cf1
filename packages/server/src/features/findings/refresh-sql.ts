import type { Tx } from "../../platform/db/index.ts";
import { idFrom, type Refreshed, refreshFew, timeOfIds } from "./refresh-few-sql.ts";

/** Components and matches that are looked at one by one (count); more are joined as a whole. */
const GIVEN_MAX = 100_000;

export type { Refreshed } from "./refresh-few-sql.ts";

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

const MATCHES_ALL = `select p.assets, m.* from (
    select u.id as component_id, count(distinct i.asset_id)::int as assets
    from inventory i, unnest(i.component_ids) as u(id) where i.company_id = $1 group by 1) p
  join component_match m on m.component_id = p.component_id`;
/**
 * The two kinds apart: an index leads to each. Where little is asked for, a lateral query that `offset 0` keeps apart is one
 * look into an index for each row: the planner, who does not know how few there are, might read whole tables instead.
 */
const MATCHES_GIVEN = `select p.assets, m.* from unnest($2::int[], $3::int[]) as p(component_id, assets)
    cross join lateral (select * from component_match m where m.component_id = p.component_id offset 0) m where p.assets > 0
  union all
  select p.assets, m.* from unnest($4::int[], $5::int[], $6::int[]) as p(component_id, advisory_id, assets)
    cross join lateral (
      select * from component_match m where m.component_id = p.component_id and m.advisory_id = p.advisory_id offset 0) m
    where p.assets > 0 and $1::int is not null`;

/** What findings should say, of matches and how many assets each concerns. */
const desiredOf = (
  matches: string,
): string => `select m.component_id, m.assets, m.advisory_id, a.name as advisory, a.aliases,
    a.summary, c.ecosystem, c.name as package, nullif(c.source_name, '') as source, c.version, c.purl, m.fixed_in, a.severity,
    a.cvss, a.epss, a.kev_added_at, m.risk,
    array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], a.severity)::smallint as severity_rank,
    m.urgency, m.record_id, a.published_at
  from (${matches}) m join component c on c.id = m.component_id join advisory a on a.id = m.advisory_id`;

const parametersOf = ({ components, matches }: Present): string[] => [
  idList(components.map((c) => c.componentId)),
  idList(components.map((c) => c.assetCount)),
  idList(matches.map((m) => m.componentId)),
  idList(matches.map((m) => m.advisoryId)),
  idList(matches.map((m) => m.assetCount)),
];

const CLOSE = `update finding f set status = 'fixed', fixed_at = now(), asset_count = 0`;
const CLOSE_ALL = `${CLOSE} where f.company_id = $1 and f.status = 'open' and not exists (
  select 1 from desired d where d.component_id = f.component_id and d.advisory_id = f.advisory_id) returning f.id`;
/** The status is asked last: an index that begins with it might be taken for the one that leads to the component. */
const IS_GONE = `f.status = 'open' and (p.assets = 0 or not exists (
  select 1 from component_match m where m.component_id = p.component_id and m.advisory_id = f.advisory_id))`;
const GONE_GIVEN = `select f.id from unnest($2::int[], $3::int[]) as p(component_id, assets)
    cross join lateral (
      select f.id, f.advisory_id, f.status from finding f
      where f.company_id = $1 and f.component_id = p.component_id offset 0) f where ${IS_GONE}
  union all
  select f.id from unnest($4::int[], $5::int[], $6::int[]) as p(component_id, advisory_id, assets)
    cross join lateral (
      select f.id, f.advisory_id, f.status from finding f
      where f.company_id = $1 and f.component_id = p.component_id and f.advisory_id = p.advisory_id offset 0) f
    where ${IS_GONE}`;

/** Closes what no match stands for any more, of what is looked at. Returns how many. */
const closeGone = async (tx: Tx, companyId: number, given: string[] | null): Promise<number> => {
  if (given === null) return (await tx.query(CLOSE_ALL, [companyId])).length;
  const gone = await tx.query<{ id: string }>(GONE_GIVEN, [companyId, ...given]);
  if (gone.length === 0) return 0;
  const ids = gone.map(({ id }) => id);
  return (
    await tx.query(`${CLOSE} where f.company_id = $1 and f.id = any($2::uuid[]) returning f.id`, [companyId, ids])
  ).length;
};

const SAID = `status, asset_count, advisory, aliases, summary, fixed_in, severity, cvss, epss, kev_added_at, risk, urgency,
  record_id, published_at`;
const said = (table: string): string => SAID.replaceAll(/\w+/g, (column) => `${table}.${column}`);
const SHOULD_SAY = `'open', d.assets, d.advisory, d.aliases, d.summary, d.fixed_in, d.severity, d.cvss, d.epss, d.kev_added_at,
  d.risk, d.urgency, d.record_id, d.published_at`;
/** Of everything most is said already: that is found out before anything is locked. */
const DIFFERS_ALL = `where not exists (
  select 1 from finding o where o.company_id = $1 and o.component_id = d.component_id and o.advisory_id = d.advisory_id
    and (${said("o")}) is not distinct from (${SHOULD_SAY}))`;

const WRITE = `insert into finding as f (company_id, id, component_id, advisory_id, advisory, aliases,
    summary, ecosystem, package, source, version, purl, fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk,
    urgency, record_id, status, asset_count, published_at)
  select $1, ${idFrom("$2")}, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl, fixed_in,
    severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, 'open', assets, published_at
  from desired d ${DIFFERS_ALL}
  on conflict (company_id, component_id, advisory_id) do update set advisory = excluded.advisory,
    aliases = excluded.aliases, summary = excluded.summary, fixed_in = excluded.fixed_in, severity = excluded.severity,
    severity_rank = excluded.severity_rank, cvss = excluded.cvss, epss = excluded.epss,
    kev_added_at = excluded.kev_added_at, risk = excluded.risk, urgency = excluded.urgency,
    record_id = excluded.record_id, asset_count = excluded.asset_count, published_at = excluded.published_at,
    reopened_at = case when f.status = 'fixed' then now() else f.reopened_at end,
    fixed_at = case when f.status = 'fixed' then null else f.fixed_at end, status = 'open'
  returning f.id, f.advisory, f.severity, f.package, f.risk,
    f.first_seen_at = now() or f.reopened_at is not distinct from now() as fresh`;

interface WrittenFinding {
  readonly id: string;
  readonly advisory: string;
  readonly severity: string;
  readonly package: string;
  readonly risk: number;
  readonly fresh: boolean;
}

/** Writes what is new or differs, of everything: of as much as this, a table of its own is joined. */
const writeAll = async (tx: Tx, companyId: number, only?: Present): Promise<WrittenFinding[]> => {
  const desired = desiredOf(only ? MATCHES_GIVEN : MATCHES_ALL);
  const parameters = only ? [companyId, ...parametersOf(only)] : [companyId];
  await tx.query(`create temp table desired on commit drop as ${desired}`, parameters);
  // Nobody has looked at the statistics of a table this new, nor perhaps of findings: without an index the planner may
  // compare each of one with each of the other.
  await tx.query("create unique index on desired (component_id, advisory_id)");
  return await tx.query<WrittenFinding>(WRITE, [companyId, timeOfIds()]);
};

/** The highest risk first. */
const inOrder = (opened: Refreshed["opened"]): Refreshed["opened"] =>
  opened.sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1));

/**
 * Makes a company's findings equal to what its inventories and the matches say, and writes only the differences: new ones
 * open, those that came back reopen, those whose component or advisory is gone are fixed, with their time. Recomputed and
 * never counted in place, so that running it twice, or after a kill, changes nothing. Needs the service role with the company
 * set, and one writer per company at a time, which `lockFindings` sees to. `only`: those components alone, when nothing else
 * has changed since the last time.
 */
export const refreshFindings = async (tx: Tx, companyId: number, only?: Present): Promise<Refreshed> => {
  const given = only === undefined || only.isAll === true ? null : parametersOf(only);
  const count = only === undefined ? Infinity : only.components.length + only.matches.length;
  if (given !== null && count === 0) return { opened: [], closedCount: 0, changedCount: 0 };
  const isFew = count <= GIVEN_MAX;
  if (given !== null && isFew) {
    const { opened, ...counts } = await refreshFew(tx, companyId, given);
    return { opened: inOrder(opened), ...counts };
  }
  const written = await writeAll(tx, companyId, only);
  const closedCount = await closeGone(tx, companyId, given);
  return { opened: inOrder(written.filter((w) => w.fresh)), closedCount, changedCount: written.length };
};
