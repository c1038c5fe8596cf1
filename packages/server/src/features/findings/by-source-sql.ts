import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { SourceCandidates } from "./by-source-memory.ts";
import type { FindingFilter } from "./rules.ts";
import { COLUMNS, condition, type FindingRecord, findingsAmong, findingsFrom } from "./sql.ts";

/** A finding that stands for all of its source package and advisory. */
export interface SourceRecord extends FindingRecord {
  packages: string[];
  findingCount: number;
  /** Risk, EPSS (-1 when none), turn (negative), publication in milliseconds (0 when unknown), id: where a page ends. */
  sortKey: [number, number, number, number, string];
}

/** One row for each source package and advisory; the binary named is the first by name among those of the highest risk. */
const groups = (from: string, where: string): string => `
  select f.ecosystem, coalesce(f.source, f.package) as name, f.advisory, max(f.risk)::float8 as risk,
    coalesce(max(f.epss), -1)::float8 as epss,
    coalesce(max(floor(extract(epoch from f.published_at) * 1000)), 0)::float8 as published,
    (array_agg(f.id order by f.risk desc, f.package, f.id))[1] as id,
    (array_agg(distinct f.package))[1:50] as packages, count(*)::int as "findingCount",
    max(f.asset_count) as assets
  from ${from} f where ${where} group by f.ecosystem, coalesce(f.source, f.package), f.advisory`;

/** The findings that are grouped: those of a filter, or of these those that may stand on the page. */
const fromOf = (tx: Tx, filter: FindingFilter, among: SourceCandidates | null, values: unknown[]): string => {
  return among === null ? findingsFrom(tx, filter, values) : findingsAmong(among, values);
};

/**
 * Findings by source package and advisory: highest risk, highest EPSS, newest; at most `perPackage` of one source package.
 * Where risk and EPSS are the same, source packages take turns, so that one with a thousand does not hide the others.
 */
export const findingsBySource = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  page: {
    limit: number;
    after: SourceRecord["sortKey"] | null;
    perPackage: number | null;
    among: SourceCandidates | null;
  },
): Promise<SourceRecord[]> => {
  const values: unknown[] = [];
  const value = (v: unknown, type: string): string => `$${values.push(v)}::${type}`;
  const where = condition(companyId, filter, values);
  const parts = ["true"];
  if (page.perPackage !== null) parts.push(`r.place <= ${value(page.perPackage, "int")}`);
  if (page.after !== null) {
    const [id, ...numbers] = [page.after[4], ...page.after.slice(0, 4)];
    const key = [...numbers.map((one) => value(one, "float8")), value(id, "uuid")];
    parts.push(`(r.risk, r.epss, r.turn, r.published, r.id) < (${key.join(", ")})`);
  }
  return await tx.query(
    `with g as (${groups(fromOf(tx, filter, page.among, values), where)}), r as (
       select g.*, row_number() over (partition by g.ecosystem, g.name
           order by g.risk desc, g.epss desc, g.published desc, g.id desc) as place,
         (-row_number() over (partition by g.ecosystem, g.name, g.risk, g.epss
           order by g.published desc, g.id desc))::float8 as turn from g),
     p as materialized (
       select r.* from r where ${parts.join(" and ")}
       order by r.risk desc, r.epss desc, r.turn desc, r.published desc, r.id desc limit ${value(page.limit, "int")})
     select ${COLUMNS}, r.packages, r."findingCount", r.assets as "assetCount",
       jsonb_build_array(r.risk, r.epss, r.turn, r.published, r.id) as "sortKey"
     from p r join finding f on f.company_id = ${value(companyId, "int")} and f.id = r.id
     order by r.risk desc, r.epss desc, r.turn desc, r.published desc, r.id desc`,
    values,
  );
};

/** How many rows `findingsBySource` has, counted up to COUNT_LIMIT. */
export const countSources = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  perPackage: number | null,
): Promise<number> => {
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const most = `$${values.push(perPackage)}::int`;
  const rows = await tx.query<{ n: number }>(
    `select coalesce(sum(least(n, coalesce(${most}, n))), 0)::int as n from (
       select count(distinct f.advisory) as n from ${findingsFrom(tx, filter, values)} f where ${where}
       group by f.ecosystem, coalesce(f.source, f.package)) x`,
    values,
  );
  return Math.min(rows[0]?.n ?? 0, COUNT_LIMIT);
};
