import { AppError } from "@zerotrace/core";
import type { Tx } from "../../../platform/db/index.ts";
import { memberByEmail } from "../members-sql.ts";
import { ownersRole } from "./owner.ts";
import { toldOf } from "./rules.ts";
import { insertMember, lockCompany, memberRowOf } from "./sql.ts";

/** Somebody who accepted an invitation. */
export interface Joining {
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly labels: readonly string[] | null;
}

/**
 * Makes a person a member by an invitation; the first member of a company becomes its owner. One whom single sign-on made a member gets
 * the invitation's role, and may sign in by a password from now on. For the service role with the company set; answers what the
 * audit trail tells. Throws CONFLICT for a member that was invited already, or is deactivated.
 */
export const addMember = async (tx: Tx, companyId: number, joining: Joining): Promise<ReturnType<typeof toldOf>> => {
  // one after the other: else two first ones would both be the owner
  const isFirst = await lockCompany(tx, companyId);
  const known = await memberRowOf(tx, companyId, joining.personId, { lock: true });
  if (known?.deactivatedAt) {
    throw new AppError("CONFLICT", "You are deactivated in this company: ask to be reactivated.");
  }
  if (known && (known.isOwner || known.source === "invitation" || known.source === "server")) {
    throw new AppError("CONFLICT", "You are a member of this company already.");
  }
  const namesake = await memberByEmail(tx, companyId, joining.email);
  if (namesake !== null && namesake.personId !== joining.personId) {
    throw new AppError("CONFLICT", "Another member of the company has this email.");
  }
  const role = isFirst ? await ownersRole(tx, companyId) : joining.role;
  const labels = isFirst ? null : joining.labels;
  await insertMember(tx, companyId, { ...joining, role, labels, isOwner: isFirst });
  const member = await memberRowOf(tx, companyId, joining.personId);
  if (member === null) throw new AppError("INTERNAL", "A member who was just stored is not there.");
  return toldOf(member);
};
