import type { Tx } from "../../platform/db/index.ts";

export interface StoredSource {
  readonly source: string;
  readonly status: "ok" | "unreadable";
  readonly digest: string | null;
  readonly componentIds: number[];
}

/** PostgreSQL's text of an int[]: the driver's own quotes every element, which costs more than the insert. */
const idList = (ids: readonly number[]): string => `{${ids.join(",")}}`;

/** The sources that the server holds of an asset. */
export const sourcesOf = async (tx: Tx, companyId: number, assetId: string): Promise<StoredSource[]> => {
  const rows = await tx.prepared<Omit<StoredSource, "componentIds"> & { ids: string }>(
    "inventory-sources",
    `select source, status, digest, array_to_string(component_ids, ',') as ids from inventory
     where company_id = $1 and asset_id = $2`,
    [companyId, assetId],
  );
  return rows.map(({ ids, ...row }) => ({ ...row, componentIds: ids === "" ? [] : ids.split(",").map(Number) }));
};

export interface SourceWrite {
  readonly assetId: string;
  readonly source: string;
  readonly status: "ok" | "unreadable";
  readonly error: string | null;
  readonly problems: readonly string[];
  readonly digest: string | null;
  /** Null keeps what is stored. */
  readonly componentIds: readonly number[] | null;
  readonly takenAt: string;
}

/**
 * Writes one source of an asset. An unreadable source keeps the components that were last read: what could not be looked at
 * is not gone.
 */
export const writeSource = async (tx: Tx, companyId: number, w: SourceWrite): Promise<void> => {
  await tx.prepared(
    "inventory-write",
    `insert into inventory (company_id, asset_id, source, status, error, problems, digest, component_ids, taken_at)
     values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::int[], '{}'), $9)
     on conflict (company_id, asset_id, source) do update set status = excluded.status, error = excluded.error,
       problems = excluded.problems, digest = coalesce(excluded.digest, inventory.digest),
       component_ids = case when $8::int[] is null then inventory.component_ids else excluded.component_ids end,
       taken_at = excluded.taken_at`,
    [
      companyId,
      w.assetId,
      w.source,
      w.status,
      w.error,
      w.problems,
      w.digest,
      w.componentIds && idList(w.componentIds),
      w.takenAt,
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
  await tx.query(
    `update inventory set status = 'ok', error = null, taken_at = $4
     where company_id = $1 and asset_id = $2 and source = $3`,
    [companyId, assetId, source, takenAt],
  );
};

/** Removes sources that the host no longer has. */
export const removeSources = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  sources: readonly string[],
): Promise<void> => {
  await tx.query("delete from inventory where company_id = $1 and asset_id = $2 and source = any($3::text[])", [
    companyId,
    assetId,
    sources,
  ]);
};

/** Appends what changed in a source. */
export const appendDelta = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  source: string,
  added: readonly number[],
  removed: readonly number[],
): Promise<void> => {
  await tx.prepared(
    "inventory-delta",
    `insert into inventory_delta (company_id, asset_id, source, added, removed) values ($1, $2, $3, $4, $5)`,
    [companyId, assetId, source, idList(added), idList(removed)],
  );
};
