import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { FindingTotals } from "./sql.ts";

const COUNTS = ["critical", "high", "medium", "low", "none", "unknown"];
const columns = (of: (name: string) => string): string => COUNTS.map(of).join(", ");

/** What each component of the company adds, less what statements and decisions close of it. */
const LEFT = `
  select c.ecosystem, coalesce(nullif(c.source_name, ''), c.name) as package,
    ${columns((one) => `c."${one}" - coalesce(x."${one}", 0) as "${one}"`)},
    c.kev_count - coalesce(x.kev, 0) as kev, c.fixable - coalesce(x.fixable, 0) as fixable
  from held_component h join component c on c.id = h.component_id
  left join (
    select e.component_id, ${columns((one) => `count(*) filter (where a.severity = '${one}')::int as "${one}"`)},
      count(a.kev_added_at)::int as kev, count(m.fixed_in)::int as fixable
    from vex_effect e join component_match m on m.component_id = e.component_id and m.advisory_id = e.advisory_id
    join advisory a on a.id = m.advisory_id
    where e.company_id = $1 and e.closes group by 1) x on x.component_id = h.component_id
  where h.company_id = $1`;
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
const ALL = COUNTS.map((one) => `"${one}"`).join(" + ");

/**
 * How many advisories have open findings, up to as many as are counted anywhere. Of matches, which are two numbers each: a look at the
 * findings of every advisory takes ten times as long.
 */
const ADVISORIES = `
  select count(*)::int from (
    select m.advisory_id from held_component h join component_match m on m.component_id = h.component_id
    where h.company_id = $1 and not exists (
      select 1 from vex_effect e where e.company_id = $1 and e.closes and e.component_id = m.component_id
        and e.advisory_id = m.advisory_id)
    group by 1 limit ${COUNT_LIMIT}) x`;

const KEPT = [
  ...COUNTS,
  "finding_count",
  "package_count",
  "kev_count",
  "fixable_count",
  "advisory_count",
  "coverage",
].map((one) => `"${one}"`);

/**
 * Counts the company's open findings, and which of its components are judged, from what its components add, and keeps the counts: for one
 * with millions of findings that is a twentieth of counting rows. Packages are told apart by a hash of 64 bits: sorting their names
 * would take longer than all else. Service role with the company set, when findings have been computed. Returns whether they are other
 * than before.
 */
export const keepTotals = async (tx: Tx, companyId: number): Promise<boolean> => {
  const written = await tx.query(
    `insert into company_total as t (company_id, ${KEPT.join(", ")})
     select $1, ${columns((one) => `coalesce(sum("${one}"), 0)::int`)}, coalesce(sum(${ALL}), 0)::int,
       count(distinct hashtextextended(ecosystem || e'\n' || package, 0)) filter (where ${ALL} > 0)::int,
       coalesce(sum(kev), 0)::int, coalesce(sum(fixable), 0)::int, (${ADVISORIES}), coalesce((${COVERAGE}), '[]')
     from (${LEFT}) p
     on conflict (company_id) do update set ${KEPT.map((one) => `${one} = excluded.${one}`).join(", ")}
       where (${KEPT.map((one) => `t.${one}`).join(", ")}) is distinct from (${KEPT.map((one) => `excluded.${one}`).join(", ")})
     returning 1`,
    [companyId],
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
