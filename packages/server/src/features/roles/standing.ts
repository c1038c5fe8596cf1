import { BUILT_IN_ROLES, isBuiltInRole, type Permission } from "@zerotrace/core/schema";
import type { Standing } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { ownRoles } from "./sql.ts";
import { activeMembership, unscopedMembers } from "./standing-sql.ts";

/** The permissions of a role: a built-in one's by its id, else those that the company gave its own role; none where it is gone. */
const permissionsOfRole = (role: string, own: readonly Permission[] | null): readonly Permission[] =>
  isBuiltInRole(role) ? BUILT_IN_ROLES[role].permissions : (own ?? []);

/** What a person may do in a company at this moment; null where the person is no active member or the company is closed. */
export const standingOf = async (tx: Tx, companyId: number, personId: string): Promise<Standing | null> => {
  const found = await activeMembership(tx, companyId, personId);
  return found && { permissions: permissionsOfRole(found.role, found.permissions), labels: found.labels };
};

/** The active members who see every asset and hold a permission, by id. */
export const membersWith = async (
  tx: Tx,
  companyId: number,
  permission: Permission,
): Promise<{ personId: string; email: string }[]> =>
  (await unscopedMembers(tx, companyId))
    .filter(({ role, permissions }) => permissionsOfRole(role, permissions).includes(permission))
    .map(({ personId, email }) => ({ personId, email }));

/** What a role is called: a built-in one by its id; empty where it is gone. */
export const roleNameOf = async (tx: Tx, companyId: number, role: string): Promise<string> =>
  isBuiltInRole(role) ? role : ((await ownRoles(tx, companyId)).find(({ id }) => id === role)?.name ?? "");
