import type { Tx } from "../../platform/db/index.ts";

/** A setting that the company chose. */
export interface StoredSetting {
  readonly name: string;
  readonly value: unknown;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** Not a setting that is asked for at every sign-in, and as large as all of them together. */
const BRAND = "brand";

/** What the company's dashboard looks like; undefined where it never chose. */
export const storedBrand = async (tx: Tx, companyId: number): Promise<unknown> =>
  (
    await tx.prepared<{ value: unknown }>(
      "company_brand",
      `select value from company_setting where company_id = $1 and name = '${BRAND}'`,
      [companyId],
    )
  )[0]?.value;

/** Keeps how the company's dashboard looks. */
export const putStoredBrand = (tx: Tx, companyId: number, value: unknown, changedBy: string): Promise<void> =>
  putSetting(tx, companyId, { name: BRAND, value, changedBy });

/** What the company chose, by name. */
export const storedSettings = (tx: Tx, companyId: number): Promise<StoredSetting[]> =>
  tx.prepared<StoredSetting>(
    "company_settings",
    `select name, value, changed_at as "changedAt", changed_by as "changedBy" from company_setting
     where company_id = $1 and name <> '${BRAND}' order by name`,
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
