import type { Widget } from "@zerotrace/core/dashboard/widget";
import type { Tx } from "../../platform/db/index.ts";

/** What a dashboard says. */
export interface DashboardWish {
  readonly name: string;
  readonly widgets: readonly Widget[];
}

/** A dashboard as stored; without `personId` it is shared. */
export interface DashboardRecord extends DashboardWish {
  readonly id: string;
  readonly personId: string | null;
  readonly revision: number;
  readonly createdBy: string;
  readonly changedAt: Date;
}

const COLUMNS = `id, person_id as "personId", name, widgets, revision, created_by as "createdBy", changed_at as "changedAt"`;
const MINE = "company_id = $1 and (person_id is null or person_id = $2)";

/** Dashboards that a person (null: nobody in particular) may see, by name, without their widgets. */
export const dashboardsFor = (
  tx: Tx,
  companyId: number,
  personId: string | null,
): Promise<(Omit<DashboardRecord, "widgets"> & { readonly widgetCount: number })[]> =>
  tx.query(
    `select id, person_id as "personId", name, jsonb_array_length(widgets) as "widgetCount", revision,
       created_by as "createdBy", changed_at as "changedAt" from dashboard where ${MINE} order by lower(name), id`,
    [companyId, personId],
  );

/** One of those; null when there is none. `locked`: until the transaction ends. */
export const dashboardFor = async (
  tx: Tx,
  companyId: number,
  personId: string | null,
  id: string,
  isLocked = false,
): Promise<DashboardRecord | null> =>
  (
    await tx.query<DashboardRecord>(
      `select ${COLUMNS} from dashboard where ${MINE} and id = $3${isLocked ? " for update" : ""}`,
      [companyId, personId, id],
    )
  )[0] ?? null;

/** How many dashboards somebody has; null counts the shared ones. */
export const countDashboards = async (tx: Tx, companyId: number, personId: string | null): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from dashboard where company_id = $1 and person_id is not distinct from $2::uuid",
      [companyId, personId],
    )
  )[0]?.n ?? 0;

/** Stores a dashboard and answers its id; null when its owner has another of that name. */
export const insertDashboard = async (
  tx: Tx,
  companyId: number,
  row: DashboardWish & { readonly personId: string | null; readonly createdBy: string },
): Promise<string | null> =>
  (
    await tx.query<{ id: string }>(
      `insert into dashboard (company_id, person_id, name, widgets, created_by) values ($1, $2, $3, $4, $5)
       on conflict do nothing returning id`,
      [companyId, row.personId, row.name, JSON.stringify(row.widgets), row.createdBy],
    )
  )[0]?.id ?? null;

/** Whether an owner has another dashboard of that name. */
export const isTaken = async (
  tx: Tx,
  companyId: number,
  row: { readonly id: string; readonly personId: string | null; readonly name: string },
): Promise<boolean> =>
  (
    await tx.query(
      `select 1 from dashboard where company_id = $1 and person_id is not distinct from $2::uuid and name = $3 and id <> $4`,
      [companyId, row.personId, row.name, row.id],
    )
  ).length > 0;

/** Writes what a dashboard says and whose it is; answers its revision. */
export const updateDashboard = async (
  tx: Tx,
  companyId: number,
  row: DashboardWish & { readonly id: string; readonly personId: string | null },
): Promise<number> =>
  (
    await tx.query<{ revision: number }>(
      `update dashboard set person_id = $3, name = $4, widgets = $5, revision = revision + 1, changed_at = now()
       where company_id = $1 and id = $2 returning revision`,
      [companyId, row.id, row.personId, row.name, JSON.stringify(row.widgets)],
    )
  )[0]?.revision ?? 0;

/** Forgets a dashboard. */
export const removeDashboard = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from dashboard where company_id = $1 and id = $2", [companyId, id]);
};
