import { AppError } from "@zerotrace/core";
import { type CryptoKey, importJWK, type JWK } from "jose";
import type { CompanyKeys, Place } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { keysInForce, providerCompany, type SigningKeyRow } from "./keys-sql.ts";

/** Keys as they were read are held this long, in ms. */
const HELD_MS = 1_000;

export interface KeyReaderOptions {
  readonly db: Database;
  readonly keys: CompanyKeys;
}

type Key = CryptoKey | Uint8Array;

/** Reads keys and opens them; each is opened once while it is in force. */
export interface KeyReader {
  /** The keys in force, newest first, as they were up to a second ago. */
  rows(at: Date): Promise<SigningKeyRow[]>;
  reread(): void;
  privateOf(row: SigningKeyRow): Promise<Key>;
  /** What verifies: of HS256 the secret itself. */
  publicOf(row: SigningKeyRow): Promise<Key>;
}

/** Where a key's private half is sealed for. */
export const placeOf = (id: string): Place => ({ table: "signing_key", column: "sealed", row: id });

export const noProvider = (): AppError =>
  new AppError("NOT_READY", "There is no company that runs the platform yet: start the server.");

/** The company under whose data keys the private halves are sealed. Throws NOT_READY. */
export const providerOf = async (db: Database): Promise<number> => {
  const id = await db.asService(providerCompany);
  if (id === null) throw noProvider();
  return id;
};

export const createKeyReader = ({ db, keys }: KeyReaderOptions): KeyReader => {
  let held: { at: number; rows: Promise<SigningKeyRow[]> } | null = null;
  const opened = new Map<string, Promise<Key>>();
  const once = (name: string, open: () => Promise<Key>): Promise<Key> => {
    const there = opened.get(name) ?? open();
    opened.set(name, there);
    // what could not be opened is tried again
    there.catch(() => opened.delete(name));
    return there;
  };
  const privateOf = (row: SigningKeyRow): Promise<Key> =>
    once(`private/${row.id}`, async () => {
      const of = await providerOf(db);
      const plain = await db.asServiceFor(of, (tx) => keys.open(tx, of, placeOf(row.id), row.sealed));
      if (row.publicJwk === null) return Buffer.from(plain, "base64url");
      return importJWK(JSON.parse(plain) as JWK, row.algorithm);
    });
  return {
    rows: async (at) => {
      if (held === null || Math.abs(at.getTime() - held.at) >= HELD_MS) {
        const asked = { at: at.getTime(), rows: db.asService((tx) => keysInForce(tx, at)) };
        asked.rows.catch(() => (held = held === asked ? null : held));
        held = asked;
      }
      const found = await held.rows;
      const inForce = new Set(found.map(({ id }) => id));
      for (const name of opened.keys()) if (!inForce.has(name.slice(name.indexOf("/") + 1))) opened.delete(name);
      return found;
    },
    reread: () => void (held = null),
    privateOf,
    publicOf: (row) => {
      const { publicJwk } = row;
      return publicJwk === null ? privateOf(row) : once(`public/${row.id}`, () => importJWK(publicJwk, row.algorithm));
    },
  };
};
