import { RISK_POINTS } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { IS_CLOSED } from "../findings/index.ts";
import type { FixKey } from "./rules.ts";

/** The most that an asset adds to the risk of a finding. */
const POINTS_MAX = RISK_POINTS.exposure + RISK_POINTS.criticality;
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
/** On this asset a decision closes the finding. */
const DECIDED_THERE = `exists (
  select 1 from decision_asset o join decision_finding d on d.company_id = o.company_id and d.decision_id = o.decision_id
  where o.company_id = $1 and o.asset_id = h.asset_id and d.component_id = f.component_id and d.advisory_id = f.advisory_id
    and d.in_force)`;

/**
 * How the company stands, and how it would without these open findings. The inventories are gone through once, for the components of
 * what is taken away and of what could be the highest risk then: an asset adds POINTS_MAX at most, so nothing that is further below the
 * highest can be it.
 */
export const standingWithout = async (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
): Promise<{ before: Standing; after: Standing; touchedCount: number }> => {
  const [row] = await tx.query<{ before: Standing; after: Standing; touchedCount: number }>(
    `with gone as materialized (select id from unnest($2::uuid[]) as g(id)),
     f as materialized (
       select f.component_id, f.advisory_id, f.severity, f.kev_added_at, f.risk, g.id is not null as is_gone
       from finding f left join gone g on g.id = f.id
       where f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED}),
     highest as materialized (select coalesce(max(risk), 0) as risk from f where not is_gone),
     looked as materialized (
       select f.* from f, highest m where f.is_gone or (f.risk >= m.risk - ${POINTS_MAX})),
     held as materialized (
       select distinct i.asset_id, u.id as component_id from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and u.id in (select component_id from looked)),
     there as materialized (
       select h.asset_id, count(*) filter (where f.is_gone)::int as gone, max(f.risk) filter (where not f.is_gone) as risk
       from held h join looked f on f.component_id = h.component_id where not ${DECIDED_THERE} group by 1),
     assets as (
       select a.id, ${OPEN_ON} as open, a.weighted_risk, a.weighted_risk - a.risk as points,
         coalesce(t.gone, 0) as gone, t.risk from asset a left join there t on t.asset_id = a.id where a.company_id = $1)
     select json_build_object(${countsOf("true")},
         'risk', (select coalesce(max(weighted_risk), 0) from assets),
         'assetCount', (select count(*) from assets where open > 0)) as before,
       json_build_object(${countsOf("not f.is_gone")},
         'risk', (select coalesce(max(risk + points), 0) from assets),
         'assetCount', (select count(*) from assets where open - gone > 0)) as after,
       (select count(*)::int from assets where gone > 0) as "touchedCount"
     from f`,
    [companyId, ids],
  );
  return row as { before: Standing; after: Standing; touchedCount: number };
};
