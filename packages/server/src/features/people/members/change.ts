import { AppError } from "@zerotrace/core";
import { revokeMadeBy, revokeSessionsOf } from "../../../platform/auth/index.ts";
import type { Tx } from "../../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../../platform/http/index.ts";
import { mayGive } from "../../roles/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { changeMember, deactivateMember } from "../members-sql.ts";
import { memberToChange, noMember, toldOf, toMemberRow } from "./rules.ts";
import { deleteMember, type MemberRow, memberRowOf } from "./sql.ts";

type Forgets = Pick<PeopleDeps, "forget">;

/** Changes role or scope. What it gives is felt by open sessions within two seconds. */
export const changePerson = (): Endpoint =>
  implement(routes.changePerson, {
    audit: "member.change",
    run: async (context, { params: { id }, body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await memberToChange(tx, identity, id);
      const wanted = {
        role: body.role ?? before.role,
        labels: body.labels === undefined ? before.labels : body.labels,
      };
      await mayGive(tx, identity, wanted);
      await changeMember(tx, companyId, id, wanted);
      const after = await memberRowOf(tx, companyId, id);
      if (after === null) throw noMember();
      context.note(id, { email: before.email }, { before: toldOf(before), after: toldOf(after) });
      return toMemberRow(after);
    },
  });

interface Going {
  readonly personId: string;
  /** What becomes of the tokens that they made. */
  readonly tokens: "keep" | "revoke";
}

/** Does something to a member and ends the sessions, both in one transaction; the sessions are forgotten after it. */
const ending = async (
  { forget }: Forgets,
  context: RequestContext,
  { personId, tokens }: Going,
  change: (tx: Tx, before: MemberRow) => Promise<MemberRow | null>,
): Promise<void> => {
  const { db, identity, now } = context;
  if (tokens === "revoke" && !identity.permissions.includes("tokens:manage")) {
    throw new AppError("FORBIDDEN", "To revoke tokens needs the permission tokens:manage.", { field: "tokens" });
  }
  const { companyId, subject: actor } = identity;
  const ended = await db.withCompany(companyId, async (tx) => {
    const before = await memberToChange(tx, identity, personId);
    const after = await change(tx, before);
    const ids = await revokeSessionsOf(tx, companyId, [personId], { now });
    const gone = tokens === "keep" ? [] : await revokeMadeBy(tx, companyId, personId, now);
    const revoked = tokens === "keep" ? {} : { tokens: before.tokenCount };
    const detail = { email: before.email, sessions: ids.length, ...revoked };
    const told = { before: toldOf(before), ...(after === null ? {} : { after: toldOf(after) }) };
    await context.record(tx, { companyId, actor, target: personId, detail, ...told });
    return [...ids, ...gone];
  });
  for (const id of ended) forget(id);
};

/** Keeps somebody out; the sessions end at once. */
export const deactivatePerson = (deps: Forgets): Endpoint =>
  implement(routes.deactivatePerson, {
    audit: "member.deactivate",
    transaction: "none",
    run: async (context, { params: { id }, query: { tokens } }) => {
      const { companyId } = context.identity;
      await ending(deps, context, { personId: id, tokens }, async (tx, before) => {
        if (before.deactivatedAt !== null) throw new AppError("CONFLICT", "This person is deactivated already.");
        await deactivateMember(tx, companyId, id, context.now);
        return { ...before, deactivatedAt: context.now };
      });
      return {};
    },
  });

/** Lets somebody in again, with what the role gives now; never more than the caller holds. */
export const reactivatePerson = (): Endpoint =>
  implement(routes.reactivatePerson, {
    audit: "member.reactivate",
    run: async (context, { params: { id } }) => {
      const { tx, identity } = context;
      const before = await memberToChange(tx, identity, id);
      if (before.deactivatedAt === null) throw new AppError("CONFLICT", "This person is not deactivated.");
      await deactivateMember(tx, identity.companyId, id, null);
      const after = { ...before, deactivatedAt: null };
      context.note(id, { email: before.email }, { before: toldOf(before), after: toldOf(after) });
      return {};
    },
  });

/** Takes somebody out of the company. */
export const removePerson = (deps: Forgets): Endpoint =>
  implement(routes.removePerson, {
    audit: "member.remove",
    transaction: "none",
    run: async (context, { params: { id }, query: { tokens } }) => {
      await ending(deps, context, { personId: id, tokens }, async (tx) => {
        await deleteMember(tx, context.identity.companyId, id);
        return null;
      });
      return {};
    },
  });
