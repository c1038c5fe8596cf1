import type { Tx } from "../db/index.ts";
import { COMPANY_STATE, type Credential, CREDENTIAL_COLUMNS, type FoundCredential } from "./sql.ts";

/** The API token whose former secret has this hash and still holds at `now`; it ends with that. Null for none. */
export const findByFormerSecret = async (
  tx: Tx,
  companyId: number,
  hash: Buffer,
  now: Date,
): Promise<FoundCredential | null> => {
  const [row] = await tx.prepared<FoundCredential>(
    "credential_by_former_secret",
    `select ${CREDENTIAL_COLUMNS}, ${COMPANY_STATE} as "companyState" from credential
     where company_id = $1 and previous_hash = $2 and kind = 'api' and previous_until > $3
       and revoked_at is null and (expires_at is null or expires_at > $3)`,
    [companyId, hash, now],
  );
  if (row === undefined) return null;
  const { expiresAt, previousUntil } = row;
  return {
    ...row,
    expiresAt: expiresAt !== null && previousUntil !== null && expiresAt < previousUntil ? expiresAt : previousUntil,
  };
};

/** An API token in force at `now`, kept as it is for others until the transaction ends; null for none. */
export const lockApiToken = async (tx: Tx, companyId: number, id: string, now: Date): Promise<Credential | null> => {
  const [row] = await tx.query<Credential>(
    `select ${CREDENTIAL_COLUMNS} from credential
     where company_id = $1 and id = $2 and kind = 'api' and revoked_at is null and (expires_at is null or expires_at > $3)
     for update`,
    [companyId, id, now],
  );
  return row ?? null;
};

/** Gives an API token another secret; the former one holds until `formerUntil`, null: no longer. Call `forget(id)` after the commit. */
export const replaceApiSecret = async (
  tx: Tx,
  companyId: number,
  change: { id: string; hash: Buffer; now: Date; formerUntil: Date | null; expiresAt: Date | null },
): Promise<void> => {
  await tx.query(
    `update credential set hash = $3, rotated_at = $4, expires_at = $6,
       previous_hash = case when $5::timestamptz is null then null else hash end, previous_until = $5
     where company_id = $1 and id = $2`,
    [companyId, change.id, change.hash, change.now, change.formerUntil, change.expiresAt],
  );
};
