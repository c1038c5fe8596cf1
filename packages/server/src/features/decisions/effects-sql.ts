import type { Tx } from "../../platform/db/index.ts";
import type { Value } from "../findings/index.ts";
import type { ScopeSql } from "./rules.ts";

/** A decision that is not over. */
export interface LiveDecision {
  readonly id: string;
  readonly scope: string;
  readonly byAsset: boolean;
}

/** Decisions that stand now, the oldest first. */
export const liveDecisions = (tx: Tx, companyId: number): Promise<LiveDecision[]> =>
  tx.query(
    `select id, scope, by_asset as "byAsset" from decision
     where company_id = $1 and ended_at is null and revoked_at is null and expires_at > now()
       and (not needs_approval or approved_at is not null) order by created_at, id`,
    [companyId],
  );

/** A decision that came to its end just now, with the findings that it closed. */
export interface EndedDecision {
  readonly id: string;
  readonly isRevoked: boolean;
  readonly findingIds: string[];
}

/** Ends the decisions that were revoked or ran out: nothing of what they said is left. Of the components that these concerned others may stand. */
export const endDecisions = async (
  tx: Tx,
  companyId: number,
): Promise<{ ended: EndedDecision[]; components: number[] }> => {
  const over = await tx.query<EndedDecision>(
    `update decision d set ended_at = now()
     where d.company_id = $1 and d.ended_at is null and (d.revoked_at is not null or d.expires_at <= now())
     returning d.id, d.revoked_at is not null as "isRevoked", array(
       select f.id from decision_finding c cross join lateral (
         select f.id, f.status from finding f
         where f.company_id = $1 and f.component_id = c.component_id and f.advisory_id = c.advisory_id offset 0) f
       where c.company_id = d.company_id and c.decision_id = d.id and c.closes and f.status = 'open') as "findingIds"`,
    [companyId],
  );
  const ids = over.map((d) => d.id);
  if (ids.length === 0) return { ended: [], components: [] };
  const concerned = await tx.query<{ id: number }>(
    `with gone as (
       delete from decision_finding where company_id = $1 and decision_id = any($2::uuid[]) returning component_id)
     select distinct component_id as id from gone`,
    [companyId, ids],
  );
  await tx.query("delete from decision_asset where company_id = $1 and decision_id = any($2::uuid[])", [
    companyId,
    ids,
  ]);
  return { ended: over.sort((a, b) => (a.id < b.id ? -1 : 1)), components: concerned.map(({ id }) => id) };
};

/** A finding that became worse than what was decided. */
export interface Lapse {
  readonly decisionId: string;
  readonly findingId: string;
  readonly componentId: number;
  readonly advisory: string;
  readonly lapse: "severity" | "kev";
}

/** Ends what decisions say of findings whose severity rose, or that are known to be exploited since. */
export const lapseWorse = (tx: Tx, companyId: number): Promise<Lapse[]> =>
  tx.query(
    `update decision_finding d set lapsed_at = now(), in_force = false, closes = false,
       lapse = case when f.severity_rank > d.severity_rank then 'severity' else 'kev' end
     from finding f
     where d.company_id = $1 and d.lapsed_at is null and f.company_id = $1 and f.component_id = d.component_id
       and f.advisory_id = d.advisory_id and f.status = 'open'
       and (f.severity_rank > d.severity_rank or (f.kev_added_at is not null and not d.is_kev))
     returning d.decision_id as "decisionId", f.id as "findingId", f.component_id as "componentId", f.advisory, d.lapse`,
    [companyId],
  );

const valuesOf = (first: readonly unknown[]): { values: unknown[]; value: Value } => {
  const values = [...first];
  return { values, value: (v) => `$${values.push(v)}` };
};

/** Makes the assets of a decision those that its scope names. Returns how many are other than before. */
export const refreshDecidedAssets = async (
  tx: Tx,
  companyId: number,
  id: string,
  condition: (value: Value) => string,
): Promise<number> => {
  const { values, value } = valuesOf([companyId, id]);
  const rows = await tx.query(
    `with named as materialized (select a.id from asset a where a.company_id = $1 and ${condition(value)}),
     gone as (
       delete from decision_asset o where o.company_id = $1 and o.decision_id = $2
         and not exists (select 1 from named n where n.id = o.asset_id) returning 1),
     come as (
       insert into decision_asset (company_id, decision_id, asset_id) select $1, $2, id from named
       on conflict do nothing returning 1)
     select 1 from gone union all select 1 from come`,
    values,
  );
  return rows.length;
};

/** A look into an index for each component, whatever the planner thinks of how many there are. */
const findingsOf = (components: string): string => `unnest(${components}::int[]) as t(id) cross join lateral (
  select * from finding f where f.company_id = $1 and f.component_id = t.id offset 0) f`;

/** Which findings are looked at: those of these components, or all. */
export type Among = readonly number[] | null;
const listOf = (among: readonly number[]): string => `{${among.join(",")}}`;

/**
 * Makes the findings of a decision those that its scope names, and keeps how bad each was when it came to be one. Call it after its
 * assets are right. Returns how many are other than before.
 */
export const refreshDecidedFindings = async (
  tx: Tx,
  companyId: number,
  { id, byAsset }: LiveDecision,
  { findings, among }: { findings: ScopeSql["findings"]; among: Among },
): Promise<number> => {
  const { values, value } = valuesOf([companyId, id]);
  const given = among === null ? null : value(listOf(among));
  const held = `f.component_id in (
    select unnest(i.component_ids) from inventory i
    join decision_asset o on o.company_id = i.company_id and o.asset_id = i.asset_id
    where i.company_id = $1 and o.decision_id = $2)`;
  const parts = ["f.company_id = $1", "f.status = 'open'", ...(byAsset ? [held] : [])];
  if (findings !== null) parts.push(findings(value));
  const rows = await tx.query(
    `with named as materialized (
       select f.component_id, f.advisory_id, f.severity_rank, f.kev_added_at is not null as is_kev
       from ${given === null ? "finding f" : findingsOf(given)} where ${parts.join(" and ")}),
     gone as (
       update decision_finding d set in_force = false, closes = false
       where d.company_id = $1 and d.decision_id = $2 and d.in_force ${given === null ? "" : `and d.component_id = any(${given}::int[])`}
         and not exists (
         select 1 from named n where n.component_id = d.component_id and n.advisory_id = d.advisory_id) returning 1),
     come as (
       insert into decision_finding as d (company_id, decision_id, component_id, advisory_id, severity_rank, is_kev, in_force, closes)
       select $1, $2, component_id, advisory_id, severity_rank, is_kev, true, ${!byAsset} from named
       on conflict (company_id, component_id, advisory_id, decision_id) do update set in_force = true, closes = excluded.closes
       where d.lapsed_at is null and not d.in_force returning 1)
     select 1 from gone union all select 1 from come`,
    values,
  );
  return rows.length;
};

/**
 * Where decisions name assets: counts for each of their findings on how many of the assets that have it one of them stands, and says whether
 * these are all. Returns how many are other than before.
 */
export const refreshCovered = async (tx: Tx, companyId: number, among: Among): Promise<number> => {
  // of decisions just made nobody has statistics: taken for a few, each would be compared with each
  await tx.query("set local enable_nestloop = off");
  const rows = await tx.query(
    `with partly as materialized (
       select c.component_id, c.advisory_id, c.decision_id from decision_finding c
       join decision d on d.company_id = c.company_id and d.id = c.decision_id
       where c.company_id = $1 and c.in_force and d.by_asset ${among === null ? "" : "and c.component_id = any($2::int[])"}),
     holders as materialized (
       select distinct u.id as component_id, i.asset_id from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and u.id in (select component_id from partly)),
     alike as materialized (
       select component_id, decisions, array_agg(advisory_id) as advisories from (
         select component_id, advisory_id, array_agg(decision_id order by decision_id) as decisions from partly group by 1, 2) x
       group by 1, 2),
     counted as (
       select component_id, decisions, count(asset_id)::int as held, (count(*) filter (where is_decided))::int as decided
       from (
         select p.component_id, p.decisions, h.asset_id, bool_or(o.asset_id is not null) as is_decided
         from (select component_id, decisions, unnest(decisions) as decision_id from alike) p
         left join holders h on h.component_id = p.component_id
         left join decision_asset o on o.company_id = $1 and o.decision_id = p.decision_id and o.asset_id = h.asset_id
         group by 1, 2, 3) x group by 1, 2),
     told as (
       select n.*, unnest(advisories) as advisory_id from counted n join alike using (component_id, decisions))
     update decision_finding c set closes = n.decided >= n.held, decided_count = n.decided
     from told n join partly p using (component_id, advisory_id)
     where c.company_id = $1 and c.component_id = p.component_id and c.advisory_id = p.advisory_id
       and c.decision_id = p.decision_id and (c.closes, c.decided_count) <> (n.decided >= n.held, n.decided) returning 1`,
    among === null ? [companyId] : [companyId, listOf(among)],
  );
  await tx.query("set local enable_nestloop = on");
  return rows.length;
};
