import type { Tx } from "../../platform/db/index.ts";

/** Labels of an asset before and after a change. */
export interface Relabeled {
  readonly id: string;
  readonly name: string;
  readonly before: string[];
  readonly after: string[];
}

/** Locks assets by id, as inventories do, and answers what they are called and labeled; those that there are not are left out. */
export const labelsForUpdate = (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
): Promise<{ id: string; name: string; labels: string[] }[]> =>
  tx.query(
    `select id, name, labels from asset where company_id = $1 and id = any($2::uuid[]) order by id for no key update`,
    [companyId, ids],
  );

/** Writes the labels of assets. */
export const writeLabels = async (tx: Tx, companyId: number, changes: readonly Relabeled[]): Promise<void> => {
  await tx.query(
    `update asset a set labels = array(select jsonb_array_elements_text(c.change -> 'after'))
     from jsonb_array_elements($2::jsonb) as c(change) where a.company_id = $1 and a.id = (c.change ->> 'id')::uuid`,
    [companyId, JSON.stringify(changes)],
  );
};

/** Adds labels to an asset. */
export const addLabels = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  labels: readonly string[],
): Promise<void> => {
  if (labels.length === 0) return;
  await tx.query(
    `update asset set labels = array(select distinct unnest(labels || $3::text[]) order by 1)
     where company_id = $1 and id = $2`,
    [companyId, assetId, labels],
  );
};

/** Every label of the company's assets with how many have it, by name. */
export const labelCounts = (tx: Tx, companyId: number, limit: number): Promise<{ label: string; count: number }[]> =>
  tx.query(
    `select label, count(*)::int as count from asset, unnest(labels) as label where company_id = $1
     group by 1 order by 1 limit $2`,
    [companyId, limit],
  );
