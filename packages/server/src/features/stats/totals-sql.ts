import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { FindingTotals } from "./sql.ts";

const COUNTS = ["critical", "high", "medium", "low", "none", "unknown"];
const columns = (of: (name: string) => string): string => COUNTS.map(of).join(", ");

/** What is open by package, of the sums of its fixes, from which closed findings are left out. */
const PACKAGES = `
  select ${columns((one) => `sum("${one}")::int as "${one}"`)}, sum(finding_count)::int as n, sum(kev_count)::int as kev,
    sum(finding_count) filter (where has_fix)::int as fixable
  from fix where company_id = $1 and finding_count > 0 group by ecosystem, package`;
/** How many components got a verdict, and why the others did not, by the ecosystem that judges them; most first. */
const COVERAGE = `
  select jsonb_agg(jsonb_build_object('ecosystem', ecosystem, 'componentCount', n, 'covered', covered, 'notCovered', not_covered,
    'unparsable', unparsable) order by n desc, ecosystem)
  from (
    select p.ecosystem, sum(x.n)::int as n, sum(x.covered)::int as covered, sum(x.not_covered)::int as not_covered,
      sum(x.unparsable)::int as unparsable
    from (
      select c.package_id, count(*) as n, count(*) filter (where c.verdict in ('affected', 'not_affected')) as covered,
        count(*) filter (where c.verdict_reason in ('no_feed', 'end_of_life')) as not_covered,
        count(*) filter (where c.verdict_reason in ('unparsable', 'no_stream')) as unparsable
      from held_component h join component c on c.id = h.component_id where h.company_id = $1 group by 1) x
    join package p on p.id = x.package_id group by 1) y`;

const IS_COUNTED = `f.status = 'open' and not exists (
  select 1 from vex_effect e where e.company_id = $1 and e.closes and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id)`;
/** Findings that are grouped faster than each name is looked for (count). */
const GROUPED_MAX = 200_000;
/**
 * How many advisories have open findings, up to as many as are counted anywhere. Of few findings all are grouped, from an index that has all
 * that this asks; of many each name leads to the next one, and the count ends at its limit.
 */
const ADVISORIES = `case when (select coalesce(sum(finding_count), 0) from fix where company_id = $1) <= ${GROUPED_MAX} then (
    select count(*)::int from (
      select f.advisory_id from finding f where f.company_id = $1 and ${IS_COUNTED} group by 1 limit ${COUNT_LIMIT}) x)
  else (
    with recursive named as (
      (select f.advisory from finding f where f.company_id = $1 order by f.advisory limit 1)
      union all
      select (select f.advisory from finding f where f.company_id = $1 and f.advisory > n.advisory order by f.advisory limit 1)
      from named n where n.advisory is not null)
    select count(*)::int from (
      select 1 from named n where exists (
        select 1 from finding f where f.company_id = $1 and f.advisory = n.advisory and ${IS_COUNTED} offset 0)
      limit ${COUNT_LIMIT}) x) end`;

const KEPT = [
  ...COUNTS,
  "finding_count",
  "package_count",
  "kev_count",
  "fixable_count",
  "advisory_count",
  "coverage",
].map((one) => `"${one}"`);

/** Of an ecosystem's components how many got a verdict, and why the others did not. */
export interface EcosystemCoverage {
  readonly ecosystem: string;
  readonly componentCount: number;
  readonly covered: number;
  readonly notCovered: number;
  readonly unparsable: number;
}

/**
 * Counts the company's open findings, and which of its components are judged, and keeps the counts: from the sums of its fixes, which
 * must be true, and from `coverage`, most components first, where somebody remembers it. Service role with the company set. Returns
 * whether they are other than before.
 */
export const keepTotals = async (
  tx: Tx,
  companyId: number,
  coverage: readonly EcosystemCoverage[] | null,
): Promise<boolean> => {
  const written = await tx.query(
    `insert into company_total as t (company_id, ${KEPT.join(", ")})
     select $1, ${columns((one) => `coalesce(sum("${one}"), 0)::int`)}, coalesce(sum(n), 0)::int, count(*)::int,
       coalesce(sum(kev), 0)::int, coalesce(sum(fixable), 0)::int, (${ADVISORIES}),
       ${coverage === null ? `coalesce((${COVERAGE}), '[]')` : "$2::jsonb"}
     from (${PACKAGES}) p
     on conflict (company_id) do update set ${KEPT.map((one) => `${one} = excluded.${one}`).join(", ")}
       where (${KEPT.map((one) => `t.${one}`).join(", ")}) is distinct from (${KEPT.map((one) => `excluded.${one}`).join(", ")})
     returning 1`,
    coverage === null ? [companyId] : [companyId, JSON.stringify(coverage)],
  );
  return written.length > 0;
};

/** The counts that are kept; null where none are, or the caller sees some assets only. */
export const keptTotals = async (tx: Tx, companyId: number): Promise<FindingTotals | null> =>
  (
    await tx.query<FindingTotals>(
      `select ${columns((one) => `"${one}"`)}, finding_count as "findingCount", package_count as "packageCount",
         kev_count as "kevCount", fixable_count as "fixableCount" from company_total where company_id = $1`,
      [companyId],
    )
  )[0] ?? null;
