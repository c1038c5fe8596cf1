import type { JWK } from "jose";
import type { JwtAlgorithm } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";

/** A key that signs access tokens, or did. */
export interface SigningKeyRow {
  readonly id: string;
  readonly algorithm: JwtAlgorithm;
  /** Null for HS256. */
  readonly publicJwk: JWK | null;
  /** The private JWK, or the secret in base64url, sealed. */
  readonly sealed: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  readonly endsAt: Date | null;
}

const COLUMNS = `id, algorithm, public_jwk as "publicJwk", sealed, created_at as "createdAt", retired_at as "retiredAt", ends_at as "endsAt"`;
/** Held in a transaction that makes a key, so that two do not make two. */
const KEY_LOCK = 7_305_018;

/** The company that runs the platform: its data keys seal what is of no one company. Null before a first start. */
export const providerCompany = async (tx: Tx): Promise<number | null> =>
  (await tx.query<{ id: number }>("select id from company where is_provider"))[0]?.id ?? null;

/** Waits for whoever makes a key in another transaction. */
export const lockSigningKeys = async (tx: Tx): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock($1)", [KEY_LOCK]);
};

/** The keys whose tokens may be good at `now`, newest first. Service role, as all of these. */
export const keysInForce = (tx: Tx, now: Date): Promise<SigningKeyRow[]> =>
  tx.query<SigningKeyRow>(
    `select ${COLUMNS} from signing_key where ends_at is null or ends_at > $1 order by created_at desc, id`,
    [now],
  );

/** Stores the key that signs from the commit on; there must be no other. */
export const insertSigningKey = async (
  tx: Tx,
  key: Pick<SigningKeyRow, "id" | "algorithm" | "publicJwk" | "sealed" | "createdAt">,
): Promise<void> => {
  await tx.query(
    "insert into signing_key (id, algorithm, public_jwk, sealed, created_at) values ($1, $2, $3, $4, $5)",
    [key.id, key.algorithm, key.publicJwk, key.sealed, key.createdAt],
  );
};

/** Takes the key that signs out of use; what it signed is good until `endsAt`. */
export const retireSigningKey = async (tx: Tx, now: Date, endsAt: Date): Promise<void> => {
  await tx.query("update signing_key set retired_at = $1, ends_at = $2 where retired_at is null", [now, endsAt]);
};

/** Ends every key that signs no more at once. */
export const endRetiredKeys = async (tx: Tx, now: Date): Promise<void> => {
  await tx.query("update signing_key set ends_at = $1 where ends_at > $1", [now]);
};

/** Deletes keys of which no token is good any more. */
export const deleteEndedKeys = async (tx: Tx, now: Date): Promise<void> => {
  await tx.query("delete from signing_key where ends_at <= $1", [now]);
};

/** Puts a private half under another data key, unless somebody did so meanwhile. */
export const replaceSealedKey = async (tx: Tx, id: string, change: { from: string; to: string }): Promise<void> => {
  await tx.query("update signing_key set sealed = $3 where id = $1 and sealed = $2", [id, change.from, change.to]);
};
