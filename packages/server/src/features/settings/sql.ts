import type { Tx } from "../../platform/db/index.ts";

/** A setting that the company chose. */
export interface StoredSetting {
  readonly name: string;
  readonly value: unknown;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** What the company chose, by name. */
export const storedSettings = (tx: Tx, companyId: number): Promise<StoredSetting[]> =>
  tx.prepared<StoredSetting>(
    "company_settings",
    `select name, value, changed_at as "changedAt", changed_by as "changedBy" from company_setting
     where company_id = $1 order by name`,
    [companyId],
  );

/** Chooses a value. */
export const putSetting = async (
  tx: Tx,
  companyId: number,
  { name, value, changedBy }: { name: string; value: unknown; changedBy: string },
): Promise<void> => {
  await tx.query(
    `insert into company_setting (company_id, name, value, changed_by) values ($1, $2, $3, $4)
     on conflict (company_id, name) do update set value = excluded.value, changed_at = now(),
       changed_by = excluded.changed_by`,
    [companyId, name, JSON.stringify(value), changedBy],
  );
};

/** Goes back to what is used where none was chosen. */
export const removeSetting = async (tx: Tx, companyId: number, name: string): Promise<void> => {
  await tx.query("delete from company_setting where company_id = $1 and name = $2", [companyId, name]);
};
