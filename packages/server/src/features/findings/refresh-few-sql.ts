import type { Tx } from "../../platform/db/index.ts";

/** What refreshing findings did. */
export interface Refreshed {
  readonly opened: { id: string; advisory: string; severity: string; package: string; risk: number }[];
  readonly closedCount: number;
  readonly changedCount: number;
}

/**
 * What is looked at, as pairs: of components all their matches and open findings, and single matches. Where little is asked for, a
 * lateral query that `offset 0` keeps apart is one look into an index for each row: the planner, who does not know how few there
 * are, might read whole tables instead. The status is asked last: an index that begins with it might be taken for the one that leads to the component.
 */
const PAIRS = `select p.component_id, x.advisory_id, p.assets from unnest($2::int[], $3::int[]) as p(component_id, assets)
    cross join lateral (
      select m.advisory_id from component_match m where m.component_id = p.component_id and p.assets > 0
      union
      select f.advisory_id from (
        select advisory_id, status from finding where company_id = $1 and component_id = p.component_id offset 0) f
      where f.status = 'open') x
  union all
  select * from unnest($4::int[], $5::int[], $6::int[]) as p(component_id, advisory_id, assets)`;

/** Columns that a finding takes over from its match and advisory, with where they come from. What its component is called stays. */
const SAYS = {
  advisory: "a.name",
  aliases: "a.aliases",
  summary: "a.summary",
  fixed_in: "m.fixed_in",
  severity: "a.severity",
  cvss: "a.cvss",
  epss: "a.epss",
  kev_added_at: "a.kev_added_at",
  risk: "m.risk",
  urgency: "m.urgency",
  record_id: "m.record_id",
  published_at: "a.published_at",
};
const COLUMNS = Object.keys(SAYS);
const listed = (table: string): string => COLUMNS.map((column) => `${table}.${column}`).join(", ");
const RANK = `array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], s.severity)::smallint`;

/** Each pair with what its finding should say, if there is a match, and the finding that there is. */
const STANDING = `select p.component_id, p.advisory_id, p.assets, m.component_id is not null as is_match, f.id, f.ctid, f.status,
    ${Object.entries(SAYS)
      .map(([column, from]) => `${from} as ${column}`)
      .join(", ")},
    (f.status, f.asset_count, ${listed("f")})
      is distinct from ('open', p.assets, ${Object.values(SAYS).join(", ")}) as differs
  from (${PAIRS}) p
    left join lateral (
      select * from component_match m
      where m.component_id = p.component_id and m.advisory_id = p.advisory_id and p.assets > 0 offset 0) m on true
    left join lateral (select * from advisory a where a.id = m.advisory_id offset 0) a on true
    left join lateral (
      select f.ctid, f.id, f.status, f.asset_count, ${listed("f")} from finding f
      where f.company_id = $1 and f.component_id = p.component_id and f.advisory_id = p.advisory_id offset 0) f on true`;

const WRITTEN = "f.id, f.advisory, f.severity, f.package, f.risk";

/**
 * An id that begins with the time, which the parameter named holds as six bytes: findings that are opened together lie together in each index
 * that ends with the id, where of random ones each would write a page of its own.
 */
export const idFrom = (time: string): string =>
  `encode(overlay(uuid_send(gen_random_uuid()) placing ${time}::bytea from 1 for 6), 'hex')::uuid`;

const TIME_BYTES = 6;
/** The time now, for `idFrom`. */
export const timeOfIds = (): Buffer => {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeUIntBE(Date.now(), 0, TIME_BYTES);
  return bytes;
};

/**
 * One statement finds each finding once, and writes it once. A plain update of those that exist: `on conflict` would look for them
 * and lock them first. What was found is led to by its place, which needs no index; as an array, since a join might read all
 * findings of the company. A place is good for as long as a statement, and the company leaves one partition.
 */
const REFRESH = `with standing as materialized (${STANDING}),
  closed as (
    update finding f set status = 'fixed', fixed_at = now(), asset_count = 0
    from standing s where f.company_id = $1 and f.ctid = any(array(select ctid from standing where not is_match and status = 'open'))
      and s.ctid = f.ctid returning 1),
  altered as (
    update finding f set ${COLUMNS.map((column) => `${column} = s.${column}`).join(", ")}, severity_rank = ${RANK},
      asset_count = s.assets, reopened_at = case when f.status = 'fixed' then now() else f.reopened_at end,
      fixed_at = case when f.status = 'fixed' then null else f.fixed_at end, status = 'open'
    from standing s where f.company_id = $1 and f.ctid = any(array(select ctid from standing where is_match and differs)) and s.ctid = f.ctid
    returning ${WRITTEN}, s.status = 'fixed' as fresh),
  added as (
    insert into finding as f (company_id, id, component_id, advisory_id, ${COLUMNS.join(", ")}, severity_rank, ecosystem, package, source,
      version, purl, status, asset_count)
    select $1, ${idFrom("$7")}, s.component_id, s.advisory_id, ${listed("s")}, ${RANK}, c.ecosystem, c.name, nullif(c.source_name, ''), c.version,
      c.purl, 'open', s.assets
    from standing s join component c on c.id = s.component_id where s.is_match and s.id is null
    returning ${WRITTEN}, true as fresh),
  written as (select * from altered union all select * from added)
  select (select count(*) from closed)::int as "closedCount", count(*)::int as "changedCount",
    coalesce(json_agg(json_build_object('id', id, 'advisory', advisory, 'severity', severity, 'package', package, 'risk', risk))
      filter (where fresh), '[]') as opened
  from written`;

/**
 * Makes the findings of some components and of some single matches true: five lists in PostgreSQL's text, of the components and how
 * many assets have each, and of the matches' components, advisories and assets. No match is of one of the components. What is
 * opened comes in any order.
 */
export const refreshFew = async (tx: Tx, companyId: number, given: readonly string[]): Promise<Refreshed> =>
  (await tx.prepared<Refreshed>("refresh-few", REFRESH, [companyId, ...given, timeOfIds()]))[0] as Refreshed;
