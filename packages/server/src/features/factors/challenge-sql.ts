import type { Tx } from "../../platform/db/index.ts";

/** What a challenge is for: a new passkey, the second step, or signing in by a passkey alone. */
export interface Challenge {
  readonly hash: Buffer;
  readonly purpose: "add" | "second" | "alone";
  /** Null where nobody said yet who they are. */
  readonly personId: string | null;
  readonly rpId: string;
}

/** Stores a challenge, and deletes all that have ended. Service role. */
export const insertChallenge = async (
  tx: Tx,
  { hash, purpose, personId, rpId }: Challenge,
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<void> => {
  await tx.query("delete from passkey_challenge where expires_at <= $1", [now]);
  await tx.query(
    "insert into passkey_challenge (hash, purpose, person_id, rp_id, expires_at) values ($1, $2, $3, $4, $5)",
    [hash, purpose, personId, rpId, expiresAt],
  );
};

/** Ends a challenge; true for one caller only, and where it was made for the same purpose, person and host. Service role. */
export const takeChallenge = async (
  tx: Tx,
  { hash, purpose, personId, rpId }: Challenge,
  now: Date,
): Promise<boolean> =>
  (
    await tx.query(
      `delete from passkey_challenge where hash = $1 and purpose = $2 and person_id is not distinct from $3::uuid
         and rp_id = $4 and expires_at > $5 returning hash`,
      [hash, purpose, personId, rpId, now],
    )
  ).length === 1;
