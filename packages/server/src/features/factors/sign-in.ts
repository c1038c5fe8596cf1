import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import { AppError } from "@zerotrace/core";
import type { z } from "zod";
import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import {
  accountOf,
  admitSecond,
  ownCompaniesOf,
  completeSignIn,
  endTicket,
  holderOfTicket,
  takeTicket,
} from "../people/index.ts";
import { routes } from "./contract.ts";
import type { FactorDeps } from "./deps.ts";
import { CHALLENGE_MS, library, newChallenge, verifyUse } from "./passkeys.ts";
import { recoveryHash } from "./recovery.ts";
import { relyingParty } from "./relying-party.ts";
import { openSecrets } from "./secrets.ts";
import * as sql from "./sql.ts";
import { stepOf } from "./totp.ts";

const badTicket = (): AppError =>
  new AppError("UNAUTHENTICATED", "Too much time or too many tries went by: begin with the password again.", {
    field: "ticket",
  });
const wrongCode = (): AppError =>
  new AppError("UNAUTHENTICATED", "The code is not right, or was used already.", { field: "code" });
const wrongPasskey = (): AppError =>
  new AppError("UNAUTHENTICATED", "The passkey is not one of an account here, or does not prove what was asked.", {
    field: "response",
  });

/** Uses up the code of an authenticator app; false where it is of none of the person's, or was used before. */
const useTotp = async (
  deps: FactorDeps,
  db: Database,
  personId: string,
  { code, now }: { code: string; now: Date },
) => {
  const totps = await db.asService((tx) => sql.totpsOfPerson(tx, personId));
  if (totps.length === 0) return false;
  for (const { id, secret } of await openSecrets(db, deps.keys, totps)) {
    const step = stepOf(secret, code, now);
    if (step !== null && (await db.asService((tx) => sql.useStep(tx, id, step, now)))) return true;
  }
  return false;
};

/** The second step by a code. A wrong one takes a try of the ticket and uses the allowance of the account. */
export const signInSecond = (deps: FactorDeps): Endpoint =>
  implement(routes.signInSecond, {
    audit: "session.sign_in",
    transaction: "none",
    run: async (context, { body: { ticket, kind, code } }) => {
      const { db, now } = context;
      const holder = await takeTicket(db, ticket, "second_factor", now);
      if (holder === null) throw badTicket();
      const { personId, method = "password", companyId } = holder;
      const attempt = await admitSecond(deps.people, context, personId);
      if (attempt === null) throw badTicket();
      const isRight =
        kind === "totp"
          ? await useTotp(deps, db, personId, { code, now })
          : await db.asService((tx) => sql.useRecoveryCode(tx, personId, recoveryHash(code)));
      if (!isRight) {
        attempt.fail();
        throw wrongCode();
      }
      if (!(await endTicket(db, ticket))) throw badTicket();
      attempt.giveBack();
      return completeSignIn(context, { personId, method, companyId, factor: kind });
    },
  });

/** What the browser needs to show a passkey; with a ticket, one of that person's. */
export const passkeySignInOptions = (deps: FactorDeps): Endpoint =>
  implement(routes.passkeySignInOptions, {
    audit: "none",
    run: async (context, { body: { ticket } }) => {
      const { db, now } = context;
      const rp = relyingParty(context, deps.publicUrl);
      const personId = ticket === undefined ? null : await holderOfTicket(db, ticket, "second_factor", now);
      if (ticket !== undefined && personId === null) throw badTicket();
      const allowed = personId === null ? [] : await db.asService((tx) => sql.passkeysOfPerson(tx, personId, rp.id));
      const purpose = personId === null ? "alone" : "second";
      const challenge = await newChallenge(db, { purpose, personId, rpId: rp.id }, now);
      const { generateAuthenticationOptions } = await library();
      const options = await generateAuthenticationOptions({
        rpID: rp.id,
        challenge,
        timeout: CHALLENGE_MS,
        userVerification: personId === null ? "required" : "discouraged",
        ...(personId === null
          ? {}
          : {
              allowCredentials: allowed.map((k) => ({
                id: k.credentialId.toString("base64url"),
                transports: [...k.transports],
              })),
            }),
      });
      return { options: { ...options } };
    },
  });

type Shown = z.output<typeof routes.signInByPasskey.body>["response"];

/** Whose passkey a response is of, used up. Throws UNAUTHENTICATED, which is on record where the passkey is known. */
const usePasskey = async (
  deps: FactorDeps,
  context: RequestContext,
  response: Shown,
  holder: string | null,
): Promise<string> => {
  const { db, now } = context;
  const rp = relyingParty(context, deps.publicUrl);
  const passkey = await db.asService((tx) => sql.passkeyById(tx, Buffer.from(response.id, "base64url"), rp.id));
  if (passkey === null || (holder !== null && passkey.personId !== holder)) throw wrongPasskey();
  const { personId } = passkey;
  const purpose = holder === null ? "alone" : "second";
  const sent = { ...response, clientExtensionResults: {} } as AuthenticationResponseJSON;
  const proved = await verifyUse(db, sent, { rp, passkey, purpose, now });
  const account = await db.asService((tx) => accountOf(tx, { id: personId }));
  const isUsed = proved !== null && (await db.asService((tx) => sql.usePasskey(tx, passkey.id, { ...proved, now })));
  if (isUsed && account?.isActive) return personId;
  const actor = `unproved:${account?.email ?? personId}`;
  for (const companyId of await db.asService((tx) => ownCompaniesOf(tx, personId))) {
    context.report({ event: "failed_login", companyId, actor });
  }
  throw wrongPasskey();
};

/** Signs in by a passkey alone, or as the second step. What strangers do to the account's password does not touch it. */
export const signInByPasskey = (deps: FactorDeps): Endpoint =>
  implement(routes.signInByPasskey, {
    audit: "session.sign_in",
    transaction: "none",
    run: async (context, { body: { response, ticket, companyId } }) => {
      const { db, now } = context;
      if (ticket === undefined) {
        const personId = await usePasskey(deps, context, response, null);
        return completeSignIn(context, { personId, method: "passkey", companyId });
      }
      const holder = await takeTicket(db, ticket, "second_factor", now);
      if (holder === null) throw badTicket();
      const personId = await usePasskey(deps, context, response, holder.personId);
      if (!(await endTicket(db, ticket))) throw badTicket();
      const { method = "password", companyId: asked } = holder;
      return completeSignIn(context, { personId, method, companyId: asked, factor: "passkey" });
    },
  });
