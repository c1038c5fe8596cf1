import type { IndexMeta } from "@zerotrace/core";
import { createReadStream } from "node:fs";
import type { Tx } from "../../platform/db/index.ts";

export interface Generation {
  readonly id: number;
  readonly publishedAt: Date;
  /** The file's name; see indexPath. */
  readonly indexFile: string;
  readonly meta: IndexMeta;
  /** When its sources were last read, or found unchanged. */
  readonly confirmedAt: Date;
  /** What its sources looked like; null when that cannot be told. */
  readonly sourceStamp: string | null;
  /** How it came into force. One that was put there by hand stays until the operator says otherwise. */
  readonly origin: Origin;
}

export type Origin = "sync" | "import" | "rollback";

/** The generation in force: the newest published; null before the first. */
export const generationInForce = async (tx: Tx): Promise<Generation | null> =>
  (
    await tx.query<Generation>(
      `select id, published_at as "publishedAt", confirmed_at as "confirmedAt", source_stamp as "sourceStamp",
         index_file as "indexFile", meta, origin
       from feed_generation order by id desc limit 1`,
    )
  )[0] ?? null;

/** Generations that were in force, the newest first, at most `limit`; hash is null for those of older versions. */
export const publishedGenerations = async (
  tx: Tx,
  limit: number,
): Promise<{ id: number; publishedAt: Date; origin: Origin; hash: string | null }[]> =>
  await tx.query(
    `select id, published_at as "publishedAt", origin, meta ->> 'generation' as hash from feed_generation
     order by id desc limit $1`,
    [limit],
  );

/** A generation as it is put in force. */
export type NewGeneration = Pick<Generation, "meta" | "indexFile" | "origin" | "sourceStamp">;

/** Adds a generation, which is in force once this transaction commits. Returns its id. */
export const insertGeneration = async (tx: Tx, g: NewGeneration): Promise<number> =>
  (
    await tx.query<{ id: number }>(
      "insert into feed_generation (meta, index_file, origin, source_stamp) values ($1, $2, $3, $4) returning id",
      [JSON.stringify(g.meta), g.indexFile, g.origin, g.sourceStamp],
    )
  )[0]?.id as number;

/** Notes that the sources of a generation were looked at and hold what they held. */
export const confirmGeneration = async (tx: Tx, { id, meta }: Generation): Promise<void> => {
  const readAt = new Date().toISOString();
  const sources = meta.sources.map((source) => ({ ...source, readAt }));
  await tx.query("update feed_generation set confirmed_at = now(), meta = $2 where id = $1", [
    id,
    JSON.stringify({ ...meta, sources }),
  ]);
};

/** Index files of generations older than the newest `keep`, which nothing reads any more. */
export const outdatedFiles = async (tx: Tx, keep: number): Promise<string[]> =>
  (
    await tx.query<{ file: string }>(
      `select distinct index_file as file from feed_generation g
       where g.id <= (select max(id) from feed_generation) - $1
         and g.index_file not in (select index_file from feed_generation order by id desc limit $1)`,
      [keep],
    )
  ).map((r) => r.file);

/**
 * Gives a table's files back within the transaction that made it. Left to the commit that is done after it is seen, and before the
 * jobs that it orders are announced.
 */
const emptied = (table: "record_stage" | "advisory_stage"): string => `truncate ${table}`;

/** Brings the stored records in line with a COPY file; unchanged ones are not written. Returns how many changed. */
export const replaceRecords = async (tx: Tx, copyFile: string): Promise<number> => {
  await tx.query(
    `create temp table record_stage (id text, feed text, modified_at timestamptz, hash bytea, doc text) on commit drop`,
  );
  await tx.copyFrom(
    "copy record_stage (id, feed, modified_at, hash, doc) from stdin binary",
    createReadStream(copyFile, { highWaterMark: 1024 * 1024 }),
  );
  const rows = await tx.query<{ count: number }>(
    `with written as (
       insert into advisory_record as r (id, feed, modified_at, hash, doc)
       select s.id, s.feed, s.modified_at, s.hash, s.doc from record_stage s
       where not exists (select 1 from advisory_record o where o.id = s.id and o.hash = s.hash and o.feed = s.feed)
       on conflict (id) do update set feed = excluded.feed, modified_at = excluded.modified_at, hash = excluded.hash,
         doc = excluded.doc
       returning 1),
     gone as (
       delete from advisory_record r where not exists (select 1 from record_stage s where s.id = r.id) returning 1)
     select ((select count(*) from written) + (select count(*) from gone))::int as count`,
  );
  await tx.query(emptied("record_stage"));
  return rows[0]?.count ?? 0;
};

/** Columns of the binary COPY that `replaceAdvisories` takes. */
export const ADVISORY_STAGE_COLUMNS =
  "name, aliases, summary, severity, cvss, cvss_vector, epss, epss_percentile, kev_added_at, published_at, modified_at, ssvc, attributes_hash";

/**
 * Brings the advisories in line with a staged COPY; unchanged ones are not written. Those that are no longer in force stay:
 * findings of the past name them. Returns the ids of those that existed and changed.
 */
export const replaceAdvisories = async (tx: Tx, copy: AsyncIterable<Uint8Array>): Promise<number[]> => {
  await tx.query(
    `create temp table advisory_stage (name text, aliases text[], summary text, severity text, cvss real, cvss_vector text,
       epss real, epss_percentile real, kev_added_at text, published_at timestamptz, modified_at timestamptz,
       ssvc smallint, attributes_hash text) on commit drop`,
  );
  await tx.copyFrom(`copy advisory_stage (${ADVISORY_STAGE_COLUMNS}) from stdin binary`, copy);
  const rows = await tx.query<{ id: number }>(
    `update advisory a set aliases = s.aliases, summary = s.summary, severity = s.severity, cvss = s.cvss,
       cvss_vector = s.cvss_vector, epss = s.epss, epss_percentile = s.epss_percentile,
       kev_added_at = s.kev_added_at::date, published_at = s.published_at, modified_at = s.modified_at,
       ssvc = s.ssvc, attributes_hash = s.attributes_hash
     from advisory_stage s where a.name = s.name and a.attributes_hash <> s.attributes_hash returning a.id`,
  );
  // of those that were written before there were classes
  await tx.query("update advisory a set ssvc = s.ssvc from advisory_stage s where a.name = s.name and a.ssvc is null");
  await tx.query(
    `insert into advisory (${ADVISORY_STAGE_COLUMNS})
     select s.name, s.aliases, s.summary, s.severity, s.cvss, s.cvss_vector, s.epss, s.epss_percentile,
       s.kev_added_at::date, s.published_at, s.modified_at, s.ssvc, s.attributes_hash
     from advisory_stage s where not exists (select 1 from advisory a where a.name = s.name)`,
  );
  await tx.query(emptied("advisory_stage"));
  return rows.map((r) => r.id);
};

/** How many components of an ecosystem got a verdict, and why the others did not. */
export interface CoverageRecord {
  readonly ecosystem: string;
  readonly componentCount: number;
  readonly covered: number;
  readonly notCovered: number;
  readonly unparsable: number;
}

/** What is kept of a company as a whole; null where nothing is, or the caller sees some assets only. */
const keptCoverage = async (tx: Tx, companyId: number): Promise<CoverageRecord[] | null> =>
  (
    await tx.query<{ coverage: CoverageRecord[] }>("select coverage from company_total where company_id = $1", [
      companyId,
    ])
  )[0]?.coverage ?? null;

/** The company's components by the ecosystem that judges them, and verdict. Service role with the company set. */
export const coverageByEcosystem = async (
  tx: Tx,
  companyId: number,
  assetId: string | null,
): Promise<CoverageRecord[]> =>
  (assetId === null ? await keptCoverage(tx, companyId) : null) ??
  (await tx.query<CoverageRecord>(
    `with present as (
       select distinct u.id from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and ($2::uuid is null or i.asset_id = $2))
     select p.ecosystem, count(*)::int as "componentCount",
       count(*) filter (where c.verdict in ('affected', 'not_affected'))::int as covered,
       count(*) filter (where c.verdict_reason in ('no_feed', 'end_of_life'))::int as "notCovered",
       count(*) filter (where c.verdict_reason in ('unparsable', 'no_stream'))::int as unparsable
     from present x join component c on c.id = x.id join package p on p.id = c.package_id group by 1 order by 2 desc, 1`,
    [companyId, assetId],
  ));

/** Ids of every company. */
export const companyIds = async (tx: Tx): Promise<number[]> =>
  (await tx.query<{ id: number }>("select id from company order by id")).map((r) => r.id);

/** Makes the known stale sources these; answers which feeds were not known before, and which are not stale any more. Sorted. */
export const replaceStaleSources = async (
  tx: Tx,
  stale: readonly { feed: string; location: string }[],
): Promise<{ became: string[]; recovered: string[] }> => {
  const columns = [stale.map((s) => s.feed), stale.map((s) => s.location)];
  const gone = await tx.query<{ feed: string }>(
    `delete from stale_source o where not exists (
       select 1 from unnest($1::text[], $2::text[]) as t(f, l) where t.f = o.feed and t.l = o.location)
     returning o.feed`,
    columns,
  );
  const added = await tx.query<{ feed: string }>(
    `insert into stale_source (feed, location) select distinct f, l from unnest($1::text[], $2::text[]) as t(f, l)
     on conflict do nothing returning feed`,
    columns,
  );
  const still = new Set(stale.map((s) => s.feed));
  const feedsOf = (rows: readonly { feed: string }[]): string[] => [...new Set(rows.map((r) => r.feed))].sort();
  // a feed that is read from elsewhere and is stale there too has no news
  const moved = new Set(feedsOf(gone).filter((feed) => still.has(feed)));
  return {
    became: feedsOf(added).filter((feed) => !moved.has(feed)),
    recovered: feedsOf(gone).filter((feed) => !still.has(feed)),
  };
};
