import { AppError } from "@zerotrace/core";
import { isBuiltInRole } from "@zerotrace/core/schema";
import { randomUUID } from "node:crypto";
import { parseToken } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import {
  accountOf,
  addMember,
  completeSignIn,
  hasNoMembers,
  insertAccount,
  moveTo,
  passwordSignIn,
  type PeopleDeps,
  proveEmail,
  provedPerson,
  requireStrong,
} from "../people/index.ts";
import { routes } from "./contract.ts";
import { openInvitation, type OpenInvitation, useInvitation } from "./sql.ts";

interface Held extends OpenInvitation {
  readonly companyId: number;
  readonly hash: Buffer;
}

const badToken = (): AppError =>
  new AppError("UNAUTHENTICATED", "The invitation was accepted, taken back or has expired: ask for a new one.", {
    field: "token",
  });

/** The open invitation that a token is of. Throws UNAUTHENTICATED for anything else. */
const held = async (db: Database, text: string, now: Date): Promise<Held> => {
  const token = parseToken(text);
  if (token?.kind !== "invitation") throw badToken();
  const { companyId, hash } = token;
  const found = await db.withCompany(companyId, (tx) => openInvitation(tx, companyId, hash, now));
  if (found === null) throw badToken();
  return { ...found, companyId, hash };
};

/** Makes the person a member, in the one transaction that uses the invitation up; of several at once the others find it used. */
const join = async (
  context: RequestContext,
  invitation: Held,
  personOf: (tx: Tx) => Promise<{ id: string; name: string }>,
): Promise<string> => {
  const { companyId, hash, email, role, labels, id: invitationId } = invitation;
  return context.db.asServiceFor(companyId, async (tx) => {
    if (!(await useInvitation(tx, companyId, hash, context.now))) throw badToken();
    const person = await personOf(tx);
    if (invitation.isMailed) await proveEmail(tx, person.id, context.now);
    const after = await addMember(tx, companyId, { personId: person.id, email, name: person.name, role, labels });
    const row = { companyId, actor: email, action: "member.join", target: person.id, ip: context.ip };
    await writeAudit(tx, {
      ...row,
      detail: { invitationId, invitedBy: invitation.invitedBy, byMail: invitation.isMailed },
      after,
    });
    return person.id;
  });
};

/** What the holder of a token is invited to. */
export const lookAtInvitation = (): Endpoint =>
  implement(routes.lookAtInvitation, {
    audit: "none",
    run: async ({ db, now }, { body }) => {
      const invitation = await held(db, body.token, now);
      const { companyId, email, role, roleName, companyName, expiresAt } = invitation;
      const isFirst = await db.withCompany(companyId, (tx) => hasNoMembers(tx, companyId));
      const account = await db.asService((tx) => accountOf(tx, { email }));
      return {
        companyName,
        email,
        // whoever joins first owns the company, whatever the invitation says
        roleName: isFirst ? "owner" : isBuiltInRole(role) ? role : (roleName ?? role),
        hasAccount: account !== null,
        expiresAt: expiresAt.toISOString(),
      };
    },
  });

const nameNeeded = (): AppError => new AppError("BAD_REQUEST", "Say your name.", { field: "name" });

/** Somebody new becomes a person and a member, and is signed in. */
const acceptAsNew = async (
  deps: PeopleDeps,
  context: RequestContext,
  invitation: Held,
  { name, password }: { name: string; password: string },
) => {
  const { companyId, email, companyName } = invitation;
  await requireStrong(password, [email, name, companyName]);
  const hash = await deps.passwords.hash(password);
  const personId = await join(context, invitation, async (tx) => {
    const id = randomUUID();
    if (await insertAccount(tx, { id, email, name, hash, now: context.now })) return { id, name };
    throw new AppError("CONFLICT", "This email has an account meanwhile: accept with its password.", {
      field: "email",
    });
  });
  return completeSignIn(context, { personId, method: "password", companyId });
};

/** Accepts an invitation by a password: a new one, or that of the account that its email has. */
export const acceptInvitation = (deps: PeopleDeps): Endpoint =>
  implement(routes.acceptInvitation, {
    audit: "invitation.accept",
    transaction: "none",
    run: async (context, { body: { token, name, password } }) => {
      const { db, now } = context;
      const invitation = await held(db, token, now);
      const { companyId, email } = invitation;
      const account = await db.asService((tx) => accountOf(tx, { email }));
      if (account !== null) {
        return passwordSignIn(deps, context, { email, password, companyId }, async () => {
          await join(context, invitation, async () => account);
        });
      }
      if (name === undefined) throw nameNeeded();
      return acceptAsNew(deps, context, invitation, { name, password });
    },
  });

/** Accepts an invitation to one's own email. */
export const joinByInvitation = (deps: PeopleDeps): Endpoint =>
  implement(routes.joinByInvitation, {
    audit: "invitation.accept",
    transaction: "none",
    run: async (context, { body: { token } }) => {
      const { db, now } = context;
      const { personId } = provedPerson(context);
      const invitation = await held(db, token, now);
      const account = await db.asService((tx) => accountOf(tx, { id: personId }));
      if (account?.email !== invitation.email) {
        throw new AppError("FORBIDDEN", "This invitation is for another email: sign out, and accept it as its owner.", {
          field: "token",
        });
      }
      await join(context, invitation, async () => account);
      return moveTo(deps, context, invitation.companyId);
    },
  });
