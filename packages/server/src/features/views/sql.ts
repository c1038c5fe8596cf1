import type { Tx } from "../../platform/db/index.ts";
import type { ViewNoun } from "./contract.ts";

/** What a view says. */
export interface ViewWish {
  readonly name: string;
  readonly query: string;
  readonly sort: string;
  readonly view: string;
  readonly columns: readonly string[];
}

/** A view as stored; without `personId` it is shared. */
export interface ViewRecord extends ViewWish {
  readonly id: string;
  readonly personId: string | null;
  readonly noun: ViewNoun;
  readonly createdBy: string;
  readonly changedAt: Date;
}

const COLUMNS = `id, person_id as "personId", noun, name, query, sort, view, columns, created_by as "createdBy",
  changed_at as "changedAt"`;

/** Views that a person (null: nobody in particular) may use: the person's own and the shared ones, by name. */
export const viewsFor = (tx: Tx, companyId: number, personId: string | null): Promise<ViewRecord[]> =>
  tx.query(
    `select ${COLUMNS} from saved_view where company_id = $1 and (person_id is null or person_id = $2)
     order by lower(name), id`,
    [companyId, personId],
  );

/** One of those, locked until the transaction ends; null when there is none. */
export const lockView = async (
  tx: Tx,
  companyId: number,
  personId: string | null,
  id: string,
): Promise<ViewRecord | null> =>
  (
    await tx.query<ViewRecord>(
      `select ${COLUMNS} from saved_view
       where company_id = $1 and (person_id is null or person_id = $2) and id = $3 for update`,
      [companyId, personId, id],
    )
  )[0] ?? null;

/** How many views somebody has; null counts the shared ones. */
export const countViews = async (tx: Tx, companyId: number, personId: string | null): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from saved_view where company_id = $1 and person_id is not distinct from $2::uuid",
      [companyId, personId],
    )
  )[0]?.n ?? 0;

/** Stores a view and answers its id; null when its owner has another of that name. */
export const insertView = async (
  tx: Tx,
  companyId: number,
  row: ViewWish & { readonly noun: ViewNoun; readonly personId: string | null; readonly createdBy: string },
): Promise<string | null> =>
  (
    await tx.query<{ id: string }>(
      `insert into saved_view (company_id, person_id, noun, name, query, sort, view, columns, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [companyId, row.personId, row.noun, row.name, row.query, row.sort, row.view, row.columns, row.createdBy],
    )
  )[0]?.id ?? null;

/** Whether an owner has another view of that name and list. */
export const isTaken = async (
  tx: Tx,
  companyId: number,
  row: { readonly id: string; readonly personId: string | null; readonly noun: ViewNoun; readonly name: string },
): Promise<boolean> =>
  (
    await tx.query(
      `select 1 from saved_view where company_id = $1 and person_id is not distinct from $2::uuid and noun = $3
         and name = $4 and id <> $5`,
      [companyId, row.personId, row.noun, row.name, row.id],
    )
  ).length > 0;

/** Writes what a view says and whose it is. */
export const updateView = async (
  tx: Tx,
  companyId: number,
  row: ViewWish & { readonly id: string; readonly personId: string | null },
): Promise<void> => {
  await tx.query(
    `update saved_view set person_id = $3, name = $4, query = $5, sort = $6, view = $7, columns = $8, changed_at = now()
     where company_id = $1 and id = $2`,
    [companyId, row.id, row.personId, row.name, row.query, row.sort, row.view, row.columns],
  );
};

/** Forgets a view. */
export const removeView = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from saved_view where company_id = $1 and id = $2", [companyId, id]);
};
