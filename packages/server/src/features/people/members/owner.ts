import { AppError } from "@zerotrace/core";
import type { Database, Tx } from "../../../platform/db/index.ts";
import { type Endpoint, implement } from "../../../platform/http/index.ts";
import { writeAudit } from "../../audit/index.ts";
import { isProviderCompany } from "../../roles/index.ts";
import { routes } from "../contract.ts";
import { memberByEmail } from "../members-sql.ts";
import { noMember, toldOf } from "./rules.ts";
import { lockOwner, memberRowOf, setOwner } from "./sql.ts";

/** The role of whoever owns a company. */
export const ownersRole = async (tx: Tx, companyId: number): Promise<"provider" | "admin"> =>
  (await isProviderCompany(tx, companyId)) ? "provider" : "admin";

const handOver = async (tx: Tx, companyId: number, personId: string) => {
  const before = await memberRowOf(tx, companyId, personId, { lock: true });
  if (before === null) throw noMember();
  if (before.deactivatedAt !== null) {
    throw new AppError("CONFLICT", "A deactivated person cannot be the owner: reactivate them first.");
  }
  await setOwner(tx, companyId, personId, await ownersRole(tx, companyId));
  const after = await memberRowOf(tx, companyId, personId);
  return { email: before.email, before: toldOf(before), after: after && toldOf(after) };
};

/** Hands the company over. Throws CONFLICT unless the caller is its owner. */
export const transferOwnership = (): Endpoint =>
  implement(routes.transferOwnership, {
    audit: "company.transfer_ownership",
    run: async (context, { params: { id } }) => {
      const { tx, identity } = context;
      const { companyId, personId } = identity;
      const owner = await lockOwner(tx, companyId);
      if ((await memberRowOf(tx, companyId, id)) === null) throw noMember();
      if (personId === undefined || owner !== personId) {
        throw new AppError(
          "CONFLICT",
          "Only the owner hands the company over: ask the owner, or the platform's operator.",
        );
      }
      if (owner === id) throw new AppError("CONFLICT", "You are the owner already.");
      const { email, before, after } = await handOver(tx, companyId, id);
      context.note(id, { email, from: owner }, { before, after });
      return {};
    },
  });

/** The same by the operator, where the owner cannot. Throws NOT_FOUND for an email that is no member's. */
export const makeOwner = (db: Database, companyId: number, email: string, actor: string): Promise<void> =>
  db.withCompany(companyId, async (tx) => {
    const from = await lockOwner(tx, companyId);
    const member = await memberByEmail(tx, companyId, email);
    if (member === null) throw noMember();
    const { before, after } = await handOver(tx, companyId, member.personId);
    await writeAudit(tx, {
      companyId,
      actor,
      action: "company.transfer_ownership",
      target: member.personId,
      detail: { email, from },
      ip: "",
      before,
      after,
    });
  });
