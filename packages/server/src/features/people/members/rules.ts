import { AppError } from "@zerotrace/core";
import { isBuiltInRole } from "@zerotrace/core/schema";
import type { z } from "zod";
import type { Identity } from "../../../platform/auth/index.ts";
import type { Tx } from "../../../platform/db/index.ts";
import { permissionsNow, refuseAbove, refuseWider } from "../../roles/index.ts";
import type { memberRow } from "../contract.ts";
import { type MemberRow, memberRowOf } from "./sql.ts";

/** The refusal of an id that is no member's of the company. */
export const noMember = (): AppError => new AppError("NOT_FOUND", "The company has no such person.");

/** A role's id with the name that people know it by. */
const roleOf = (role: string, ownName: string | null): { id: string; name: string } => ({
  id: role,
  // a directory named them, and none of their groups gives a role
  name: isBuiltInRole(role) || role === "none" ? role : (ownName ?? "(deleted role)"),
});

/** A member as the API shows it. */
export const toMemberRow = (m: MemberRow): z.input<typeof memberRow> => ({
  id: m.id,
  email: m.email,
  name: m.name,
  role: roleOf(m.role, m.roleName),
  labels: m.labels === null ? null : [...m.labels],
  isOwner: m.isOwner,
  source: m.source,
  isEmailProved: m.isEmailProved,
  createdAt: m.createdAt.toISOString(),
  lastSeenAt: m.lastSeenAt?.toISOString() ?? null,
  deactivatedAt: m.deactivatedAt?.toISOString() ?? null,
  tokenCount: m.tokenCount,
});

/** What an audit row tells of a member. */
export const toldOf = (m: MemberRow) => ({
  email: m.email,
  role: m.role,
  labels: m.labels,
  isOwner: m.isOwner,
  isActive: m.deactivatedAt === null,
});

/**
 * The member whom a caller is about to change, locked. Throws NOT_FOUND for none, CONFLICT for the owner and for oneself, FORBIDDEN
 * for somebody who holds or sees more than the caller.
 */
export const memberToChange = async (tx: Tx, identity: Identity, personId: string): Promise<MemberRow> => {
  const { companyId } = identity;
  const member = await memberRowOf(tx, companyId, personId, { lock: true });
  if (member === null) throw noMember();
  if (identity.personId === personId) {
    throw new AppError("CONFLICT", "Nobody changes what they are themselves: ask another administrator.");
  }
  if (member.isOwner) {
    throw new AppError(
      "CONFLICT",
      "The owner stays what the owner is: let the owner make somebody else the owner first.",
    );
  }
  refuseAbove(identity, await permissionsNow(tx, companyId, member.role), "id");
  refuseWider(identity, member.labels, "id");
  return member;
};
