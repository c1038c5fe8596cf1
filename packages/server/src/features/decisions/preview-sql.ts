import type { Tx } from "../../platform/db/index.ts";
import { decidedCounts, IS_CLOSED, isDecidedOn, isDecidedSomewhere, type Value } from "../findings/index.ts";
import type { ScopeSql } from "./rules.ts";

/** Findings that a preview names (count). */
const EXAMPLES = 5;

export interface PreviewRecord {
  /** Open findings that the scope names, and those of them of which every asset is decided on. */
  findingCount: number;
  closedCount: number;
  /** Assets with one of them. */
  assetCount: number;
  /** Risk times assets of what is hidden, and of all that is open. */
  hidden: number;
  total: number;
  examples: { id: string; advisory: string; package: string; version: string; severity: string; risk: number }[];
}

/** What a decision would do now, in numbers; nothing is changed. What others decide already on some assets is not decided once more. */
export const previewOf = async (tx: Tx, companyId: number, { assets, findings }: ScopeSql): Promise<PreviewRecord> => {
  const values: unknown[] = [companyId];
  const value: Value = (v) => `$${values.push(v)}`;
  const there = assets === null ? "true" : assets(value);
  const isPartly = await isDecidedSomewhere(tx, companyId);
  const left = isPartly ? "f.asset_count - coalesce(d.assets, 0)" : "f.asset_count";
  const partly = isPartly
    ? `left join ${decidedCounts(tx)} d on d.component_id = f.component_id and d.advisory_id = f.advisory_id`
    : "";
  // most companies have no decisions on some assets: then assets are counted by component
  const met = isPartly
    ? `open_there as materialized (
         select f.id, h.asset_id from named f join held h on h.component_id = f.component_id where not ${isDecidedOn("h.asset_id")}),
       met as materialized (
         select n.*, c.assets from named n join (select id, count(*)::int as assets from open_there group by 1) c on c.id = n.id)`
    : `open_there as (select component_id, asset_id from held),
       met as materialized (
         select n.*, c.assets from named n
         join (select component_id, count(*)::int as assets from held group by 1) c on c.component_id = n.component_id)`;
  const [row] = await tx.query<PreviewRecord>(
    `with open as materialized (
       select f.*, ${left} as left_count from finding f ${partly}
       where f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED}),
     named as materialized (select f.* from open f where ${findings === null ? "true" : findings(value)}),
     held as materialized (
       select distinct i.asset_id, u.id as component_id from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and u.id in (select component_id from named)
         and i.asset_id in (select a.id from asset a where a.company_id = $1 and ${there})),
     ${met}
     select count(*)::int as "findingCount", (count(*) filter (where assets >= left_count))::int as "closedCount",
       (select count(distinct h.asset_id)::int from open_there h) as "assetCount",
       coalesce(sum(risk * assets), 0)::float8 as hidden,
       (select coalesce(sum(risk * left_count), 0)::float8 from open) as total,
       coalesce((select json_agg(x) from (
         select id, advisory, coalesce(source, package) as package, version, severity, risk from met
         order by risk desc, id limit ${EXAMPLES}) x), '[]') as examples
     from met`,
    values,
  );
  return row ?? { findingCount: 0, closedCount: 0, assetCount: 0, hidden: 0, total: 0, examples: [] };
};
