import { AppError } from "@zerotrace/core";
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";
import { randomBytes } from "node:crypto";
import type { JwtAlgorithm, VerifyingKey } from "../../platform/auth/index.ts";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { writeAudit } from "../audit/index.ts";
import { createKeyReader, type KeyReaderOptions, noProvider, placeOf, providerOf } from "./key-reader.ts";
import {
  deleteEndedKeys,
  endRetiredKeys,
  insertSigningKey,
  keysInForce,
  lockSigningKeys,
  providerCompany,
  replaceSealedKey,
  retireSigningKey,
  type SigningKeyRow,
} from "./keys-sql.ts";

/** The longest that an access token lasts, in seconds. */
export const LIFETIME_SECONDS_MAX = 3600;
/** A retired key goes on verifying for the longest life of a token, the leeway, and the time in which other processes hear of it. */
const OVERLAP_MS = (LIFETIME_SECONDS_MAX + 300) * 1000;
/** Keys in force at one time: each change by hand adds one for an hour. */
const KEYS_MAX = 20;
const SECRET_BYTES = 32;
const RSA_BITS = 3072;
const DAY_MS = 86_400_000;

/** A key that signs. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: JwtAlgorithm;
  readonly key: CryptoKey | Uint8Array;
}
/** What is told of a key. */
export type KeyFacts = Pick<SigningKeyRow, "id" | "algorithm" | "createdAt" | "retiredAt" | "endsAt">;

/** The keys of the platform, read again each second while they are used. */
export interface SigningKeys {
  /** The key that signs now, made where there is none of the configured algorithm. */
  current(): Promise<SigningKey>;
  /** The key of an id, where tokens of it may be good; null for none. */
  verifying(id: string, now: Date): Promise<VerifyingKey | null>;
  /** The public halves of the keys in force; HS256 has none. */
  published(): Promise<JWK[]>;
  list(): Promise<KeyFacts[]>;
  /** The keys in force, newest first, as a transaction of the service role sees them; nobody else changes them until it ends. */
  inForce(tx: Tx): Promise<KeyFacts[]>;
  /** Makes a new key in a transaction of the service role; `endFormer` ends what the former ones signed. Call `reread` after the commit. */
  rotate(tx: Tx, options: { endFormer: boolean }): Promise<KeyFacts>;
  reread(): void;
  /** Rotates when the key that signs is older than `days`, and deletes those that ended. */
  keepFresh(days: number): Promise<void>;
}

/** What making and reading keys needs. */
interface Deps extends KeyReaderOptions {
  readonly algorithm: JwtAlgorithm;
  readonly now: () => Date;
}

const fresh = async (algorithm: JwtAlgorithm): Promise<{ id: string; publicJwk: JWK | null; plain: string }> => {
  if (algorithm === "HS256") {
    const id = randomBytes(16).toString("base64url");
    return { id, publicJwk: null, plain: randomBytes(SECRET_BYTES).toString("base64url") };
  }
  const modulus = algorithm === "RS256" ? { modulusLength: RSA_BITS } : {};
  const pair = await generateKeyPair(algorithm, { extractable: true, ...modulus });
  const bare = await exportJWK(pair.publicKey);
  const id = await calculateJwkThumbprint(bare);
  const publicJwk = { ...bare, kid: id, alg: algorithm, use: "sig" };
  return { id, publicJwk, plain: JSON.stringify(await exportJWK(pair.privateKey)) };
};

const overlapEnd = (now: Date): Date => new Date(now.getTime() + OVERLAP_MS);

/** Within a transaction of the service role that holds the provider's scope, with no key that signs. */
const make = async ({ keys, algorithm, now }: Deps, tx: Tx, of: number): Promise<SigningKeyRow> => {
  const { id, publicJwk, plain } = await fresh(algorithm);
  const sealed = await keys.seal(tx, of, placeOf(id), plain);
  const row = { id, algorithm, publicJwk, sealed, createdAt: now(), retiredAt: null, endsAt: null };
  await insertSigningKey(tx, row);
  return row;
};

/** A key as it is answered and on record: an id is the fingerprint of its public half, and nothing else of it is told. */
export const keyRow = ({ id, algorithm, createdAt, retiredAt, endsAt }: KeyFacts) => ({
  id,
  algorithm,
  createdAt: createdAt.toISOString(),
  retiredAt: retiredAt?.toISOString() ?? null,
  endsAt: endsAt?.toISOString() ?? null,
});

/** The key that signs, replaced unless it is good, on record; two processes that want one end with the same. */
const ensure = async (deps: Deps, isGood: (row: SigningKeyRow) => boolean): Promise<SigningKeyRow> => {
  const of = await providerOf(deps.db);
  return deps.db.asServiceFor(of, async (tx) => {
    await lockSigningKeys(tx);
    const at = deps.now();
    const held = await keysInForce(tx, at);
    const there = held.find(({ retiredAt }) => retiredAt === null);
    if (there !== undefined && isGood(there)) return there;
    await retireSigningKey(tx, at, overlapEnd(at));
    const made = await make(deps, tx, of);
    const row = { companyId: of, actor: "server", target: made.id, ip: "" };
    const action = there === undefined ? "signing_key.create" : "signing_key.rotate";
    const change = { before: { keys: held.map(keyRow) }, after: { keys: (await keysInForce(tx, at)).map(keyRow) } };
    await writeAudit(tx, { ...row, action, detail: { algorithm: made.algorithm, endFormer: false }, ...change });
    return made;
  });
};

const rotate = async (deps: Deps, tx: Tx, endFormer: boolean): Promise<KeyFacts> => {
  const of = await providerCompany(tx);
  if (of === null) throw noProvider();
  await lockSigningKeys(tx);
  const at = deps.now();
  if (!endFormer && (await keysInForce(tx, at)).length >= KEYS_MAX) {
    throw new AppError("CONFLICT", `${KEYS_MAX} keys are in force: wait an hour, or end the former ones.`);
  }
  await retireSigningKey(tx, at, overlapEnd(at));
  if (endFormer) await endRetiredKeys(tx, at);
  return make(deps, tx, of);
};

/** Seals the private halves anew that an older data key of the provider sealed; answers how many, 0 for any other company. */
export const resealSigningKeys = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> => {
  if ((await db.asService(providerCompany)) !== companyId) return 0;
  return db.asServiceFor(companyId, async (tx) => {
    let count = 0;
    for (const { id, sealed } of await keysInForce(tx, new Date())) {
      if (!(await keys.isOld(tx, companyId, sealed))) continue;
      const to = await keys.seal(tx, companyId, placeOf(id), await keys.open(tx, companyId, placeOf(id), sealed));
      await replaceSealedKey(tx, id, { from: sealed, to });
      count += 1;
    }
    return count;
  });
};

/** Opens the keys that sign access tokens with this algorithm. */
export const createSigningKeys = (options: Omit<Deps, "now"> & { readonly now?: () => Date }): SigningKeys => {
  const deps: Deps = { now: () => new Date(), ...options };
  const { db, now, algorithm } = deps;
  const reader = createKeyReader(deps);
  const signing = async () => (await reader.rows(now())).find(({ retiredAt }) => retiredAt === null);
  const replaced = async (isGood: (row: SigningKeyRow) => boolean): Promise<SigningKeyRow> => {
    const row = await ensure(deps, isGood);
    reader.reread();
    return row;
  };
  const isOurs = (row: SigningKeyRow): boolean => row.algorithm === algorithm;
  return {
    current: async () => {
      const found = await signing();
      const row = found !== undefined && isOurs(found) ? found : await replaced(isOurs);
      return { id: row.id, algorithm, key: await reader.privateOf(row) };
    },
    verifying: async (id, at) => {
      const row = (await reader.rows(at)).find((one) => one.id === id);
      if (row === undefined || (row.endsAt !== null && row.endsAt <= at)) return null;
      return { algorithm: row.algorithm, key: await reader.publicOf(row) };
    },
    published: async () => (await reader.rows(now())).flatMap(({ publicJwk }) => publicJwk ?? []),
    list: () => reader.rows(now()),
    inForce: async (tx) => {
      await lockSigningKeys(tx);
      return keysInForce(tx, now());
    },
    rotate: (tx, { endFormer }) => rotate(deps, tx, endFormer),
    reread: () => reader.reread(),
    keepFresh: async (days) => {
      const isYoung = (row: SigningKeyRow): boolean =>
        isOurs(row) && now().getTime() - row.createdAt.getTime() < days * DAY_MS;
      const current = await signing();
      // the first one is made when the first token is asked for
      if (current !== undefined && !isYoung(current)) await replaced(isYoung);
      await db.asService((tx) => deleteEndedKeys(tx, now()));
    },
  };
};
