import { BUILT_IN_ROLES, isBuiltInRole, type Permission } from "@zerotrace/core/schema";
import type { Standing } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { activeMembership } from "./standing-sql.ts";

/** The permissions of a role: a built-in one's by its id, else those that the company gave its own role; none where it is gone. */
const permissionsOfRole = (role: string, own: readonly Permission[] | null): readonly Permission[] =>
  isBuiltInRole(role) ? BUILT_IN_ROLES[role].permissions : (own ?? []);

/** What a person may do in a company at this moment; null where the person is no active member or the company is closed. */
export const standingOf = async (tx: Tx, companyId: number, personId: string): Promise<Standing | null> => {
  const found = await activeMembership(tx, companyId, personId);
  return found && { permissions: permissionsOfRole(found.role, found.permissions), labels: found.labels };
};
