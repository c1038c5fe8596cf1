import type { Tx } from "../../platform/db/index.ts";

export interface StoredSource {
  readonly source: string;
  readonly status: "ok" | "unreadable";
  readonly digest: string | null;
  readonly problems: string[];
  readonly componentIds: number[];
}

/** PostgreSQL's text of an int[]: the driver's own quotes every element, which costs more than the insert. */
const idList = (ids: readonly number[]): string => `{${ids.join(",")}}`;

/** The sources that the server holds of an asset. */
export const sourcesOf = async (tx: Tx, companyId: number, assetId: string): Promise<StoredSource[]> => {
  const rows = await tx.prepared<Omit<StoredSource, "componentIds"> & { ids: string }>(
    "inventory-sources",
    `select source, status, digest, problems, array_to_string(component_ids, ',') as ids from inventory
     where company_id = $1 and asset_id = $2`,
    [companyId, assetId],
  );
  return rows.map(({ ids, ...row }) => ({ ...row, componentIds: ids === "" ? [] : ids.split(",").map(Number) }));
};

/** A source of an asset as it is to be stored, with what changed in it. */
export interface SourceWrite {
  readonly source: string;
  /** Of an unreadable source the components that were last read are kept: what could not be looked at is not gone. */
  readonly status: "ok" | "unreadable";
  readonly error: string | null;
  readonly problems: readonly string[];
  /** Null keeps what is stored. */
  readonly digest: string | null;
  readonly componentIds: readonly number[];
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/** PostgreSQL's text of a text[] whose texts are lists of numbers. */
const idLists = (lists: readonly (readonly number[])[]): string =>
  `{${lists.map((ids) => `"${idList(ids)}"`).join(",")}}`;

/** Writes sources of an asset and appends what changed in each, in one statement, with the next one: most reports need no other. */
export const writeSources = (
  tx: Tx,
  companyId: number,
  { assetId, takenAt }: { assetId: string; takenAt: string },
  writes: readonly SourceWrite[],
): void => {
  tx.later(
    "inventory-write",
    `with given as materialized (
       select t.*, i.ids::int[] as ids, i.added::int[] as added, i.removed::int[] as removed
       from jsonb_to_recordset($4::jsonb)
           as t(n int, source text, status text, error text, problems text[], digest text)
         join unnest($5::text[], $6::text[], $7::text[]) with ordinality as i(ids, added, removed, n) on i.n = t.n),
     changed as (
       insert into inventory_delta (company_id, asset_id, source, added, removed)
       select $1, $2, source, added, removed from given where added <> '{}' or removed <> '{}' order by n)
     insert into inventory as h (company_id, asset_id, source, status, error, problems, digest, component_ids, taken_at)
     select $1, $2, source, status, error, problems, digest, ids, $3 from given order by n
     on conflict (company_id, asset_id, source) do update set status = excluded.status, error = excluded.error,
       problems = excluded.problems, digest = coalesce(excluded.digest, h.digest),
       component_ids = case excluded.status when 'unreadable' then h.component_ids else excluded.component_ids end,
       taken_at = excluded.taken_at`,
    [
      companyId,
      assetId,
      takenAt,
      JSON.stringify(
        writes.map(({ source, status, error, problems, digest }, n) => ({
          n: n + 1,
          source,
          status,
          error,
          problems,
          digest,
        })),
      ),
      idLists(writes.map((w) => w.componentIds)),
      idLists(writes.map((w) => w.added)),
      idLists(writes.map((w) => w.removed)),
    ],
  );
};

/** An unreadable source was read again and holds what it held. */
export const sourceReadAgain = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  source: string,
  takenAt: string,
): Promise<void> => {
  await tx.prepared(
    "inventory-read-again",
    `update inventory set status = 'ok', error = null, taken_at = $4
     where company_id = $1 and asset_id = $2 and source = $3`,
    [companyId, assetId, source, takenAt],
  );
};

/** Removes sources that the host no longer has, and appends that what they held is gone. */
export const removeSources = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  sources: readonly string[],
): Promise<void> => {
  await tx.prepared(
    "inventory-remove",
    `with gone as (
       delete from inventory where company_id = $1 and asset_id = $2 and source = any($3::text[])
       returning source, component_ids)
     insert into inventory_delta (company_id, asset_id, source, added, removed)
     select $1, $2, source, '{}', component_ids from gone where component_ids <> '{}' order by source`,
    [companyId, assetId, sources],
  );
};

/**
 * Deletes up to `limit` of the company's changes that are older than `days`; answers how many. What is installed now does
 * not depend on them. Service role with the company set; the database refuses to part with the last 30 days.
 */
export const expireDeltas = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from inventory_delta d using (
         select asset_id, id from inventory_delta
         where company_id = $1 and at < now() - make_interval(days => $2) order by at limit $3) old
       where d.company_id = $1 and d.asset_id = old.asset_id and d.id = old.id returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
