import { PERMISSIONS, route } from "@zerotrace/core/schema";
import { z } from "zod";

const me = z.object({
  companyId: z.number().int(),
  companyName: z.string(),
  subject: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  expiresAt: z.string().nullable(),
});

export const signIn = route({
  method: "POST",
  path: "/api/v1/sessions",
  summary: "Exchange a one-time sign-in link's token for a session cookie",
  permission: "public",
  status: 201,
  body: z.object({ token: z.string().min(20).max(200) }),
  answer: me,
});

export const getSession = route({
  method: "GET",
  path: "/api/v1/session",
  summary: "Who is signed in",
  permission: "signed-in",
  answer: me,
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
