import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { AppError } from "@zerotrace/core";
import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../../platform/db/index.ts";
import { type Challenge, insertChallenge, takeChallenge } from "./challenge-sql.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { StoredPasskey } from "./sql.ts";

/** A challenge holds this long, ms. */
export const CHALLENGE_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;
/** EdDSA, ES256 and RS256 in COSE's numbers: one of them is in every authenticator. */
export const ALGORITHMS = [-8, -7, -257];

/** Loaded when somebody uses a passkey: a start needs none of it. */
export const library = () => import("@simplewebauthn/server");

type Purpose = Omit<Challenge, "hash">;

const hashOf = (challenge: string): Buffer => createHash("sha256").update(challenge).digest();

/** A new challenge, good once. */
export const newChallenge = async (db: Database, purpose: Purpose, now: Date): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(randomBytes(CHALLENGE_BYTES));
  const hash = hashOf(Buffer.from(bytes).toString("base64url"));
  const expiresAt = new Date(now.getTime() + CHALLENGE_MS);
  await db.asService((tx) => insertChallenge(tx, { ...purpose, hash }, { now, expiresAt }));
  return bytes;
};

/** What the library finds wrong with a response is the caller's fault; what we throw ourselves stays what it is. */
const verified = async <T>(run: () => Promise<T>): Promise<T | null> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
};

/** A new passkey as the browser made it; null where the response is not right for the challenge and the host. */
export const verifyNew = (
  db: Database,
  response: RegistrationResponseJSON,
  { rp, personId, now }: { rp: RelyingParty; personId: string; now: Date },
) =>
  verified(async () => {
    const { verifyRegistrationResponse } = await library();
    const purpose = { purpose: "add", personId, rpId: rp.id } as const;
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (text) => db.asService((tx) => takeChallenge(tx, { ...purpose, hash: hashOf(text) }, now)),
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      supportedAlgorithmIDs: ALGORITHMS,
      // a key that only asks for a touch is a second factor too; alone it signs nobody in
      requireUserVerification: false,
    });
    return registrationInfo ?? null;
  });

/** What a response proves; null where it is not right for the challenge, the host and the passkey. */
export const verifyUse = (
  db: Database,
  response: AuthenticationResponseJSON,
  given: { rp: RelyingParty; passkey: StoredPasskey; purpose: "second" | "alone"; now: Date },
): Promise<{ counter: number; isBackedUp: boolean } | null> =>
  verified(async () => {
    const { rp, passkey, purpose, now } = given;
    const { verifyAuthenticationResponse } = await library();
    const personId = purpose === "second" ? passkey.personId : null;
    const result = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (text) =>
        db.asService((tx) => takeChallenge(tx, { purpose, personId, rpId: rp.id, hash: hashOf(text) }, now)),
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      requireUserVerification: purpose === "alone",
      credential: {
        id: passkey.credentialId.toString("base64url"),
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
    });
    const { newCounter, credentialBackedUp } = result.authenticationInfo;
    return result.verified ? { counter: newCounter, isBackedUp: credentialBackedUp } : null;
  });
