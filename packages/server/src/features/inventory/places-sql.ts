import type { Tx } from "../../platform/db/index.ts";

/** Rows written by one statement. */
const BATCH_ROWS = 5_000;

/** Where a component of an asset was found, and what is said of it there. */
export interface ComponentPlace {
  readonly componentId: number;
  readonly paths: readonly string[];
  /** The digest of the image's layer; empty when not told. */
  readonly layer: string;
  readonly license: string;
  readonly isDirect: boolean | null;
  readonly isDev: boolean | null;
}

/** Paths hold no line breaks: they are what separates them here. */
const joined = (paths: readonly string[]): string => paths.map((path) => path.replaceAll("\n", " ")).join("\n");

/** Makes the places of an asset equal to these, writing only what differs; a component stands once among them. */
export const replacePlaces = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  places: readonly ComponentPlace[],
): Promise<void> => {
  await tx.query(
    `delete from component_place where company_id = $1 and asset_id = $2 and component_id not in (select unnest($3::int[]))`,
    [companyId, assetId, `{${places.map((one) => one.componentId).join(",")}}`],
  );
  for (let from = 0; from < places.length; from += BATCH_ROWS) {
    const part = places.slice(from, from + BATCH_ROWS);
    await tx.query(
      `insert into component_place as w (company_id, asset_id, component_id, paths, layer, license, is_direct, is_dev)
       select $1, $2, t.c, case when t.p = '' then '{}'::text[] else string_to_array(t.p, e'\\n') end, t.l, t.n, t.d, t.v
       from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::bool[]) as t(c, p, l, n, d, v)
       on conflict (company_id, asset_id, component_id) do update set paths = excluded.paths, layer = excluded.layer,
         license = excluded.license, is_direct = excluded.is_direct, is_dev = excluded.is_dev
       where (w.paths, w.layer, w.license, w.is_direct, w.is_dev) is distinct from
         (excluded.paths, excluded.layer, excluded.license, excluded.is_direct, excluded.is_dev)`,
      [
        companyId,
        assetId,
        part.map((one) => one.componentId),
        part.map((one) => joined(one.paths)),
        part.map((one) => one.layer),
        part.map((one) => one.license),
        part.map((one) => one.isDirect),
        part.map((one) => one.isDev),
      ],
    );
  }
};

/** Makes the places of an asset those of another one. */
export const copyPlaces = async (tx: Tx, companyId: number, fromId: string, toId: string): Promise<void> => {
  await tx.query("delete from component_place where company_id = $1 and asset_id = $2", [companyId, toId]);
  await tx.query(
    `insert into component_place (company_id, asset_id, component_id, paths, layer, license, is_direct, is_dev)
     select company_id, $3, component_id, paths, layer, license, is_direct, is_dev from component_place
     where company_id = $1 and asset_id = $2`,
    [companyId, fromId, toId],
  );
};
