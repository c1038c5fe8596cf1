import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { FindingFilter } from "./rules.ts";
import { condition, type FindingRecord, findings, findingsFrom } from "./sql.ts";

export interface AdvisoryGroupRecord {
  advisory: string;
  summary: string;
  severity: FindingRecord["severity"];
  cvss: number | null;
  epss: number | null;
  kevAddedAt: string | null;
  risk: number;
  packages: string[];
  findingCount: number;
  assetCount: number;
  fixAvailable: boolean;
}

/** Nearly every advisory has a finding of such a filter. */
export const isBroad = ({
  query,
  q,
  severities,
  kev,
  fix,
  vex,
  ecosystem,
  assetId,
  advisory,
  package: name,
  status,
}: FindingFilter): boolean =>
  [query, q, kev, fix, vex, ecosystem, assetId, advisory, name].every((one) => one === null) &&
  severities.length === 0 &&
  status === "open";

interface GroupsPage {
  readonly limit: number;
  readonly after: [number, string] | null;
}

/** A look into the index of advisories for each name: a list of hundreds takes the planner longer than reading what it leads to. */
const NAMED = (names: string): string => `(select f.* from unnest(${names}::text[]) as n(name) cross join lateral (
    select * from finding f where f.company_id = $1 and f.advisory = n.name offset 0) f)`;

/** All groups, or those of `names` alone. */
const groupsOf = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  page: GroupsPage & { readonly names: readonly string[] | null },
): Promise<AdvisoryGroupRecord[]> => {
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const after = page.after ?? [null, null];
  const risk = `$${values.push(after[0])}::real`;
  const name = `$${values.push(after[1])}::text`;
  const from = findingsFrom(tx, filter, values);
  const names = page.names === null ? null : `$${values.push(page.names)}`;
  const isLed = names !== null && from === "finding";
  const named = names === null || isLed ? "" : `and f.advisory = any(${names}::text[])`;
  return await tx.query(
    `select f.advisory, min(f.summary) as summary, min(f.severity) as severity, max(f.cvss) as cvss, max(f.epss) as epss,
       min(f.kev_added_at)::text as "kevAddedAt", max(f.risk) as risk,
       (array_agg(distinct coalesce(f.source, f.package)))[1:20] as packages, count(*)::int as "findingCount",
       max(f.asset_count)::int as "assetCount", bool_or(f.fixed_in is not null) as "fixAvailable"
     from ${isLed ? NAMED(names) : from} f where ${where} ${named} group by f.advisory
     having ${risk} is null or (-max(f.risk), f.advisory) > (-${risk}, ${name})
     order by -max(f.risk), f.advisory limit ${Math.trunc(page.limit)}`,
    values,
  );
};

/** How many open findings and advisories of them there are, as kept with the company's other counts; null where not yet, or not for this. */
const keptOf = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
): Promise<{ findings: number; advisories: number } | null> => {
  if (tx.labels !== null || !isBroad(filter)) return null;
  const [row] = await tx.query<{ findings: number; advisories: number | null }>(
    `select finding_count as findings, advisory_count as advisories from company_total where company_id = $1`,
    [companyId],
  );
  return row === undefined || row.advisories === null ? null : { ...row, advisories: row.advisories };
};

/** Findings that are read in the order of their risk for one row of a page, and for all its rows at once at most (counts). */
const READ_A_ROW = 100;
const READ_MAX = 50_000;

/**
 * The advisories of the riskiest `read` findings at or below the risk where a page begins, but those that may have more risk further on;
 * `isAll`: there are no others.
 */
const riskiest = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  { after, read }: { readonly after: GroupsPage["after"]; readonly read: number },
): Promise<{ readonly names: string[]; readonly isAll: boolean }> => {
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const from = after === null ? "" : `and f.risk <= $${values.push(after[0])}::real`;
  const limit = String(Math.trunc(read));
  const rows = await tx.query<{ names: string[] | null; all: boolean }>(
    `with w as materialized (
       select f.advisory, f.risk from ${findings(tx)} f where ${where} ${from} order by f.risk desc limit ${limit}),
     whole as (select count(*) < ${limit} as all, min(risk) as edge from w)
     select whole.all, (select array_agg(distinct w.advisory) from w where whole.all or w.risk > whole.edge) as names from whole`,
    values,
  );
  return { names: rows[0]?.names ?? [], isAll: rows[0]?.all ?? true };
};

/**
 * Findings of a filter by advisory after the pair (risk, advisory). The riskiest findings name the advisories of a page, of which then all
 * findings are read; many of one risk, or few of an advisory's, and all findings are. Where the company has few,
 * they are read at once.
 */
export const advisoryGroups = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  page: GroupsPage,
): Promise<AdvisoryGroupRecord[]> => {
  const first = READ_A_ROW * page.limit;
  const kept = page.after === null ? await keptOf(tx, companyId, filter) : null;
  if (kept !== null && kept.findings <= first) {
    return await groupsOf(tx, companyId, filter, { ...page, names: null });
  }
  for (let read = first; read <= READ_MAX; read *= 4) {
    const { names, isAll } = await riskiest(tx, companyId, filter, { after: page.after, read });
    if (!isAll && names.length < page.limit) continue;
    // of few findings that are all read, every advisory is named: reading them once more is less than looking each up
    const isWhole = isAll && page.after === null;
    const rows = await groupsOf(tx, companyId, filter, { ...page, names: isWhole ? null : names });
    if (isAll || rows.length >= page.limit) return rows;
  }
  return await groupsOf(tx, companyId, filter, { ...page, names: null });
};

/** How many advisories a filter's findings have, counted up to COUNT_LIMIT. */
export const countAdvisories = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<number> => {
  const kept = await keptOf(tx, companyId, filter);
  if (kept !== null) return kept.advisories;
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const limit = `$${values.push(COUNT_LIMIT)}`;
  // One look into the index of advisories for each, and one finding of it: where few of many findings are asked for, all are read.
  const counted =
    tx.labels === null && isBroad(filter)
      ? `with recursive n as (
         select min(f.advisory) as advisory from finding f where f.company_id = $1
         union all
         select (select f.advisory from finding f where f.company_id = $1 and f.advisory > n.advisory order by f.advisory limit 1)
         from n where n.advisory is not null)
       select 1 from n where n.advisory is not null and exists (
         select 1 from finding f where f.advisory = n.advisory and ${where} offset 0) limit ${limit}`
      : `select distinct f.advisory from ${findingsFrom(tx, filter, values)} f where ${where} limit ${limit}`;
  const rows = await tx.query<{ n: number }>(`select count(*)::int as n from (${counted}) x`, values);
  return rows[0]?.n ?? 0;
};
