import type { Severity } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

/**
 * The components that an asset had at a moment, ascending: those of now, with what came since taken out and what went since put
 * back. As true as its history reaches back.
 */
export const componentsAt = async (tx: Tx, companyId: number, assetId: string, at: string): Promise<number[]> => {
  const [row] = await tx.query<{ ids: number[] | null }>(
    `with later as (
       select source, id, added, removed from inventory_delta
       where company_id = $1 and asset_id = $2 and at > $3::timestamptz),
     touched as (
       select l.source, u.c, l.id, false as there from later l, unnest(l.added) as u(c)
       union all select l.source, u.c, l.id, true from later l, unnest(l.removed) as u(c)),
     before as (select distinct on (source, c) source, c, there from touched order by source, c, id),
     held as (
       select i.source, u.c from inventory i, unnest(i.component_ids) as u(c) where i.company_id = $1 and i.asset_id = $2)
     select array_agg(distinct x.c order by x.c) as ids from (
       select h.c from held h where not exists (select 1 from before b where b.source = h.source and b.c = h.c)
       union all select c from before where there) x`,
    [companyId, assetId, at],
  );
  return row?.ids ?? [];
};

/** The asset of the same kind and name on another branch; null when there is none. */
export const branchOf = async (
  tx: Tx,
  companyId: number,
  asset: { kind: string; name: string },
  branch: string,
): Promise<string | null> =>
  (
    await tx.query<{ id: string }>(
      "select id from asset where company_id = $1 and kind = $2 and name = $3 and branch = $4 order by first_seen_at limit 1",
      [companyId, asset.kind, asset.name, branch],
    )
  )[0]?.id ?? null;

export interface DiffedComponent {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** What components are. Service role. */
export const describeComponents = (tx: Tx, ids: readonly number[]): Promise<DiffedComponent[]> =>
  tx.query("select name, version, purl from component where id = any($1::int[])", [`{${ids.join(",")}}`]);

export interface DiffedFinding {
  readonly advisory: string;
  readonly severity: Severity;
  readonly risk: number;
  readonly kev: boolean;
  readonly ecosystem: string;
  readonly package: string;
  readonly version: string;
  readonly fixedIn: string | null;
  /** Of all of them. */
  readonly count: number;
}

const OPEN = (match: string): string => `not exists (
  select 1 from vex_effect e where e.company_id = $1 and e.component_id = ${match}.component_id
    and e.advisory_id = ${match}.advisory_id and e.closes)`;

/**
 * Findings that `own` components make and no `other` component of the same name does, one for each advisory and name, highest
 * risk first. Service role with the company set.
 */
export const findingsOnlyOf = (
  tx: Tx,
  companyId: number,
  own: readonly number[],
  other: readonly number[],
  limit: number,
): Promise<DiffedFinding[]> =>
  tx.query(
    `with theirs as materialized (
       select m.advisory_id, c.ecosystem, c.name from unnest($3::int[]) as u(id)
       join component_match m on m.component_id = u.id join component c on c.id = m.component_id where ${OPEN("m")}),
     ours as (
       select distinct on (m.advisory_id, c.ecosystem, c.name) m.advisory_id, c.ecosystem, c.name, c.version, m.risk, m.fixed_in
       from unnest($2::int[]) as u(id) join component_match m on m.component_id = u.id join component c on c.id = m.component_id
       where ${OPEN("m")} order by m.advisory_id, c.ecosystem, c.name, m.risk desc, c.version)
     select a.name as advisory, a.severity, o.risk::float8 as risk, a.kev_added_at is not null as kev, o.ecosystem,
       o.name as package, o.version, o.fixed_in as "fixedIn", (count(*) over ())::int as count
     from ours o join advisory a on a.id = o.advisory_id
     where not exists (
       select 1 from theirs t where t.advisory_id = o.advisory_id and t.ecosystem = o.ecosystem and t.name = o.name)
     order by o.risk desc, a.name, o.name limit $4`,
    [companyId, `{${own.join(",")}}`, `{${other.join(",")}}`, limit],
  );
