import type { Tx } from "../../platform/db/index.ts";
import { IS_CLOSED, isDecidedSomewhere } from "../findings/index.ts";
import type { FixKey } from "./rules.ts";

const SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"] as const;

/** Open findings of some packages for which a fix is known. */
export const fixableOf = (
  tx: Tx,
  companyId: number,
  keys: readonly FixKey[],
): Promise<{ id: string; ecosystem: string; package: string; fixedIn: string }[]> =>
  tx.query(
    `select f.id, f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in as "fixedIn" from finding f
     where f.company_id = $1 and f.status = 'open' and f.fixed_in is not null and not ${IS_CLOSED}
       and (f.ecosystem, coalesce(f.source, f.package)) in (select * from unnest($2::text[], $3::text[]))`,
    [companyId, keys.map((k) => k.ecosystem), keys.map((k) => k.package)],
  );

/** Ids of the open findings of a condition on the table named `f`. */
export const openOf = async (
  tx: Tx,
  condition: (value: (value: unknown) => string) => string,
  companyId: number,
): Promise<string[]> => {
  const values: unknown[] = [companyId];
  const where = condition((v) => `$${values.push(v)}`);
  const rows = await tx.query<{ id: string }>(
    `select f.id from finding f where f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED} and ${where}`,
    values,
  );
  return rows.map((row) => row.id);
};

export interface Standing {
  readonly risk: number;
  readonly findingCount: number;
  readonly kevCount: number;
  readonly assetCount: number;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
}

const countsOf = (where: string): string =>
  [
    ...SEVERITIES.map((one) => `'${one}', count(*) filter (where f.severity = '${one}' and ${where})`),
    `'findingCount', count(*) filter (where ${where})`,
    `'kevCount', count(*) filter (where f.kev_added_at is not null and ${where})`,
  ].join(", ");

const OPEN_ON = SEVERITIES.map((one) => `a."${one}"`).join(" + ");

/**
 * Where decisions stand on some assets alone they are asked for each finding of each asset; most companies have none, and then the
 * highest risk of a component is enough.
 */
const partsOf = (isDecidedThere: boolean) => ({
  decided: isDecidedThere
    ? `decided as materialized (
         select distinct o.asset_id, d.component_id, d.advisory_id from decision_asset o
         join decision_finding d on d.company_id = o.company_id and d.decision_id = o.decision_id
         where o.company_id = $1 and d.in_force),`
    : "",
  near: isDecidedThere
    ? "select component_id, advisory_id, risk from f where not is_gone"
    : "select component_id, 0 as advisory_id, max(risk) as risk from f where not is_gone group by 1",
  isOpenThere: (h: string, f: string): string =>
    isDecidedThere
      ? `where not exists (select 1 from decided d where d.asset_id = ${h}.asset_id and d.component_id = ${f}.component_id
           and d.advisory_id = ${f}.advisory_id)`
      : "",
});

/**
 * How the company stands, and how it would without these open findings. Its risk then is the highest risk that is left, or that of a
 * rated asset, which adds points: only those are gone through, and only for what is no further below the highest than the points that
 * an asset adds. Of all inventories only what is taken away is looked for.
 */
export const standingWithout = async (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
): Promise<{ before: Standing; after: Standing; touchedCount: number }> => {
  const { decided, near, isOpenThere } = partsOf(await isDecidedSomewhere(tx, companyId));
  const [row] = await tx.query<{ before: Standing; after: Standing; touchedCount: number }>(
    `with gone as materialized (select id from unnest($2::uuid[]) as g(id)), ${decided}
     f as materialized (
       select f.component_id, f.advisory_id, f.severity, f.kev_added_at, f.risk, g.id is not null as is_gone
       from finding f left join gone g on g.id = f.id
       where f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED}),
     rated as materialized (
       select a.id, a.weighted_risk - a.risk as points from asset a where a.company_id = $1 and a.weighted_risk > a.risk),
     highest as materialized (
       select (select coalesce(max(risk), 0) from f where not is_gone) as risk,
         (select coalesce(max(points), 0) from rated) as points),
     near as materialized (select n.* from (${near}) n, highest m where n.risk >= m.risk - m.points and m.points > 0),
     risks as (
       select h.asset_id, max(n.risk) as risk from (
         select i.asset_id, u.id as component_id from inventory i, unnest(i.component_ids) as u(id)
         where i.company_id = $1 and i.asset_id in (select id from rated)) h
       join near n on n.component_id = h.component_id ${isOpenThere("h", "n")} group by 1),
     taken as materialized (select component_id, advisory_id from f where is_gone),
     with_taken as materialized (
       select distinct i.asset_id, u.id as component_id from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and u.id in (select component_id from taken)),
     there as materialized (
       select h.asset_id, count(*)::int as gone from with_taken h join taken n on n.component_id = h.component_id
       ${isOpenThere("h", "n")} group by 1),
     assets as (
       select ${OPEN_ON} as open, a.weighted_risk, coalesce(t.gone, 0) as gone
       from asset a left join there t on t.asset_id = a.id where a.company_id = $1)
     select json_build_object(${countsOf("true")},
         'risk', (select coalesce(max(weighted_risk), 0) from assets),
         'assetCount', (select count(*) from assets where open > 0)) as before,
       json_build_object(${countsOf("not f.is_gone")},
         'risk', greatest((select risk from highest),
           (select max(r.risk + p.points) from risks r join rated p on p.id = r.asset_id)),
         'assetCount', (select count(*) from assets where open - gone > 0)) as after,
       (select count(*)::int from assets where gone > 0) as "touchedCount"
     from f`,
    [companyId, ids],
  );
  return row as { before: Standing; after: Standing; touchedCount: number };
};
