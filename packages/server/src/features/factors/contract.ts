import { idParam, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { session } from "../sessions/contract.ts";

const LABEL_LENGTH_MAX = 60;
const PASSKEY_CHARS_MAX = 16_384;

const label = z.string().trim().min(1).max(LABEL_LENGTH_MAX);
/** Asked for where the session is older than ten minutes and the account has one. */
const password = z.string().min(1).max(256).optional();
const ticket = z.string().min(20).max(200);
const text = z.string().max(PASSKEY_CHARS_MAX);

/** What the browser's `navigator.credentials` answered, as JSON; names that are not known are passed over. */
const credential = {
  id: z.string().min(1).max(2048),
  rawId: z.string().min(1).max(2048),
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional(),
};
const attestation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
});
const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: z.string().max(128).optional(),
  }),
});

/** Given to the browser as they are. */
const passkeyOptions = z.object({ options: z.looseObject({ challenge: z.string() }) });

/** Ten codes, each good once, shown this one time; null where the person has some already. */
const recoveryCodes = z.array(z.string()).nullable();

export const factorRow = z.object({
  id: z.uuid(),
  kind: z.enum(["totp", "passkey"]),
  label: z.string(),
  /** Of a passkey: whether it is kept on more than one device. */
  isBackedUp: z.boolean().nullable(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});

export const listFactors = route({
  method: "GET",
  path: "/api/v1/me/factors",
  summary: "One's own second factors and how many recovery codes are left",
  permission: "signed-in",
  answer: z.object({ rows: z.array(factorRow), recoveryCodes: z.number().int() }),
});

export const startTotp = route({
  method: "POST",
  path: "/api/v1/me/factors/totp",
  summary: "Begin with an authenticator app: its secret, shown once; it counts when a code has confirmed it",
  permission: "signed-in",
  status: 201,
  body: z.object({ label, password }),
  answer: z.object({ id: z.uuid(), secret: z.string(), uri: z.string() }),
});

export const confirmTotp = route({
  method: "POST",
  path: "/api/v1/me/factors/totp/:id/confirm",
  summary:
    "Confirm an authenticator app by a code; with a first factor come recovery codes, and all other sessions end",
  permission: "signed-in",
  params: idParam,
  body: z.object({ code: z.string().min(6).max(10) }),
  answer: z.object({ recoveryCodes }),
});

export const renewRecoveryCodes = route({
  method: "POST",
  path: "/api/v1/me/recovery-codes",
  summary: "New recovery codes, shown once; the former ones end",
  permission: "signed-in",
  status: 201,
  body: z.object({ password }),
  answer: z.object({ recoveryCodes: z.array(z.string()) }),
});

export const passkeyAddOptions = route({
  method: "POST",
  path: "/api/v1/me/factors/passkeys/options",
  summary: "What the browser needs to make a passkey; good once, for five minutes",
  permission: "signed-in",
  body: z.object({ password }),
  answer: passkeyOptions,
});

export const addPasskey = route({
  method: "POST",
  path: "/api/v1/me/factors/passkeys",
  summary: "Add a passkey that the browser made; with a first factor come recovery codes, and all other sessions end",
  permission: "signed-in",
  status: 201,
  body: z.object({ label, response: attestation }),
  answer: z.object({ id: z.uuid(), recoveryCodes }),
});

export const removeFactor = route({
  method: "DELETE",
  path: "/api/v1/me/factors/:id",
  summary: "Remove one of one's own factors; with the last one the recovery codes end",
  permission: "signed-in",
  params: idParam,
  body: z.object({ password }),
});

export const signInSecond = route({
  method: "POST",
  path: "/api/v1/sign-in/second",
  summary: "The second step of signing in: the ticket of the first with a code",
  permission: "public",
  status: 201,
  body: z.object({ ticket, kind: z.enum(["totp", "recovery"]), code: z.string().min(6).max(40) }),
  answer: session,
});

export const passkeySignInOptions = route({
  method: "POST",
  path: "/api/v1/sign-in/passkey/options",
  summary: "What the browser needs to show a passkey: alone, or with a ticket as the second step",
  permission: "public",
  body: z.object({ ticket: ticket.optional() }),
  answer: passkeyOptions,
});

export const signInByPasskey = route({
  method: "POST",
  path: "/api/v1/sign-in/passkey",
  summary:
    "Sign in by a passkey alone (it must have asked for a PIN, a finger or a face), or with a ticket as the second step",
  permission: "public",
  status: 201,
  body: z.object({
    response: assertion,
    ticket: ticket.optional(),
    /** The company to sign in to; the last used one unless said, the ticket's with a ticket. */
    companyId: z.number().int().positive().max(2_147_483_647).optional(),
  }),
  answer: session,
});

export const resetFactors = route({
  method: "DELETE",
  path: "/api/v1/people/:id/factors",
  summary:
    "Take all second factors from somebody who lost them: who belongs to this company alone, or anybody by the provider",
  permission: "users:manage",
  params: idParam,
  answer: z.object({ count: z.number().int() }),
});

export const routes = {
  listFactors,
  startTotp,
  confirmTotp,
  renewRecoveryCodes,
  passkeyAddOptions,
  addPasskey,
  removeFactor,
  signInSecond,
  passkeySignInOptions,
  signInByPasskey,
  resetFactors,
};
