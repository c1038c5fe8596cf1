import { AppError } from "@zerotrace/core";
import { isBuiltInRole } from "@zerotrace/core/schema";
import { z } from "zod";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { memberByEmail, type PeopleDeps } from "../people/index.ts";
import { mayGive, permissionsNow, refuseAbove, refuseWider, roleNameOf } from "../roles/index.ts";
import { routes } from "./contract.ts";
import { newInvitationLinks } from "./links.ts";
import {
  countInvitations,
  countOpen,
  endInvitation,
  insertInvitation,
  type Invitation,
  invitationsPage,
} from "./sql.ts";

/** Open invitations of a company. */
const OPEN_MAX = 1_000;
const HOUR_MS = 3_600_000;
const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const stateOf = (i: Invitation, now: Date): "open" | "accepted" | "revoked" | "expired" => {
  if (i.acceptedAt !== null) return "accepted";
  if (i.revokedAt !== null) return "revoked";
  return i.expiresAt <= now ? "expired" : "open";
};

/** Invites somebody, at most to what the caller holds. Whoever has the link can accept. */
export const createInvitation = (deps: Pick<PeopleDeps, "publicUrl" | "mailLink">): Endpoint =>
  implement(routes.createInvitation, {
    audit: "invitation.create",
    run: async (context, { body }) => {
      const { tx, identity, now } = context;
      const { companyId, subject: invitedBy } = identity;
      const { email, role, labels } = body;
      await mayGive(tx, identity, { role, labels });
      const member = await memberByEmail(tx, companyId, email);
      if (member?.deactivatedAt)
        throw new AppError("CONFLICT", "This person is deactivated here: reactivate them.", { field: "email" });
      // who came by single sign-on or SCIM may be invited too, to sign in by a password besides
      if (member && (member.source === "invitation" || member.source === "server")) {
        throw new AppError("CONFLICT", "This person is a member already.", { field: "email" });
      }
      if ((await countOpen(tx, companyId, now)) >= OPEN_MAX) {
        throw new AppError("CONFLICT", `A company has at most ${OPEN_MAX} open invitations: take some back.`);
      }
      const { hash, mailedHash, url, mailedUrl } = newInvitationLinks(companyId, deps.publicUrl());
      const expiresAt = new Date(now.getTime() + body.expiresInHours * HOUR_MS);
      const id = await insertInvitation(tx, companyId, { email, role, labels, invitedBy, expiresAt, hash, mailedHash });
      const after = { email, role, labels, expiresAt: expiresAt.toISOString() };
      context.note(id, { email }, { after });
      const until = expiresAt.toISOString();
      const mail = { kind: "invitation", address: email, personId: member?.personId ?? null, link: mailedUrl } as const;
      const said = { ...mail, by: invitedBy, role: await roleNameOf(tx, companyId, role), until };
      const mailed = (await deps.mailLink?.(tx, companyId, said)) ?? false;
      return { id, url, expiresAt: until, mailed };
    },
  });

/** Invitations, newest first. */
export const listInvitations = (): Endpoint =>
  implement(routes.listInvitations, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId } }, { query: { limit, cursor } }) => {
      const after = cursor === undefined ? null : decodeCursor(cursor, createdAndId);
      const rows = await invitationsPage(tx, companyId, { limit: limit + 1, after });
      const show = (i: Invitation) => ({
        id: i.id,
        email: i.email,
        role: { id: i.role, name: isBuiltInRole(i.role) ? i.role : (i.roleName ?? "(deleted role)") },
        labels: i.labels === null ? null : [...i.labels],
        invitedBy: i.invitedBy,
        createdAt: i.createdAt.toISOString(),
        expiresAt: i.expiresAt.toISOString(),
        state: stateOf(i, now),
      });
      const count = await countInvitations(tx, companyId);
      return pageOf(rows, limit, count, show, (i) => [i.createdAt.toISOString(), i.id]);
    },
  });

/** Takes an open invitation back, by whoever could have given it. */
export const revokeInvitation = (): Endpoint =>
  implement(routes.revokeInvitation, {
    audit: "invitation.revoke",
    run: async (context, { params: { id } }) => {
      const { tx, identity, now } = context;
      const ended = await endInvitation(tx, identity.companyId, id, now);
      if (ended === null) throw new AppError("NOT_FOUND", "There is no open invitation with this id.");
      const { email, role, labels } = ended;
      refuseAbove(identity, await permissionsNow(tx, identity.companyId, role), "id");
      refuseWider(identity, labels, "id");
      context.note(id, { email }, { before: { email, state: "open" }, after: { email, state: "revoked" } });
      return {};
    },
  });
