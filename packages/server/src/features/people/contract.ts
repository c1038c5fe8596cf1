import { idParam, label, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { session } from "../sessions/contract.ts";

/** An email address as it is stored: in small letters. */
export const email = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email());

/** A name as it is shown to others. */
export const personName = z.string().trim().min(1).max(100);

/** A password to be chosen; how hard it is to guess is judged besides. */
export const newPassword = z.string().min(8).max(256);

/** Null: every asset; else only those with one of these labels. */
export const scope = z.array(label).min(1).max(50).nullable();

export const signInByPassword = route({
  method: "POST",
  path: "/api/v1/sign-in",
  summary: "Sign in by email and password: a session cookie (201), or a ticket for the second factor (200)",
  permission: "public",
  status: 201,
  body: z.object({
    email: z
      .string()
      .max(254)
      .transform((text) => text.trim().toLowerCase()),
    password: z.string().min(1).max(256),
    /** The company to sign in to; the last used one unless said. */
    companyId: z.number().int().positive().max(2_147_483_647).optional(),
  }),
  answer: z.union([
    session,
    z.object({
      next: z.literal("second_factor"),
      /** Good for 5 minutes and 5 tries. */
      ticket: z.string(),
      factors: z.array(z.string()),
      expiresAt: z.string(),
    }),
  ]),
});

export const switchCompany = route({
  method: "POST",
  path: "/api/v1/session/company",
  summary: "Exchange a session of a password or passkey for one in another company of the person",
  permission: "signed-in",
  status: 201,
  body: z.object({ companyId: z.number().int().positive().max(2_147_483_647) }),
  answer: session,
});

export const memberRow = z.object({
  /** The person's. */
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  /** A built-in role's name, or the id of one of the company's own. */
  role: z.object({ id: z.string(), name: z.string() }),
  labels: z.array(z.string()).nullable(),
  isOwner: z.boolean(),
  /** How the person came: invitation, sso, scim or server. */
  source: z.string(),
  isEmailProved: z
    .boolean()
    .describe(
      "A mail reached the address, or the company's own provider or directory vouches for it; else it is only said",
    ),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  deactivatedAt: z.string().nullable(),
  tokenCount: z
    .number()
    .int()
    .describe("Tokens in force that they made: these stay when the person goes, unless revoked too"),
});

/** What becomes of the tokens that somebody made who goes. */
const leaving = z.object({
  tokens: z
    .enum(["keep", "revoke"])
    .default("keep")
    .describe("Of the tokens that they made; to revoke needs tokens:manage"),
});

export const listPeople = route({
  method: "GET",
  path: "/api/v1/people",
  summary: "The people of the company by email",
  permission: "users:read",
  query: z.object({
    ...pageQuery,
    q: z.string().max(100).optional().describe("Part of the email or name"),
    state: z.enum(["all", "active", "deactivated"]).default("all"),
  }),
  answer: page(memberRow),
});

export const getPerson = route({
  method: "GET",
  path: "/api/v1/people/:id",
  summary: "One of the company's people",
  permission: "users:read",
  params: idParam,
  answer: memberRow,
});

export const changePerson = route({
  method: "PUT",
  path: "/api/v1/people/:id",
  summary: "Change what somebody is in the company; never above what the caller holds",
  permission: "users:manage",
  params: idParam,
  body: z.object({ role: z.string().min(1).max(64).optional(), labels: scope.optional() }),
  answer: memberRow,
});

export const deactivatePerson = route({
  method: "POST",
  path: "/api/v1/people/:id/deactivate",
  summary: "Keep somebody out of the company; the sessions end at once",
  permission: "users:manage",
  params: idParam,
  query: leaving,
});

export const reactivatePerson = route({
  method: "POST",
  path: "/api/v1/people/:id/reactivate",
  summary: "Let somebody in again",
  permission: "users:manage",
  params: idParam,
});

export const removePerson = route({
  method: "DELETE",
  path: "/api/v1/people/:id",
  summary: "Take somebody out of the company; the account and other companies stay",
  permission: "users:manage",
  params: idParam,
  query: leaving,
});

export const transferOwnership = route({
  method: "POST",
  path: "/api/v1/people/:id/owner",
  summary: "Make somebody the owner of the company in place of the caller, who stays as an admin",
  permission: "users:manage",
  params: idParam,
});

export const createResetLink = route({
  method: "POST",
  path: "/api/v1/password-reset-links",
  summary:
    "Make a link by which somebody chooses a new password within an hour: who belongs to this company alone, or anybody by the provider",
  permission: "users:manage",
  status: 201,
  body: z.object({ email }),
  answer: z.object({
    url: z.string(),
    expiresAt: z.string(),
    /** The link goes to the person by mail too; else whoever asked hands it over. */
    mailed: z.boolean(),
  }),
});

export const forgotPassword = route({
  method: "POST",
  path: "/api/v1/password-forgotten",
  summary:
    "Ask for a mail with a link for a new password; the answer is the same whether or not there is such an account",
  permission: "public",
  status: 202,
  body: z.object({ email }),
  answer: z.object({
    /** Whether this server sends mail; else somebody has to make a link. Tells nothing of the account. */
    mailed: z.boolean(),
  }),
});

export const resetPassword = route({
  method: "POST",
  path: "/api/v1/password-reset",
  summary: "Choose a new password by a link's token; all sessions of the person end",
  permission: "public",
  body: z.object({ token: z.string().min(20).max(200), password: newPassword }),
});

export const routes = {
  signInByPassword,
  switchCompany,
  listPeople,
  getPerson,
  changePerson,
  deactivatePerson,
  reactivatePerson,
  removePerson,
  transferOwnership,
  createResetLink,
  forgotPassword,
  resetPassword,
};
