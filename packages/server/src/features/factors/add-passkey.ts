import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { proveAgain } from "../people/index.ts";
import { routes } from "./contract.ts";
import type { FactorDeps } from "./deps.ts";
import { ownAccount, putInForce } from "./own.ts";
import { ALGORITHMS, CHALLENGE_MS, library, newChallenge, verifyNew } from "./passkeys.ts";
import { relyingParty } from "./relying-party.ts";
import { insertPasskey, passkeysOfPerson } from "./sql.ts";

const NAME = "ZeroTrace";

/** What the browser needs to make a passkey. */
export const passkeyAddOptions = (deps: FactorDeps): Endpoint =>
  implement(routes.passkeyAddOptions, {
    audit: "none",
    transaction: "none",
    run: async (context, { body: { password } }) => {
      const { db, now } = context;
      const held = await ownAccount(context);
      await proveAgain(deps.people, context, held, password);
      const rp = relyingParty(context, deps.publicUrl);
      const known = await db.asService((tx) => passkeysOfPerson(tx, held.id, rp.id));
      const challenge = await newChallenge(db, { purpose: "add", personId: held.id, rpId: rp.id }, now);
      const { generateRegistrationOptions } = await library();
      const options = await generateRegistrationOptions({
        rpName: NAME,
        rpID: rp.id,
        userName: held.email,
        userDisplayName: held.name,
        userID: new Uint8Array(Buffer.from(held.id.replaceAll("-", ""), "hex")),
        challenge,
        timeout: CHALLENGE_MS,
        attestationType: "none",
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: known.map((k) => ({ id: k.credentialId.toString("base64url") })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      });
      return { options: { ...options } };
    },
  });

/** Adds a passkey that the browser made. */
export const addPasskey = (deps: FactorDeps): Endpoint =>
  implement(routes.addPasskey, {
    audit: "factor.add",
    transaction: "none",
    run: async (context, { body: { label, response } }) => {
      const { db, now } = context;
      const { id: personId } = await ownAccount(context);
      const rp = relyingParty(context, deps.publicUrl);
      const sent = { ...response, clientExtensionResults: {} } as RegistrationResponseJSON;
      const made = await verifyNew(db, sent, { rp, personId, now });
      if (made === null) {
        throw new AppError("BAD_REQUEST", "The passkey does not prove what was asked: try again.", {
          field: "response",
        });
      }
      const factor = { id: randomUUID(), personId, kind: "passkey", label } as const;
      const { id: credentialId, publicKey, counter } = made.credential;
      const recoveryCodes = await putInForce(deps, context, factor, async (tx) => {
        const isNew = await insertPasskey(tx, {
          ...factor,
          credentialId: Buffer.from(credentialId, "base64url"),
          publicKey: Buffer.from(publicKey),
          counter,
          rpId: rp.id,
          transports: response.response.transports ?? [],
          isBackedUp: made.credentialBackedUp,
          now,
        });
        if (!isNew) throw new AppError("CONFLICT", "This passkey is known already.", { field: "response" });
      });
      return { id: factor.id, recoveryCodes };
    },
  });
