import { PERMISSIONS, route } from "@zerotrace/core/schema";
import { z } from "zod";

const namedCompany = z.object({ id: z.number().int(), name: z.string() });

/** Who is signed in, where, and what that allows. */
export const session = z.object({
  companyId: z.number().int(),
  companyName: z.string(),
  subject: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  expiresAt: z.string().nullable(),
  /** Null for a program and for who came by a link of the server. */
  person: z.object({ id: z.uuid(), name: z.string(), email: z.string() }).nullable(),
  /** How the person proved who they are; null for a program. */
  method: z.enum(["link", "password", "passkey", "sso", "provider"]).nullable(),
  /** The person's role in this company; `id` is a built-in one's name or the id of one of the company's own. */
  role: z.object({ id: z.string(), name: z.string() }).nullable(),
  isOwner: z.boolean(),
  /** The company asks for a second factor: nothing else can be done before there is one. */
  awaitsFactor: z.boolean(),
  /** Null: every asset; else only those with one of these labels. */
  labels: z.array(z.string()).nullable(),
  /** The companies that this session can be exchanged for one of, itself among them. */
  companies: z.array(namedCompany),
});

export const signIn = route({
  method: "POST",
  path: "/api/v1/sessions",
  summary: "Exchange a one-time sign-in link's token for a session cookie",
  permission: "public",
  status: 201,
  body: z.object({ token: z.string().min(20).max(200) }),
  answer: session,
});

export const getSession = route({
  method: "GET",
  path: "/api/v1/session",
  summary: "Who is signed in",
  permission: "signed-in",
  answer: session,
});

export const signOut = route({
  method: "DELETE",
  path: "/api/v1/session",
  summary: "End the session",
  permission: "signed-in",
});

export const createLink = route({
  method: "POST",
  path: "/api/v1/session-links",
  summary: "Make a one-time sign-in link with at most the permissions of its maker; it works for 15 minutes",
  permission: "tokens:manage",
  status: 201,
  answer: z.object({ url: z.string() }),
});

export const routes = { signIn, getSession, signOut, createLink };
