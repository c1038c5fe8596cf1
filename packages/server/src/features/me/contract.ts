import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { newPassword, personName } from "../people/contract.ts";

const sessionFields = {
  id: z.uuid(),
  method: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  /** The one that asks. */
  isCurrent: z.boolean(),
};

export const mySession = z.object({ ...sessionFields, companyId: z.number().int(), companyName: z.string() });

export const companySession = z.object({
  ...sessionFields,
  subject: z.string(),
  /** Null for who came by a link of the server. */
  personId: z.uuid().nullable(),
});

export const changeMe = route({
  method: "PUT",
  path: "/api/v1/me",
  summary: "Change one's own name, in every company",
  permission: "signed-in",
  body: z.object({ name: personName }),
});

export const changePassword = route({
  method: "POST",
  path: "/api/v1/me/password",
  summary: "Change one's own password; all other sessions end",
  permission: "signed-in",
  body: z.object({
    /** Left out where there is no password yet. */
    current: z.string().min(1).max(256).optional(),
    password: newPassword,
  }),
});

export const listMySessions = route({
  method: "GET",
  path: "/api/v1/me/sessions",
  summary: "One's own sessions in every company; of single sign-on, in this one",
  permission: "signed-in",
  answer: z.object({ rows: z.array(mySession) }),
});

export const endMySession = route({
  method: "DELETE",
  path: "/api/v1/me/sessions/:id",
  summary: "End one of one's own sessions",
  permission: "signed-in",
  params: idParam,
});

export const endMyOtherSessions = route({
  method: "DELETE",
  path: "/api/v1/me/sessions",
  summary: "End all of one's own sessions but this one",
  permission: "signed-in",
  answer: z.object({ count: z.number().int() }),
});

export const listSessions = route({
  method: "GET",
  path: "/api/v1/sessions",
  summary: "The open sessions of the company's people, newest first",
  permission: "users:read",
  query: z.object({ ...pageQuery, personId: z.uuid().optional() }),
  answer: page(companySession),
});

export const endSession = route({
  method: "DELETE",
  path: "/api/v1/sessions/:id",
  summary: "End a session of one of the company's people",
  permission: "users:manage",
  params: idParam,
});

export const routes = {
  changeMe,
  changePassword,
  listMySessions,
  endMySession,
  endMyOtherSessions,
  listSessions,
  endSession,
};
