import { AppError, type Permission } from "@zerotrace/core";

export interface Wish {
  readonly kind: "enrollment" | "api";
  readonly permissions: readonly Permission[];
}

/**
 * The permissions of a token to be made, sorted and each once. Throws FORBIDDEN naming the first that the creator does not
 * hold, BAD_REQUEST where the kind and the permissions do not fit.
 */
export const permissionsFor = (wish: Wish, held: readonly Permission[]): Permission[] => {
  const wanted = [...new Set(wish.permissions)].sort();
  if (wish.kind === "enrollment") {
    if (wanted.length === 0) return [];
    throw new AppError("BAD_REQUEST", "An enrollment token takes no permissions: leave them out.", {
      field: "permissions",
    });
  }
  if (wanted.length === 0) {
    throw new AppError("BAD_REQUEST", "An API token needs at least one permission.", { field: "permissions" });
  }
  const above = wanted.find((one) => !held.includes(one));
  if (above === undefined) return wanted;
  throw new AppError("FORBIDDEN", `You cannot give the permission ${above}, because you do not hold it.`, {
    field: "permissions",
  });
};
