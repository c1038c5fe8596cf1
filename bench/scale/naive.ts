import {
  type Compare,
  sameAdvisories,
  sameCount,
  sameFixes,
  sameGroups,
  samePage,
  sameSeverities,
  sameTotal,
  sameWhatIf,
} from "./same.ts";

/** The obvious statement for the answer of a request, and how the two are compared. */
export interface Naive {
  readonly sql: string;
  readonly same: Compare;
}

const OPEN = `f.company_id = COMPANY and f.status = 'open' and not exists (
  select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id and e.closes)`;
const heldBy = (assets: string): string => `f.component_id in (
  select unnest(i.component_ids) from inventory i join asset a on a.company_id = i.company_id and a.id = i.asset_id
  where i.company_id = COMPANY and ${assets})`;
const PROD = heldBy("'prod' = any(a.labels)");
const KEV = "f.kev_added_at is not null";
const BY_RISK = "f.risk desc, f.id desc";
const hasWord = (
  word: string,
): string => `(f.package ilike '%${word}%' or f.source ilike '%${word}%' or f.advisory ilike '%${word}%'
  or exists (select 1 from unnest(f.aliases) as alias where alias ilike '%${word}%'))`;

const page = (where: string, order = BY_RISK): Naive => ({
  sql: `select f.id, count(*) over () as count from finding f where ${OPEN} and ${where} order by ${order} limit 100`,
  same: samePage,
});

/** Binaries of one version count once for the weight, which is rounded by severity and known exploitation. */
const fixes = (where: string): Naive => ({
  sql: `with v as (
      select f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in is not null as has_fix, f.advisory_id, f.version,
        max(f.severity_rank) as rank, bool_or(${KEV}) as is_kev, max(f.risk) * max(f.asset_count) as weight, count(*) as n
      from finding f where ${OPEN} and ${where} group by 1, 2, 3, 4, 5),
    a as (select ecosystem, package, has_fix, advisory_id, max(rank) as rank, bool_or(is_kev) as is_kev, sum(weight) as weight, sum(n) as n
      from v group by 1, 2, 3, 4),
    p as (select ecosystem, package, has_fix, is_kev, round(sum(weight)::numeric, 1)::float8 as weight, sum(n) as n, count(*) as advisories
      from a group by 1, 2, 3, 4, rank)
    select ecosystem, package, sum(n) as findings, sum(advisories) as advisories, coalesce(sum(n) filter (where is_kev), 0) as kev,
      sum(weight) as weight from p group by 1, 2, has_fix order by -sum(weight), 1, 2, has_fix`,
  same: sameFixes,
});

const groups = (key: string, value: string, where: string): Naive => ({
  sql: `select ${key} as name, ${value} as value from finding f where ${OPEN} and ${where} group by 1 order by 2 desc, 1`,
  same: sameGroups,
});

const SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"];
const ON_ASSETS = `(select distinct i.asset_id, u.id as component_id from inventory i, unnest(i.component_ids) as u(id)
  where i.company_id = COMPANY)`;

const components = (like: string): Naive => ({
  sql: `select c.*, p.assets, count(*) over () as count from component c join (
      select u.id, count(distinct i.asset_id) as assets from inventory i, unnest(i.component_ids) as u(id)
      where i.company_id = COMPANY group by 1) p on p.id = c.id
    where c.name ilike '${like}' or c.source_name ilike '${like}' order by c.name, c.id limit 101`,
  same: sameCount,
});

/** By the screens of the requests; what is not here has no answer that grows with the fleet, or no statement that is obvious. */
export const NAIVE: Readonly<Record<string, Naive>> = {
  "Overview, status line": {
    sql: `select severity, count(*) as count, count(f.kev_added_at) as kev, count(f.fixed_in) as fixable,
      count(distinct (f.ecosystem, coalesce(f.source, f.package))) as packages
      from finding f where ${OPEN} group by grouping sets ((severity), ())`,
    same: sameSeverities,
  },
  "Overview, Fixes": fixes("true"),
  "Findings, by risk": page("true"),
  "Findings, newest": page("true", "f.first_seen_at desc, f.id desc"),
  "Findings, by EPSS": page("true", "coalesce(f.epss, -1) desc, f.id desc"),
  "Findings, by package": page("true", "f.package, f.id"),
  "Findings, critical and exploited": page(`f.severity = 'critical' and ${KEV}`),
  "Findings, label and fix": page(`f.severity_rank >= 5 and f.fixed_in is not null and ${PROD}`),
  "Findings, a label": page(PROD),
  "Findings, some hosts": page(heldBy("a.name like 'web-01%'")),
  "Findings, few hosts": page(`f.severity_rank >= 5 and ${heldBy("a.name like 'web-000%'")}`),
  "Findings, not a label": page(`not ${PROD}`),
  "Findings, label, newest": page(PROD, "f.first_seen_at desc, f.id desc"),
  "Findings, exploited": page(KEV),
  "Findings, low and exploited": page(`f.severity = 'low' and ${KEV}`),
  "Findings, critical without fix": page("f.severity = 'critical' and f.fixed_in is null"),
  "Findings, label and exploited": page(`${KEV} and ${PROD}`),
  "Findings, a word": page(hasWord("openssl")),
  "Findings, a rare word": page(hasWord("log4j")),
  "Findings, a package": page("(f.package = 'lodash' or f.source = 'lodash')"),
  "Findings, by advisory": {
    sql: `select advisory, count(*), max(risk) from finding f where ${OPEN} group by 1 order by 3 desc, 1 limit 100`,
    same: sameAdvisories,
  },
  Components: components("%"),
  "Components, lo": components("%lo%"),
  "Components, log4j": components("%log4j%"),
  "Components, openssl": components("%openssl%"),
  "Components, nothing found": components("%zqxv%"),
  "Fixes, a label": fixes(PROD),
  "Fixes, few hosts": fixes(heldBy("a.name like 'web-000%'")),
  "Fixes, some hosts": fixes(heldBy("a.name like 'web-01%'")),
  "Fixes, not a label": fixes(`not ${PROD}`),
  "Fixes, label and exploited": fixes(`${KEV} and ${PROD}`),
  "Fixes, a package": fixes("(f.package = 'lodash' or f.source = 'lodash')"),
  "Fixes, a word": fixes(hasWord("openssl")),
  "Fixes, critical": fixes("f.severity = 'critical'"),
  "Fixes, exploited": fixes(KEV),
  "Figures, by advisory": groups("f.advisory", "count(*)", "true"),
  "Figures, risk by package": groups("coalesce(f.source, f.package)", "sum(f.risk::float8)", "true"),
  "Figures, a label by ecosystem": groups("f.ecosystem", "count(*)", `${KEV} and ${PROD}`),
  "Figures, risk by label": {
    sql: `with c as (select f.component_id, sum(f.risk::float8) as value from finding f where ${OPEN} group by 1)
      select l.label as name, sum(c.value) as value from ${ON_ASSETS} h join c using (component_id)
      join asset a on a.company_id = COMPANY and a.id = h.asset_id cross join unnest(a.labels) as l(label) group by 1 order by 2 desc, 1`,
    same: sameGroups,
  },
  "Figures, by asset and severity": {
    sql: `with c as (
        select f.component_id, count(*) as value, ${SEVERITIES.map((one) => `count(*) filter (where f.severity = '${one}') as ${one}`).join(", ")}
        from finding f where ${OPEN} and f.fixed_in is not null group by 1)
      select a.name, sum(c.value) as value, ${SEVERITIES.map((one) => `sum(c.${one}) as ${one}`).join(", ")}
      from ${ON_ASSETS} h join c using (component_id) join asset a on a.company_id = COMPANY and a.id = h.asset_id group by 1 order by 2 desc, 1`,
    same: sameGroups,
  },
  "Figures, a number of a label": {
    sql: `select count(*) from finding f where ${OPEN} and f.fixed_in is not null and ${PROD}`,
    same: sameTotal,
  },
  "What if, a query": {
    sql: `with x as materialized (
        select f.component_id, ${KEV} as is_kev, f.severity = 'critical' and ${PROD} as is_taken from finding f where ${OPEN})
      select count(*) as before, count(*) filter (where not is_taken) as after, count(*) filter (where is_kev and not is_taken) as kev,
        (select count(distinct h.asset_id) from ${ON_ASSETS} h where h.component_id in (select component_id from x where is_taken)) as touched
      from x`,
    same: sameWhatIf,
  },
};
