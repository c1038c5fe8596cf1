import type { Tx } from "../../platform/db/index.ts";
import { condition, decidedCounts, type FindingFilter, findingsFrom } from "../findings/index.ts";
import { ADVISORIES_MAX } from "./rules.ts";

/** Everything of a finding that its fix is summed from, but how many assets have it. */
const SAYS = `hash_record_extended(row(f.component_id, f.advisory_id, f.version, f.severity_rank, f.kev_added_at, f.risk, f.fixed_in,
  f.first_seen_at, f.reopened_at), 0)`;
const SAYS_DECIDED = `${SAYS} # coalesce(hash_record_extended(row(f.component_id, f.advisory_id, d.assets), 1), 0)`;

/** What is beside the findings of which parts are made. */
export interface PartsMore {
  /** With a number for what they say. */
  readonly hasContent?: boolean;
  /** The table of `decidedCounts`, where decisions stand on some assets alone. */
  readonly decided?: string | null;
}

/**
 * Open findings by the package whose upgrade closes them, with and without a fix apart, and by severity and known exploitation.
 * A finding is a component with an advisory. For the weight binaries of one version count once, however many are installed: that of an
 * advisory is its risk times the assets of every version, but those on which it is decided. `from` names a table `f` of findings.
 */
export const partsOf = (
  from: string,
  where: string,
  { hasContent = false, decided = null }: PartsMore = {},
): string => `
  with version as (
    select f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in is not null as has_fix, f.advisory_id, f.version,
      min(f.advisory) as advisory, max(f.severity_rank) as severity_rank, bool_or(f.kev_added_at is not null) as is_kev,
      max(f.risk) as risk, max(f.asset_count${decided === null ? "" : " - coalesce(d.assets, 0)"}) as assets, count(*) as findings, max(f.fixed_in) as fixed_in,
      min(greatest(f.first_seen_at, f.reopened_at)) as since,
      min(greatest(f.first_seen_at, f.reopened_at, f.kev_added_at)) filter (where f.kev_added_at is not null) as kev_since${hasContent ? `, bit_xor(${decided === null ? SAYS : SAYS_DECIDED}) as content` : ""}
    from ${from} ${decided === null ? "" : `left join ${decided} d on d.component_id = f.component_id and d.advisory_id = f.advisory_id`}
    where ${where} group by 4, 3, 1, 2, 5),
  advisory as (
    select ecosystem, package, has_fix, advisory_id, min(advisory) as advisory, max(severity_rank) as severity_rank,
      bool_or(is_kev) as is_kev, max(risk) as risk, sum(findings)::int as findings, sum(risk * assets) as weight,
      case when min(fixed_in) = max(fixed_in) then max(fixed_in) else string_agg(fixed_in, e'\\n') end as fixes,
      min(since) as since, min(kev_since) as kev_since${hasContent ? ", bit_xor(content) as content" : ""}
    from version group by 4, 3, 1, 2)
  select ecosystem, package, has_fix, severity_rank, is_kev, coalesce(string_agg(distinct fixes, e'\\n'), '') as fixes,
    sum(findings)::int as finding_count, count(*)::int as advisory_count, round(sum(weight)::numeric, 1)::float8 as weight,
    max(risk) as max_risk,
    array_to_string((array_agg(advisory order by risk desc, advisory))[1:${ADVISORIES_MAX}], e'\\n') as advisories,
    min(since) as since, min(kev_since) as kev_since${hasContent ? ", bit_xor(content) as content" : ""}
  from advisory group by 1, 2, 3, 4, 5`;

const RANKS = { critical: 6, high: 5, medium: 4, low: 3, none: 2, unknown: 1 } as const;

/** A fix of parts, as the table `fix` has it, but with every fixed version: the highest is found by the ecosystem's order. */
export const FROM_PARTS = `p.ecosystem, p.package, p.has_fix, string_agg(p.fixes, e'\\n') as fixes,
  sum(p.finding_count)::int as finding_count, sum(p.advisory_count)::int as advisory_count,
  coalesce(sum(p.finding_count) filter (where p.is_kev), 0)::int as kev_count,
  ${Object.entries(RANKS)
    .map(([name, rank]) => `coalesce(sum(p.finding_count) filter (where p.severity_rank = ${rank}), 0)::int as ${name}`)
    .join(", ")},
  sum(p.weight) as weight, max(p.max_risk) as max_risk,
  string_agg(p.advisories, e'\\n' order by p.max_risk desc, p.severity_rank desc, p.is_kev desc) as advisories,
  ${(["critical", "high", "medium", "low"] as const)
    .map((name) => `min(p.since) filter (where p.severity_rank = ${RANKS[name]}) as ${name}_since`)
    .join(", ")},
  min(p.kev_since) as kev_since`;

/** The stored parts as findings: what `condition` asks of these can be asked of them, where it asks for nothing else. */
export const STORED = `(select p.company_id, p.ecosystem, p.package, p.package as source, p.has_fix, p.severity_rank, p.is_kev,
    p.fixes, p.finding_count, p.advisory_count, p.weight, p.max_risk, p.advisories, p.since,
    p.kev_since, 'open' as status, case when p.has_fix then '' end as fixed_in,
    case when p.is_kev then date '2000-01-01' end as kev_added_at,
    (array['unknown', 'none', 'low', 'medium', 'high', 'critical'])[p.severity_rank] as severity
  from fix_part p)`;

/** Fields of queries that tell parts apart. */
const FIELDS: ReadonlySet<string> = new Set(["severity", "kev", "fix", "ecosystem"]);

const asksOnly = (node: FindingFilter["query"]): boolean => {
  if (node === null) return true;
  if (node.kind === "word") return false;
  if (node.kind === "term") return FIELDS.has(node.field);
  return node.kind === "not" ? asksOnly(node.part) : node.parts.every(asksOnly);
};

/** Whether a filter asks for nothing but what the stored parts tell. */
export const isOfParts = (filter: FindingFilter): boolean =>
  filter.status === "open" &&
  filter.q === null &&
  filter.vex === null &&
  filter.assetId === null &&
  filter.advisory === null &&
  asksOnly(filter.query);

/** Whether a filter leaves nothing out. */
export const isEverything = (filter: FindingFilter): boolean =>
  isOfParts(filter) &&
  filter.query === null &&
  filter.severities.length === 0 &&
  filter.kev === null &&
  filter.fix === null &&
  filter.ecosystem === null &&
  filter.package === null;

/** Whether the sums of a company are there; they are not before its findings are first computed. */
export const isSummed = async (tx: Tx, companyId: number): Promise<boolean> =>
  tx.labels === null &&
  ((await tx.query<{ is: boolean }>("select exists (select 1 from fix where company_id = $1) as is", [companyId]))[0]
    ?.is ??
    false);

/** Fixes of a filter as a statement, from the sums where they can tell, else from the findings. */
export const fixesOf = (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  { values, summed }: { values: unknown[]; summed: boolean },
): string => {
  if (summed && isEverything(filter)) {
    return `select p.*, coalesce(p.fixed_in, '') as fixes from fix p where p.company_id = $${values.push(companyId)} and p.finding_count > 0`;
  }
  if (summed && isOfParts(filter)) {
    const where = condition(companyId, { ...filter, mayBeClosed: false }, values);
    return `select ${FROM_PARTS} from (select * from ${STORED} f where ${where}) p group by 1, 2, 3`;
  }
  const decided = filter.mayBeClosed ? decidedCounts(tx) : null;
  const parts = partsOf(`${findingsFrom(tx, filter, values)} f`, condition(companyId, filter, values), { decided });
  return `select ${FROM_PARTS} from (${parts}) p group by 1, 2, 3`;
};
