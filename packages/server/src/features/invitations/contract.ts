import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { email, newPassword, personName, scope, signInByPassword } from "../people/contract.ts";
import { session } from "../sessions/contract.ts";

const token = z.string().min(20).max(200);

export const invitationRow = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.object({ id: z.string(), name: z.string() }),
  labels: z.array(z.string()).nullable(),
  invitedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  state: z.enum(["open", "accepted", "revoked", "expired"]),
});

export const createInvitation = route({
  method: "POST",
  path: "/api/v1/invitations",
  summary:
    "Invite somebody; the link is in this answer, goes out by mail where a mail server is set, and is kept nowhere",
  permission: "users:manage",
  status: 201,
  body: z.object({
    email,
    role: z.string().min(1).max(64),
    labels: scope.default(null),
    expiresInHours: z.number().int().min(1).max(720).default(168),
  }),
  answer: z.object({
    id: z.uuid(),
    url: z.string(),
    expiresAt: z.string(),
    /** The link goes to the person by mail too; else whoever asked hands it over. */
    mailed: z.boolean(),
  }),
});

export const listInvitations = route({
  method: "GET",
  path: "/api/v1/invitations",
  summary: "Invitations, newest first, without their links",
  permission: "users:read",
  query: z.object({ ...pageQuery }),
  answer: page(invitationRow),
});

export const revokeInvitation = route({
  method: "DELETE",
  path: "/api/v1/invitations/:id",
  summary: "Take an open invitation back",
  permission: "users:manage",
  params: idParam,
});

export const lookAtInvitation = route({
  method: "POST",
  path: "/api/v1/invitations/look",
  summary: "What the holder of an invitation's token is invited to",
  permission: "public",
  body: z.object({ token }),
  answer: z.object({
    companyName: z.string(),
    email: z.string(),
    roleName: z.string(),
    /** Then it is accepted with the password of the account, or by joining while signed in. */
    hasAccount: z.boolean(),
    expiresAt: z.string(),
  }),
});

export const acceptInvitation = route({
  method: "POST",
  path: "/api/v1/invitations/accept",
  summary:
    "Accept an invitation with a name and a new password, or with the account's own password where there is one; signs in",
  permission: "public",
  status: 201,
  body: z.object({ token, name: personName.optional(), password: newPassword }),
  answer: signInByPassword.answer,
});

export const joinByInvitation = route({
  method: "POST",
  path: "/api/v1/invitations/join",
  summary:
    "Accept an invitation to one's own email, signed in by password or passkey; the session moves to that company",
  permission: "signed-in",
  status: 201,
  body: z.object({ token }),
  answer: session,
});

export const routes = {
  createInvitation,
  listInvitations,
  revokeInvitation,
  lookAtInvitation,
  acceptInvitation,
  joinByInvitation,
};
