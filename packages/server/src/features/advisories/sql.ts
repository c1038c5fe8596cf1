import type { Severity } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** Records of one advisory that are shown; groups are far smaller. */
const RECORDS_MAX = 100;

export interface AdvisoryRow {
  readonly id: string;
  readonly aliases: string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly kevAddedAt: string | null;
  readonly publishedAt: Date | null;
  readonly modifiedAt: Date | null;
}

export interface PublishedRecord {
  readonly id: string;
  readonly feed: string;
  readonly doc: string;
}

const COLUMNS = `name as id, aliases, summary, severity, cvss, epss, to_char(kev_added_at, 'YYYY-MM-DD') as "kevAddedAt",
  published_at as "publishedAt", modified_at as "modifiedAt"`;
/** A condition for each pattern: of a list of patterns PostgreSQL asks no index. */
const foundBy = ({ patterns, aliases }: AdvisorySearch, values: unknown[]): string =>
  `(${[...patterns.map((one) => `name like $${values.push(one)}`), `aliases && $${values.push(aliases)}::text[]`].join(" or ")})`;

/** What a search looks for: LIKE patterns of the name, and aliases as they are; both in every way of writing. */
export interface AdvisorySearch {
  readonly patterns: readonly string[];
  readonly aliases: readonly string[];
}

/** Where a page of the newest ended: when that advisory was published (ISO, microseconds; null: not said) and its name. */
export type NewestKey = readonly [publishedAt: string | null, name: string];

// as the index advisory_newest has it
const PUBLISHED = `coalesce(published_at, '-infinity'::timestamptz)`;

/** A page of all advisories, the newest published first, those without a date last. Service role. */
export const newestAdvisories = (
  tx: Tx,
  page: { limit: number; after: NewestKey | null },
): Promise<(AdvisoryRow & { publishedKey: string | null })[]> =>
  tx.query<AdvisoryRow & { publishedKey: string | null }>(
    `select ${COLUMNS}, to_char(published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "publishedKey"
     from advisory where $2::text is null or (${PUBLISHED}, name) < (coalesce($1::timestamptz, '-infinity'), $2)
     order by ${PUBLISHED} desc, name desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** A page of the advisories of a search by name, after `after`. Service role. */
export const advisoriesPage = (
  tx: Tx,
  search: AdvisorySearch,
  page: { limit: number; after: string | null },
): Promise<AdvisoryRow[]> => {
  const values: unknown[] = [page.after, page.limit];
  return tx.query<AdvisoryRow>(
    `select ${COLUMNS} from advisory where ${foundBy(search, values)} and ($1::text is null or name > $1) order by name limit $2`,
    values,
  );
};

/** How many advisories a search has, counted up to COUNT_LIMIT. Service role. */
export const countAdvisories = async (tx: Tx, search: AdvisorySearch): Promise<number> => {
  const values: unknown[] = [COUNT_LIMIT];
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from advisory where ${foundBy(search, values)} limit $1) x`,
    values,
  );
  return row?.n ?? 0;
};

/** The advisory that has one of these names, as its own before as an alias; null when there is none. Service role. */
export const advisoryByName = async (tx: Tx, names: readonly string[]): Promise<AdvisoryRow | null> => {
  const [row] = await tx.query<AdvisoryRow>(
    `select ${COLUMNS} from advisory where name = any($1::text[]) or aliases && $1::text[]
     order by name = any($1::text[]) desc, name limit 1`,
    [names],
  );
  return row ?? null;
};

/** The records as published that have these ids, by id. Service role. */
export const publishedRecords = (tx: Tx, ids: readonly string[]): Promise<PublishedRecord[]> =>
  tx.query<PublishedRecord>(
    `select id, feed, doc from advisory_record where id = any($1::text[]) order by id limit $2`,
    [ids, RECORDS_MAX],
  );

/** The open findings of a company that an advisory makes. */
export const countOpenFindings = async (tx: Tx, companyId: number, advisory: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from finding f
     where company_id = $1 and advisory = $2 and status = 'open' and not exists (
       select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
         and e.advisory_id = f.advisory_id and e.closes)`,
    [companyId, advisory],
  );
  return row?.n ?? 0;
};
