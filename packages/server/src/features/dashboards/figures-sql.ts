import type { Severity } from "@zerotrace/core";
import type { HeatColumn, WidgetGroup, WidgetMeasure } from "@zerotrace/core/dashboard/widget";
import type { QueryNode } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { assetCondition, condition, findings, type FindingFilter, IS_CLOSED, isDecidedOn } from "../findings/index.ts";
import { STORED_PARTS } from "../fixes/index.ts";
import type { Stay } from "./rules.ts";

/** Groups that findings have themselves. */
export type OwnGroup = Exclude<WidgetGroup, AssetGroup>;
/** Groups that findings have by the assets that they are on. */
export type AssetGroup = "asset" | "label" | "kind";

const DAY = "to_char(f.first_seen_at at time zone 'UTC', 'YYYY-MM-DD')";
const KEYS: Readonly<Record<OwnGroup, string>> = {
  severity: "f.severity",
  ecosystem: "f.ecosystem",
  package: "coalesce(f.source, f.package)",
  advisory: "f.advisory",
  day: DAY,
};
const ACROSS: Readonly<Record<HeatColumn, string>> = { severity: "f.severity", day: DAY };
const VALUES: Readonly<Record<WidgetMeasure, string>> = { findings: "count(*)::float8", risk: "sum(f.risk::float8)" };

/** What is counted. */
export interface Counted {
  readonly filter: FindingFilter;
  readonly measure: WidgetMeasure;
  /** Groups, largest first. */
  readonly rows: number;
  readonly across: HeatColumn | null;
  /** Only what was first seen since this day (UTC); null: whenever. */
  readonly since: string | null;
}

/** A group, with what all groups together are. */
export interface GroupRecord {
  readonly key: string;
  readonly name: string;
  readonly value: number;
  readonly risk: number;
  readonly total: number;
  readonly top: number;
  readonly groupCount: number;
  /** Values by what stands across; empty where nothing does. */
  readonly cells: Readonly<Record<string, number>>;
}

/** Every finding that is counted, as a condition on `f`. */
const counted = (companyId: number, { filter, since }: Counted, values: unknown[]): string => {
  const where = condition(companyId, filter, values);
  return since === null ? where : `${where} and f.first_seen_at >= $${values.push(since)}::date at time zone 'UTC'`;
};

/** Puts groups `g (key, name, col, value, risk)` in order, with the sums of all; `named`: after what a group is called. */
const ordered = (limit: string, isAcross: boolean): string => {
  const cells = isAcross ? "(select jsonb_object_agg(g.col, g.value) from g where g.key = t.key)" : "'{}'::jsonb";
  return `t as (select key, min(name) as name, sum(value) as value, max(risk) as risk from g group by key),
    top as (select *, sum(value) over () as total, max(risk) over () as top, (count(*) over ())::int as n from t
      order by value desc, key limit ${limit})
    select t.key, t.name, t.value, t.risk, t.total, t.top, t.n as "groupCount", ${cells} as cells from top t
    order by t.value desc, t.key`;
};

/** All findings of a query as one number, with the highest risk. */
export const totalOf = async (tx: Tx, companyId: number, asked: Counted): Promise<{ total: number; risk: number }> => {
  const values: unknown[] = [];
  const where = counted(companyId, asked, values);
  const [row] = await tx.query<{ total: number | null; risk: number | null }>(
    `select ${VALUES[asked.measure]} as total, max(f.risk) as risk from ${findings(tx)} f where ${where}`,
    values,
  );
  return { total: row?.total ?? 0, risk: row?.risk ?? 0 };
};

/** The highest risk of a query's findings, found at the top of the index; 0 without any. */
export const highestRisk = async (tx: Tx, companyId: number, asked: Counted): Promise<number> => {
  const values: unknown[] = [];
  const where = counted(companyId, asked, values);
  const [row] = await tx.query<{ risk: number }>(
    `select f.risk from ${findings(tx)} f where ${where} order by f.risk desc, f.id desc limit 1`,
    values,
  );
  return row?.risk ?? 0;
};

/** Findings by what they are themselves. */
export const ownGroups = (tx: Tx, companyId: number, group: OwnGroup, asked: Counted): Promise<GroupRecord[]> => {
  const values: unknown[] = [];
  const where = counted(companyId, asked, values);
  const col = asked.across === null ? "''" : ACROSS[asked.across];
  return tx.query(
    `with g as materialized (
       select x.key, x.key as name, x.col, ${VALUES[asked.measure].replaceAll("f.", "x.")} as value, max(x.risk) as risk
       from (select ${KEYS[group]} as key, ${col} as col, f.risk from ${findings(tx)} f where ${where}) x group by 1, 3),
     ${ordered(`$${values.push(asked.rows)}`, asked.across !== null)}`,
    values,
  );
};

/** Groups that the parts of fixes tell apart. */
export type PartGroup = "severity" | "ecosystem" | "package";

/** As `totalOf`, of a query that asks for nothing but what the parts of fixes tell: from their sums, which know of decisions. */
export const partTotal = async (
  tx: Tx,
  companyId: number,
  { filter }: Pick<Counted, "filter">,
): Promise<{ total: number; risk: number }> => {
  const values: unknown[] = [];
  const where = condition(companyId, { ...filter, mayBeClosed: false }, values);
  const [row] = await tx.query<{ total: number | null; risk: number | null }>(
    `select sum(f.finding_count)::float8 as total, max(f.max_risk) as risk from ${STORED_PARTS} f where ${where}`,
    values,
  );
  return { total: row?.total ?? 0, risk: row?.risk ?? 0 };
};

/** As `ownGroups`, of the number of findings, from the sums of the parts of fixes. */
export const partGroups = (
  tx: Tx,
  companyId: number,
  group: PartGroup,
  { filter, rows, across }: Pick<Counted, "filter" | "rows" | "across">,
): Promise<GroupRecord[]> => {
  const values: unknown[] = [];
  const where = condition(companyId, { ...filter, mayBeClosed: false }, values);
  const col = across === null ? "''" : ACROSS[across];
  return tx.query(
    `with g as materialized (
       select ${KEYS[group]} as key, ${KEYS[group]} as name, ${col} as col, sum(f.finding_count)::float8 as value,
         max(f.max_risk) as risk
       from ${STORED_PARTS} f where ${where} group by 1, 3),
     ${ordered(`$${values.push(rows)}`, across !== null)}`,
    values,
  );
};

const ASSET_KEYS: Readonly<Record<AssetGroup, { key: string; name: string; from: string }>> = {
  asset: { key: "a.id::text", name: "a.name", from: "" },
  kind: { key: "a.kind", name: "a.kind", from: "" },
  label: {
    key: "l.label",
    name: "l.label",
    from: "cross join lateral unnest(case when a.labels = '{}' then '{\"\"}' else a.labels end) as l(label)",
  },
};

/**
 * Findings by the assets that have them, once for each; `assets` says which assets count. Reads every inventory of those, one asset after the
 * other: what several of its sources report is told apart in memory, however many assets there are.
 */
export const assetGroups = (
  tx: Tx,
  companyId: number,
  group: AssetGroup,
  asked: Counted,
  assets: QueryNode | null,
): Promise<GroupRecord[]> => {
  const values: unknown[] = [];
  const where = counted(companyId, asked, values);
  const value = (v: unknown): string => `$${values.push(v)}`;
  const which = assets === null ? "true" : assetCondition(assets, value);
  const col = asked.across === null ? "''::text" : ACROSS[asked.across];
  const { key, name, from } = ASSET_KEYS[group];
  const weight = asked.measure === "findings" ? "n" : "weight";
  // what is decided for one asset alone is asked for each finding of each asset; most companies have none
  const perComponent = asked.filter.mayBeClosed
    ? "select f.component_id, f.col, 1::float8 as n, f.risk::float8 as weight, f.advisory_id from m f"
    : "select component_id, col, count(*)::float8 as n, sum(risk::float8) as weight, null::int as advisory_id from m group by 1, 2";
  const decided = asked.filter.mayBeClosed
    ? `where not ${isDecidedOn("h.asset_id").replaceAll("f.company_id", "$1")}`
    : "";
  return tx.query(
    `with m as materialized (
       select f.component_id, f.advisory_id, f.risk, ${col} as col from ${findings(tx)} f where ${where}),
     c as materialized (${perComponent}),
     h as (
       select a.id as asset_id, u.component_id from (
         select a.id from asset a where a.company_id = $1 and ${which} offset 0) a
       cross join lateral (
         select distinct u.component_id from inventory i cross join lateral unnest(i.component_ids) as u(component_id)
         where i.company_id = $1 and i.asset_id = a.id) u),
     p as materialized (
       select h.asset_id, f.col, sum(f.${weight}) as value
       from h join c f on f.component_id = h.component_id ${decided} group by 1, 2 having sum(f.${weight}) > 0),
     g as materialized (
       select ${key} as key, min(${name}) as name, p.col, sum(p.value) as value, max(a.weighted_risk) as risk
       from p join asset a on a.company_id = $1 and a.id = p.asset_id ${from} group by 1, 3),
     ${ordered(value(asked.rows), asked.across !== null)}`,
    values,
  );
};

/** What asset groups are made of: each asset with its risk and the groups that it is in. */
export interface AssetFacts {
  readonly id: string;
  readonly risk: number;
  readonly keys: readonly string[];
}

const FACTS: Readonly<Record<AssetGroup, string>> = {
  asset: "a.id::text",
  kind: "a.kind",
  label: "array_to_string(a.labels, ',')",
};

/** The assets that count, all in one row: thousands of rows take longer to be read than to be found. */
export const assetFacts = async (
  tx: Tx,
  companyId: number,
  group: AssetGroup,
  assets: QueryNode | null,
): Promise<AssetFacts[]> => {
  const values: unknown[] = [companyId];
  const which = assets === null ? "true" : assetCondition(assets, (v) => `$${values.push(v)}`);
  const [row] = await tx.query<{ facts: string | null }>(
    `select string_agg(a.id || ' ' || a.weighted_risk || ' ' || ${FACTS[group]}, e'\n') as facts
     from asset a where a.company_id = $1 and ${which}`,
    values,
  );
  return (row?.facts?.split("\n") ?? []).map((line) => {
    const [id = "", risk = "", ...rest] = line.split(" ");
    const key = rest.join(" ");
    return { id, risk: Number(risk), keys: group === "label" ? key.split(",") : [key] };
  });
};

/** What some assets are called. */
export const assetNames = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<Map<string, string>> => {
  const rows = await tx.query<{ id: string; name: string }>(
    "select id, name from asset where company_id = $1 and id = any($2::uuid[])",
    [companyId, `{${ids.join(",")}}`],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
};

/** As `assetGroups`, of open findings of some severities, by the sums that every asset holds: no inventory is read. */
export const assetSums = (
  tx: Tx,
  companyId: number,
  group: AssetGroup,
  asked: { readonly severities: readonly Severity[]; readonly rows: number; readonly isAcross: boolean },
  assets: QueryNode | null,
): Promise<GroupRecord[]> => {
  const values: unknown[] = [companyId];
  const value = (v: unknown): string => `$${values.push(v)}`;
  const which = assets === null ? "true" : assetCondition(assets, value);
  const { key, name, from } = ASSET_KEYS[group];
  const sum = asked.severities.map((one) => `a."${one}"`).join(" + ") || "0";
  const cells = asked.severities.map((one) => `('${one}', a."${one}")`).join(", ") || "('', 0)";
  const figures = asked.isAcross
    ? `cross join lateral (values ${cells}) as s(col, value)`
    : `cross join lateral (select '' as col, ${sum} as value) s`;
  return tx.query(
    `with g as materialized (
       select ${key} as key, min(${name}) as name, s.col, sum(s.value)::float8 as value, max(a.weighted_risk) as risk
       from asset a ${from} ${figures} where a.company_id = $1 and ${which} and ${sum} > 0 group by 1, 3),
     ${ordered(value(asked.rows), asked.isAcross)}`,
    values,
  );
};

/** Findings of a query by the days (UTC) on which they came and went, of those that were there since `from`. */
export const staysSince = async (
  tx: Tx,
  companyId: number,
  asked: Counted & { readonly isOpen: boolean },
  from: string,
): Promise<Stay[]> => {
  const values: unknown[] = [];
  const where = condition(companyId, asked.filter, values);
  const day = `$${values.push(from)}::date`;
  const closed = asked.isOpen && asked.filter.mayBeClosed ? `and (f.status = 'fixed' or not ${IS_CLOSED})` : "";
  return tx.query(
    `select to_char(came, 'YYYY-MM-DD') as came, to_char(went, 'YYYY-MM-DD') as went, ${VALUES[asked.measure]} as value
     from (
       select greatest((f.first_seen_at at time zone 'UTC')::date, ${day}) as came,
         case when f.status = 'fixed' then (f.fixed_at at time zone 'UTC')::date end as went, f.risk
       from ${findings(tx)} f where ${where} ${closed}
         and (f.status = 'open' or f.fixed_at >= ${day} at time zone 'UTC')) f
     group by 1, 2`,
    values,
  );
};

/** Open critical findings older than some days, and for how many days the oldest has been open. */
export const overdueOf = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  days: number,
): Promise<{ count: number; oldestDays: number | null }> => {
  const values: unknown[] = [];
  const where = condition(companyId, { ...filter, severities: ["critical"] }, values);
  const [row] = await tx.query<{ count: number; oldestDays: number | null }>(
    `select count(*)::int as count, extract(day from now() - min(f.first_seen_at))::int as "oldestDays"
     from ${findings(tx)} f where ${where}
       and f.first_seen_at < now() - make_interval(days => $${values.push(days)})`,
    values,
  );
  return row ?? { count: 0, oldestDays: null };
};
