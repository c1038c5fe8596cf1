import { AppError } from "@zerotrace/core";
import { LRUCache } from "lru-cache";
import { hkdfSync, randomBytes } from "node:crypto";
import type { Database, Tx } from "../db/index.ts";
import { KEY_BYTES, keyIdOf, open, seal, type SealContext, type SealingKey } from "./envelope.ts";
import type { MasterKeys } from "./master-keys.ts";
import {
  insertKey,
  keyById,
  keysToRewrap,
  lockCompanyKeys,
  newestKey,
  replaceWrapping,
  type StoredKey,
} from "./sql.ts";

/** The column that a sealed value stands in, and its row where one must not be copied to another. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row?: string;
}

/** Seals values of companies under their own data keys. Every call runs in a transaction of that company. */
export interface CompanyKeys {
  /** Seals a value under the company's newest data key, which is made when there is none. */
  seal(tx: Tx, companyId: number, place: Place, plain: string): Promise<string>;
  /** Throws UNSEALABLE for a value of another company, table, column or row, and for one that was changed. */
  open(tx: Tx, companyId: number, place: Place, sealed: string): Promise<string>;
  /** Whether a value is sealed under an older key than the newest. */
  isOld(tx: Tx, companyId: number, sealed: string): Promise<boolean>;
  /** 32 bytes that this data key (the newest when not named) gives for a purpose, the same each time. */
  derive(tx: Tx, companyId: number, purpose: string, keyId?: string): Promise<{ keyId: string; bytes: Buffer }>;
  /** Makes a new data key that seals from the commit on; older ones go on opening. Answers its id. */
  rotate(tx: Tx, companyId: number): Promise<string>;
  /** Puts each data key of a company that an older master key wraps under the current one; answers how many. */
  rewrap(db: Database, companyId: number): Promise<number>;
  /** Drops the keys of a company from memory: it is gone. */
  forget(companyId: number): void;
}

/** Unwrapped keys held in memory, and for how long: a key that is gone from the master must end here too. */
const HELD_MAX = 1_000;
const HELD_MS = 10 * 60_000;

const wrapContext = (companyId: number, id: string): SealContext => [companyId, "company_data_key", "wrapped", id];
const contextOf = (companyId: number, { table, column, row }: Place): SealContext =>
  row === undefined ? [companyId, table, column] : [companyId, table, column, row];

/** Opens the companies' data keys with these master keys. */
export const createCompanyKeys = (master: MasterKeys): CompanyKeys => {
  const held = new LRUCache<string, Buffer>({ max: HELD_MAX, ttl: HELD_MS });

  const unwrapped = async (companyId: number, stored: StoredKey): Promise<SealingKey> => {
    const name = `${companyId}/${stored.id}`;
    const bytes = held.get(name) ?? (await master.unwrap(stored, wrapContext(companyId, stored.id)));
    held.set(name, bytes);
    return { id: stored.id, bytes };
  };
  const make = async (tx: Tx, companyId: number): Promise<SealingKey> => {
    const key = { id: `c-${randomBytes(8).toString("hex")}`, bytes: randomBytes(KEY_BYTES) };
    const wrapped = await master.wrap(key.bytes, wrapContext(companyId, key.id));
    await insertKey(tx, companyId, { id: key.id, ...wrapped });
    return key;
  };
  const newest = async (tx: Tx, companyId: number): Promise<SealingKey> => {
    const found = await newestKey(tx, companyId);
    if (found !== null) return unwrapped(companyId, found);
    await lockCompanyKeys(tx, companyId);
    const meanwhile = await newestKey(tx, companyId);
    return meanwhile === null ? make(tx, companyId) : unwrapped(companyId, meanwhile);
  };
  const byId = async (tx: Tx, companyId: number, id: string): Promise<SealingKey> => {
    const bytes = held.get(`${companyId}/${id}`);
    if (bytes !== undefined) return { id, bytes };
    const stored = await keyById(tx, companyId, id);
    if (stored === null) throw new AppError("UNSEALABLE", `The data key ${id} is not one of this company.`);
    return unwrapped(companyId, stored);
  };

  return {
    seal: async (tx, companyId, place, plain) => seal(await newest(tx, companyId), plain, contextOf(companyId, place)),
    open: async (tx, companyId, place, sealed) => {
      const key = await byId(tx, companyId, keyIdOf(sealed));
      return open(sealed, () => key.bytes, contextOf(companyId, place)).toString("utf8");
    },
    isOld: async (tx, companyId, sealed) => (await newest(tx, companyId)).id !== keyIdOf(sealed),
    derive: async (tx, companyId, purpose, keyId) => {
      const key = keyId === undefined ? await newest(tx, companyId) : await byId(tx, companyId, keyId);
      const bytes = Buffer.from(hkdfSync("sha256", key.bytes, "", `zerotrace ${companyId} ${purpose}`, KEY_BYTES));
      return { keyId: key.id, bytes };
    },
    rotate: async (tx, companyId) => {
      await lockCompanyKeys(tx, companyId);
      return (await make(tx, companyId)).id;
    },
    rewrap: async (db, companyId) => {
      const current = await master.currentId();
      const old = await db.asServiceFor(companyId, (tx) => keysToRewrap(tx, companyId, current));
      for (const stored of old) {
        const context = wrapContext(companyId, stored.id);
        const next = await master.wrap(await master.unwrap(stored, context), context);
        await db.asServiceFor(companyId, (tx) => replaceWrapping(tx, companyId, stored, next));
      }
      return old.length;
    },
    forget: (companyId) => {
      for (const name of held.keys()) if (name.startsWith(`${companyId}/`)) held.delete(name);
    },
  };
};
