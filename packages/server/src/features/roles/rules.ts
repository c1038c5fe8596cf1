import { AppError } from "@zerotrace/core";
import { BUILT_IN_ROLES, isBuiltInRole, type Permission, PLATFORM_PERMISSIONS } from "@zerotrace/core/schema";
import type { Identity } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { isProviderCompany, lockRole } from "./sql.ts";

/** Whoever gives something away. */
export type Giver = Pick<Identity, "companyId" | "permissions" | "labels">;

/** The first permission that a giver does not hold; undefined for none. */
export const firstAbove = (held: readonly Permission[], wanted: readonly Permission[]): Permission | undefined =>
  wanted.find((one) => !held.includes(one));

/** Throws FORBIDDEN naming the first permission that the caller does not hold. */
export const refuseAbove = (giver: Giver, wanted: readonly Permission[], field: string): void => {
  const above = firstAbove(giver.permissions, wanted);
  if (above === undefined) return;
  throw new AppError("FORBIDDEN", `You cannot decide on the permission ${above}, because you do not hold it.`, {
    field,
  });
};

/** Throws FORBIDDEN unless the scope (null: every asset) lies within the caller's own. */
export const refuseWider = (giver: Giver, labels: readonly string[] | null, field = "labels"): void => {
  const own = giver.labels;
  if (own === null || (labels !== null && labels.length > 0 && labels.every((label) => own.includes(label)))) return;
  throw new AppError("FORBIDDEN", `You see the labels ${own.join(", ")} only, and decide on nothing beyond.`, {
    field,
  });
};

/** The permissions of a role to be stored, sorted and each once. Throws BAD_REQUEST for what no own role may have, FORBIDDEN for what is above the maker. */
export const ownPermissions = (maker: Giver, wanted: readonly Permission[]): Permission[] => {
  const beyond = wanted.find((one) => one === "agents:report" || PLATFORM_PERMISSIONS.includes(one));
  if (beyond !== undefined) {
    throw new AppError("BAD_REQUEST", `No role of a company has the permission ${beyond}.`, { field: "permissions" });
  }
  refuseAbove(maker, wanted, "permissions");
  return [...new Set(wanted)].sort();
};

/** The permissions that a role has now; of one that is gone, none. It cannot be deleted before the transaction ends. */
export const permissionsNow = async (tx: Tx, companyId: number, role: string): Promise<readonly Permission[]> =>
  isBuiltInRole(role)
    ? BUILT_IN_ROLES[role].permissions
    : ((await lockRole(tx, companyId, role, "give"))?.permissions ?? []);

/**
 * Sees to it that a caller may give a role with a scope. Throws BAD_REQUEST where the company has no such role, FORBIDDEN where it
 * is above the caller.
 */
export const mayGive = async (
  tx: Tx,
  giver: Giver,
  { role, labels }: { role: string; labels: readonly string[] | null },
): Promise<void> => {
  const { companyId } = giver;
  const isKnown = isBuiltInRole(role)
    ? !("isPlatform" in BUILT_IN_ROLES[role]) || (await isProviderCompany(tx, companyId))
    : (await lockRole(tx, companyId, role, "give")) !== null;
  if (!isKnown) throw new AppError("BAD_REQUEST", "The company has no such role.", { field: "role" });
  refuseAbove(giver, await permissionsNow(tx, companyId, role), "role");
  refuseWider(giver, labels);
};
