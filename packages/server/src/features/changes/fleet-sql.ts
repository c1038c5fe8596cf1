import type { Tx } from "../../platform/db/index.ts";
import type { Day } from "./days.ts";
import { rowsOfDay } from "./sql.ts";

/** An inventory changed much when so many components came and went on a day (count). */
export const MUCH = 20;
/** Rows of the trail, and generations, that are read (count). */
const ROWS_MAX = 1_000;

/** Something that happened at a moment. */
export interface Happening {
  readonly at: Date;
  readonly id: string;
  readonly name: string;
}

/** An agent whose credential is in force reports for the asset named `a`, of the company `$1`: read once, not for each asset. */
const HAS_AGENT = `a.id in (
  select c.asset_id from credential c where c.company_id = $1 and c.kind = 'device' and c.revoked_at is null and c.asset_id is not null)`;
const DAYS = `select (n - 1)::int as n, a, z from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as x(a, z, n)`;
const boundsOf = (days: readonly Day[]): string[][] => [
  days.map(({ from }) => from.toISOString()),
  days.map(({ until }) => until.toISOString()),
];
const spanOf = (days: readonly Day[]): string[] => [
  days.at(-1)?.from.toISOString() ?? "",
  days[0]?.until.toISOString() ?? "",
];

/** A day's rows with how many it has. */
export interface OfDay {
  readonly n: number;
  readonly dayCount: number;
}

/** Assets by the day on which they were first seen, the newest first. */
export const newAssets = (
  tx: Tx,
  companyId: number,
  days: readonly Day[],
  groups: number,
): Promise<(Happening & OfDay & { kind: string; os: string })[]> =>
  tx.query(
    `with d as (${DAYS}), x as (
       select d.n, a.id, a.name, a.kind, a.os, a.first_seen_at as at,
         row_number() over (partition by d.n order by a.first_seen_at desc, a.id) as place,
         count(*) over (partition by d.n)::int as "dayCount"
       from asset a join d on a.first_seen_at >= d.a and a.first_seen_at < d.z
       where a.company_id = $1 and a.first_seen_at >= $5 and a.first_seen_at < $6)
     select n, id, name, kind, os, at, "dayCount" from x where place <= $4 order by n, place`,
    [companyId, ...boundsOf(days), groups, ...spanOf(days)],
  );

/** Assets with an agent by the day on which they became silent, and still are. */
export const silentAssets = (
  tx: Tx,
  companyId: number,
  days: readonly Day[],
  asked: { readonly groups: number; readonly offlineAfterSeconds: number },
): Promise<(Happening & OfDay)[]> =>
  tx.query(
    `with d as (${DAYS}),
     heard as materialized (
       select a.id, a.name, a.last_seen_at as at from asset a
       where a.company_id = $1 and a.last_seen_at >= $6::timestamptz - make_interval(secs => $5)
         and a.last_seen_at < $7::timestamptz - make_interval(secs => $5)),
     s as materialized (select a.* from heard a where ${HAS_AGENT}),
     x as (
       select d.n, s.id, s.name, s.at, row_number() over (partition by d.n order by s.at desc, s.id) as place,
         count(*) over (partition by d.n)::int as "dayCount"
       from s join d on s.at >= d.a - make_interval(secs => $5) and s.at < d.z - make_interval(secs => $5))
     select n, id, name, at, "dayCount" from x where place <= $4 order by n, place`,
    [companyId, ...boundsOf(days), asked.groups, asked.offlineAfterSeconds, ...spanOf(days)],
  );

/** Assets by the day on which 20 components and more came and went, most first; not with their first inventory, also when it came after midnight. */
export const changedInventories = (
  tx: Tx,
  companyId: number,
  days: readonly Day[],
  groups: number,
): Promise<(Happening & OfDay & { added: number; removed: number; isBounded: boolean })[]> =>
  tx.query(
    `with d as (${DAYS}),
     w as materialized (
       select d.n, d.a, x.* from d cross join lateral (
         select i.asset_id, i.at, cardinality(i.added) as added, cardinality(i.removed) as removed from inventory_delta i
         where i.company_id = $1 and i.at >= d.a and i.at < d.z order by i.at desc limit $5) x),
     s as (
       select n, asset_id, max(at) as at, sum(added)::int as added, sum(removed)::int as removed,
         (select count(*) from w b where b.n = w.n) >= $5 as bounded
       from w group by n, asset_id having sum(added) + sum(removed) >= ${MUCH}),
     t as (
       select s.*, a.name, row_number() over (partition by s.n order by s.added + s.removed desc, a.id) as place,
         count(*) over (partition by s.n)::int as day_count
       from s join d on d.n = s.n join asset a on a.company_id = $1 and a.id = s.asset_id
         and a.first_seen_at < d.a - interval '1 hour')
     select n, asset_id as id, name, at, added, removed, day_count as "dayCount", bounded as "isBounded"
     from t where place <= $4 order by n, place`,
    [companyId, ...boundsOf(days), groups, rowsOfDay(days.length)],
  );

/** Agents by the day on which they were enrolled, revoked, or found on two machines, newest first. */
export const agentEvents = (
  tx: Tx,
  companyId: number,
  days: readonly Day[],
  groups: number,
): Promise<(Happening & OfDay & { what: "enrolled" | "revoked" | "cloned" })[]> =>
  tx.query(
    `with d as (${DAYS}),
     known as materialized (select a.id, a.name from asset a where a.company_id = $1),
     e as (
       select 'enrolled' as what, c.created_at as at, c.asset_id from credential c
       where c.company_id = $1 and c.kind = 'device' and c.created_at >= $5 and c.created_at < $6
       union all
       select 'revoked', c.revoked_at, c.asset_id from credential c
       where c.company_id = $1 and c.kind = 'device' and c.revoked_at >= $5 and c.revoked_at < $6
       union all
       select 'cloned', h.cloned_at, c.asset_id from agent_chain h
       join credential c on c.company_id = h.company_id and c.id = h.agent_id
       where h.company_id = $1 and h.cloned_at >= $5 and h.cloned_at < $6),
     x as (
       select d.n, e.what, e.at, e.asset_id, row_number() over (partition by d.n order by e.what = 'cloned' desc, e.at desc, e.asset_id) as place,
         count(*) over (partition by d.n)::int as "dayCount"
       from e join d on e.at >= d.a and e.at < d.z where e.asset_id in (select k.id from known k))
     select x.n, x.what, x.at, a.id, a.name, x."dayCount" from x join known a on a.id = x.asset_id
     where x.place <= $4 order by x.n, x.place`,
    [companyId, ...boundsOf(days), groups, ...spanOf(days)],
  );

/** What people decided, newest first: rows of the trail about VEX documents and decisions, these with what they are about. */
export const decisionEvents = (
  tx: Tx,
  companyId: number,
  days: readonly Day[],
): Promise<
  { at: Date; actor: string; action: string; target: string; detail: Record<string, unknown>; scope: string | null }[]
> =>
  tx.query(
    `with recursive action as (
       (select action from audit_event where company_id = $1 order by action limit 1)
       union all
       select (select e.action from audit_event e where e.company_id = $1 and e.action > a.action order by e.action limit 1)
       from action a where a.action is not null)
     select e.at, e.actor, e.action, e.target, e.detail,
       (select d.scope from decision d where d.company_id = $1 and e.action like 'decision.%'
          and d.id = case when e.target ~ '^[0-9a-f-]{36}$' then e.target::uuid end) as scope
     from action a cross join lateral (
       select * from audit_event e where e.company_id = $1 and e.action = a.action and e.at >= $2 and e.at < $3
       order by e.at desc limit ${ROWS_MAX}) e
     where a.action like 'vex.%' or a.action like 'decision.%'
     order by e.at desc, e.id desc limit ${ROWS_MAX}`,
    [companyId, ...spanOf(days)],
  );

/** What of a company's assets is known: without it "nothing changed" says nothing. */
export const assetBasis = async (
  tx: Tx,
  companyId: number,
  offlineAfterSeconds: number,
): Promise<{ assetCount: number; withoutInventory: number; silentCount: number; newestInventoryAt: Date | null }> => {
  const [row] = await tx.query<Awaited<ReturnType<typeof assetBasis>>>(
    `with a as materialized (select id, last_seen_at, inventory_at from asset where company_id = $1)
     select count(*)::int as "assetCount", count(*) filter (where inventory_at is null)::int as "withoutInventory",
       (select count(*)::int from a
         where a.last_seen_at < now() - make_interval(secs => $2) and ${HAS_AGENT}) as "silentCount",
       max(inventory_at) as "newestInventoryAt"
     from a`,
    [companyId, offlineAfterSeconds],
  );
  return row ?? { assetCount: 0, withoutInventory: 0, silentCount: 0, newestInventoryAt: null };
};

/** Generations that came into force, newest first, with how many records more or fewer than the one before. Service role. */
export const publishedBetween = (
  tx: Tx,
  days: readonly Day[],
): Promise<{ id: number; at: Date; origin: string; records: number; before: number | null }[]> =>
  tx.query(
    `select g.id, g.published_at as at, g.origin, (g.meta ->> 'recordCount')::int as records,
       (select (b.meta ->> 'recordCount')::int from feed_generation b where b.id < g.id order by b.id desc limit 1) as before
     from feed_generation g where g.published_at >= $1 and g.published_at < $2 order by g.id desc limit ${ROWS_MAX}`,
    spanOf(days),
  );

/** Sources that are stale now, with when they became so. Service role. */
export const staleSources = (tx: Tx): Promise<{ feed: string; since: Date }[]> =>
  tx.query("select feed, min(since) as since from stale_source group by feed order by feed");
