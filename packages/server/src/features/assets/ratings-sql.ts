import {
  type AssetRating,
  assetPoints,
  CRITICALITIES,
  type Criticality,
  EXPOSURES,
  type Exposure,
} from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

/** A rule as the database asks it. */
export interface RatingRule {
  readonly name: string;
  readonly criticality: Criticality | null;
  readonly exposure: Exposure | null;
  /** A condition on the table of assets named `a`; values become parameters. */
  readonly condition: (value: (value: unknown) => string) => string;
}

const KINDS = ["criticality", "exposure"] as const;
type Kind = (typeof KINDS)[number];

/** For one of the two: the first rule that matches and sets it, as a number from 1. */
const firstThat = (rules: readonly RatingRule[], kind: Kind): string => {
  const cases = rules.flatMap((rule, i) => (rule[kind] === null ? [] : [`when m.met[${i + 1}] then ${i + 1}`]));
  return cases.length === 0 ? "null::int" : `case ${cases.join(" ")} end`;
};

/**
 * Every asset, or those of `ids`, as `next`: how the rules rate it and by whom. What is set by hand stays. `$1` is the company. Answers
 * the statement's head and its parameters. Materialized: else each condition would be asked again wherever its answer is used.
 */
const nextOf = (companyId: number, rules: readonly RatingRule[], ids: readonly string[] | null) => {
  const values: unknown[] = [companyId, ids];
  const value = (v: unknown): string => `$${values.push(v)}`;
  const conditions = rules.map(({ condition }) => `coalesce(${condition(value)}, false)`);
  const names = value(rules.map((rule) => `rule:${rule.name}`));
  const rated = KINDS.map((kind) => {
    const levels = value(rules.map((rule) => rule[kind]));
    return `case when r.${kind}_by = 'hand' then r.${kind} else (${levels}::text[])[r.${kind}_rule] end as ${kind},
      case when r.${kind}_by = 'hand' then 'hand' else coalesce((${names}::text[])[r.${kind}_rule], '') end as ${kind}_by`;
  });
  const head = `met as materialized (
       select a.id, a.risk, a.weighted_risk, ${KINDS.map((k) => `a.${k}, a.${k}_by`).join(", ")},
         array[${conditions.join(", ")}]::boolean[] as met
       from asset a where a.company_id = $1 and ($2::uuid[] is null or a.id = any($2))),
     ruled as materialized (select m.*, ${KINDS.map((kind) => `${firstThat(rules, kind)} as ${kind}_rule`).join(", ")} from met m),
     next as materialized (
       select r.id, r.risk, r.met, ${KINDS.map((k) => `r.${k} as former_${k}, r.${k}_by as former_${k}_by, r.${k}_rule`).join(", ")},
         ${rated.join(", ")} from ruled r)`;
  return { head, values };
};

const DIFFERS = `row(n.former_criticality, n.former_criticality_by, n.former_exposure, n.former_exposure_by)
  is distinct from row(n.criticality, n.criticality_by, n.exposure, n.exposure_by)`;

/** Rates assets by these rules, and writes what differs. Locks by id, as inventories do. Returns the ids that are rated otherwise than before. */
export const rateByRules = async (
  tx: Tx,
  companyId: number,
  rules: readonly RatingRule[],
  ids: readonly string[] | null,
): Promise<string[]> => {
  const { head, values } = nextOf(companyId, rules, ids);
  const rows = await tx.query<{ id: string }>(
    `with ${head},
     changed as materialized (
       select n.* from next n join asset a on a.company_id = $1 and a.id = n.id where ${DIFFERS}
       order by a.id for no key update of a)
     update asset a set criticality = c.criticality, criticality_by = c.criticality_by, exposure = c.exposure,
       exposure_by = c.exposure_by
     from changed c where a.company_id = $1 and a.id = c.id returning a.id`,
    values,
  );
  return rows.map((row) => row.id).sort();
};

/** What a level would have: assets after, and those of them that have another one now. */
export interface LevelCount<Level> {
  readonly value: Level | null;
  readonly count: number;
  readonly becoming: number;
}

export interface RatingPreview {
  readonly assetCount: number;
  readonly changedCount: number;
  /** Assets on which one of the two is set by hand, which stays. */
  readonly handCount: number;
  readonly riskBefore: number;
  readonly riskAfter: number;
  readonly criticality: LevelCount<Criticality>[];
  readonly exposure: LevelCount<Exposure>[];
  /** In the order of the rules: assets of the condition, and those of them on which the rule decides something. */
  readonly rules: { readonly matchedCount: number; readonly decidesCount: number }[];
}

const levelsOf = (kind: Kind): string => `(select json_agg(x) from (
  select n.${kind} as value, count(*)::int as count,
    count(*) filter (where n.${kind} is distinct from n.former_${kind})::int as becoming from next n group by 1) x)`;

/** The points of a rating, as the column weighted_risk has them. */
const POINTS = ((): string => {
  const none: AssetRating = { criticality: null, exposure: null };
  const exposures = EXPOSURES.map((exposure) => `when '${exposure}' then ${assetPoints({ ...none, exposure })}`);
  const criticalities = CRITICALITIES.map(
    (criticality) => `when '${criticality}' then ${assetPoints({ ...none, criticality })}`,
  );
  return `(case n.exposure ${exposures.join(" ")} else 0 end + case n.criticality ${criticalities.join(" ")} else 0 end)`;
})();

/** What the asset of the table of this name adds to the risk of each finding on it. */
export const assetPointsSql = (table: string): string => POINTS.replaceAll("n.", `${table}.`);

/** What these rules would do to the company's assets; nothing is changed. */
export const ratingPreview = async (
  tx: Tx,
  companyId: number,
  rules: readonly RatingRule[],
): Promise<RatingPreview> => {
  const { head, values } = nextOf(companyId, rules, null);
  const perRule = rules.map(
    (
      _,
      i,
    ) => `json_build_object('matchedCount', count(*) filter (where n.met[${i + 1}]), 'decidesCount', count(*) filter (where
      (n.criticality_rule = ${i + 1} and n.criticality_by <> 'hand') or (n.exposure_rule = ${i + 1} and n.exposure_by <> 'hand')))`,
  );
  const [row] = await tx.query<RatingPreview>(
    `with ${head}
     select count(*)::int as "assetCount", count(*) filter (where ${DIFFERS})::int as "changedCount",
       count(*) filter (where n.criticality_by = 'hand' or n.exposure_by = 'hand')::int as "handCount",
       coalesce((select max(weighted_risk) from met), 0)::float8 as "riskBefore",
       coalesce(max(case when n.risk > 0 then n.risk + ${POINTS} else 0 end), 0)::float8 as "riskAfter",
       coalesce(${levelsOf("criticality")}, '[]') as criticality, coalesce(${levelsOf("exposure")}, '[]') as exposure,
       json_build_array(${perRule.join(", ")}) as rules
     from next n`,
    values,
  );
  return row as RatingPreview;
};

/** How one asset is rated, locked until the transaction ends; null when there is no such asset. */
export const ratingForUpdate = async (tx: Tx, companyId: number, id: string) =>
  (
    await tx.query<{
      name: string;
      criticality: Criticality | null;
      criticalityBy: string;
      exposure: Exposure | null;
      exposureBy: string;
    }>(
      `select name, criticality, criticality_by as "criticalityBy", exposure, exposure_by as "exposureBy" from asset
       where company_id = $1 and id = $2 for no key update`,
      [companyId, id],
    )
  )[0] ?? null;

/** Sets one of the two by hand; null gives it back to the rules. */
export const rateByHand = async (
  tx: Tx,
  companyId: number,
  id: string,
  kind: Kind,
  level: string | null,
): Promise<void> => {
  await tx.query(
    kind === "criticality"
      ? "update asset set criticality = $3, criticality_by = $4 where company_id = $1 and id = $2"
      : "update asset set exposure = $3, exposure_by = $4 where company_id = $1 and id = $2",
    [companyId, id, level, level === null ? "" : "hand"],
  );
};

/** How the assets are rated that have a component: how many, and which adds the most points to the risk. */
export interface RatedHolders {
  readonly count: number;
  readonly internet: number;
  readonly internal: number;
  readonly isolated: number;
  readonly critical: number;
  readonly mostCritical: Criticality | null;
  readonly worst: { id: string; name: string; criticality: Criticality | null; exposure: Exposure | null } | null;
}

/**
 * How the assets are rated that have a finding, but for those on which a decision closes it alone. `held`: the ids of all that have its
 * component, where that is remembered.
 */
export const ratedHolders = async (
  tx: Tx,
  companyId: number,
  findingId: string,
  held: readonly string[] | null = null,
): Promise<RatedHolders> => {
  const byWorth = `array['${CRITICALITIES.join("','")}']`;
  const [row] = await tx.query<RatedHolders>(
    `with f as materialized (select component_id, advisory_id from finding where company_id = $1 and id = $2),
     decided as materialized (
       select o.asset_id from f join decision_finding d on d.company_id = $1 and d.component_id = f.component_id
         and d.advisory_id = f.advisory_id and d.in_force
       join decision_asset o on o.company_id = $1 and o.decision_id = d.decision_id),
     holders as materialized (${
       held === null
         ? `select distinct i.asset_id from f, inventory i where i.company_id = $1 and f.component_id = any(i.component_ids)`
         : "select unnest($3::uuid[]) as asset_id"
     }),
     held as materialized (
       select a.id, a.name, a.criticality, a.exposure, ${POINTS.replaceAll("n.", "a.")} as points
       from asset a where a.company_id = $1 and a.id in (select asset_id from holders)
         and a.id not in (select asset_id from decided))
     select count(*)::int as count, count(*) filter (where exposure = 'internet')::int as internet,
       count(*) filter (where exposure = 'internal')::int as internal,
       count(*) filter (where exposure = 'isolated')::int as isolated,
       count(*) filter (where criticality = 'critical')::int as critical,
       (${byWorth})[min(array_position(${byWorth}, criticality))] as "mostCritical",
       (select json_build_object('id', id, 'name', name, 'criticality', criticality, 'exposure', exposure)
        from held order by points desc, name, id limit 1) as worst
     from held`,
    held === null ? [companyId, findingId] : [companyId, findingId, `{${held.join(",")}}`],
  );
  return row as RatedHolders;
};

/** What an asset adds to the risk of each finding on it; 0 when there is no such asset. */
export const pointsOf = async (tx: Tx, companyId: number, id: string): Promise<number> =>
  (
    await tx.query<{ points: number }>(
      `select (${POINTS.replaceAll("n.", "a.")})::float8 as points from asset a where a.company_id = $1 and a.id = $2`,
      [companyId, id],
    )
  )[0]?.points ?? 0;
