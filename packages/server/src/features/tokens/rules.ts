import { AppError, type Permission } from "@zerotrace/core";
import { normalRange } from "../../platform/auth/index.ts";

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

/** What an enrollment token is limited to and gives its assets. */
export interface EnrollmentLimits {
  readonly labels: readonly string[];
  readonly agentsMax?: number;
  /** Null: any address. */
  readonly ranges: readonly string[] | null;
}

interface EnrollmentWish {
  readonly labels: readonly string[];
  readonly agentsMax?: number | undefined;
  readonly ranges: readonly string[];
}

const wrong = (field: string, detail: string): AppError => new AppError("BAD_REQUEST", detail, { field });

/**
 * The limits of an enrollment token to be made by someone who reaches assets with `reach` (null: all). Throws BAD_REQUEST for
 * ranges that are none and for limits of an API token, FORBIDDEN where its assets would be out of the maker's reach.
 */
export const enrollmentFor = (
  kind: Wish["kind"],
  wish: EnrollmentWish | undefined,
  reach: readonly string[] | null,
): EnrollmentLimits | null => {
  if (kind === "api") {
    if (wish === undefined) return null;
    throw wrong("enrollment", "An API token enrolls nothing: leave enrollment out.");
  }
  const { labels = [], agentsMax, ranges: given = [] } = wish ?? {};
  const ranges = given.map((text) => {
    const range = normalRange(text);
    if (range === null) throw wrong("enrollment.ranges", `"${text}" is no address and no range such as 10.0.0.0/8.`);
    return range;
  });
  const isWithin = reach === null || (labels.length > 0 && labels.every((label) => reach.includes(label)));
  if (!isWithin) {
    throw new AppError("FORBIDDEN", `Give it labels that you reach: ${reach.join(", ")}.`, {
      field: "enrollment.labels",
    });
  }
  return {
    labels,
    ranges: ranges.length === 0 ? null : [...new Set(ranges)].sort(),
    ...(agentsMax === undefined ? {} : { agentsMax }),
  };
};
