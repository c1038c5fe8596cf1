import type { Tx } from "../db/index.ts";
import type { WrappedKey } from "./master-keys.ts";

/** A company's data key as it is stored. */
export interface StoredKey extends WrappedKey {
  readonly id: string;
}

const COLUMNS = `id, master_key_id as "masterKeyId", wrapped`;

/** Held in a transaction that makes a company's key, so that two do not make two. */
const KEY_LOCK = 7_305_004;

/** Waits for whoever makes a key of this company in another transaction. */
export const lockCompanyKeys = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock($1, $2)", [KEY_LOCK, companyId]);
};

/** The newest key, which seals; null when the company has none. */
export const newestKey = async (tx: Tx, companyId: number): Promise<StoredKey | null> => {
  const [row] = await tx.prepared<StoredKey>(
    "company_key_newest",
    `select ${COLUMNS} from company_data_key where company_id = $1 order by created_at desc, id desc limit 1`,
    [companyId],
  );
  return row ?? null;
};

/** The key of this id; null when the company has no such key. */
export const keyById = async (tx: Tx, companyId: number, id: string): Promise<StoredKey | null> => {
  const [row] = await tx.prepared<StoredKey>(
    "company_key_by_id",
    `select ${COLUMNS} from company_data_key where company_id = $1 and id = $2`,
    [companyId, id],
  );
  return row ?? null;
};

/** Stores a new key; from its commit on it is the one that seals. */
export const insertKey = async (tx: Tx, companyId: number, key: StoredKey): Promise<void> => {
  await tx.query(
    `insert into company_data_key (company_id, id, master_key_id, wrapped, created_at)
     values ($1, $2, $3, $4, clock_timestamp())`,
    [companyId, key.id, key.masterKeyId, key.wrapped],
  );
};

/** The keys of a company that another master key than this one wraps. */
export const keysToRewrap = (tx: Tx, companyId: number, masterKeyId: string): Promise<StoredKey[]> =>
  tx.query<StoredKey>(
    `select ${COLUMNS} from company_data_key where company_id = $1 and master_key_id <> $2 order by id`,
    [companyId, masterKeyId],
  );

/** Puts a key under another master key, unless somebody did so meanwhile. Service role. */
export const replaceWrapping = async (tx: Tx, companyId: number, from: StoredKey, to: WrappedKey): Promise<void> => {
  await tx.query(
    `update company_data_key set master_key_id = $4, wrapped = $5, rewrapped_at = now()
     where company_id = $1 and id = $2 and wrapped = $3`,
    [companyId, from.id, from.wrapped, to.masterKeyId, to.wrapped],
  );
};
