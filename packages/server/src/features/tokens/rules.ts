import { AppError, type Permission } from "@zerotrace/core";
import { type Credential, normalRange } from "../../platform/auth/index.ts";

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

/** Ranges of addresses as they are kept, sorted and each once; null for none. Throws BAD_REQUEST for what is no range. */
export const rangesFor = (given: readonly string[], field: string): string[] | null => {
  const ranges = given.map((text) => {
    const range = normalRange(text);
    if (range === null) throw wrong(field, `"${text}" is no address and no range such as 10.0.0.0/8.`);
    return range;
  });
  return ranges.length === 0 ? null : [...new Set(ranges)].sort();
};

/** The ranges of an API token to be made. Throws BAD_REQUEST for an enrollment token, whose ranges are among its limits. */
export const apiRangesFor = (kind: Wish["kind"], given: readonly string[]): string[] | null => {
  if (kind === "enrollment" && given.length > 0) {
    throw wrong("ranges", "The ranges of an enrollment token stand in enrollment.ranges.");
  }
  return rangesFor(given, "ranges");
};

/** The end of an API token is told from here on, or when three quarters of its time are over; ms. */
export const SOON_MS = 14 * 86_400_000;
/** The share of its time that is the last of it. */
export const SOON_SHARE = 1 / 4;

/** Whether an API token in force ends soon: a long one in two weeks, a short one in the last quarter of its time. */
export const endsSoon = (
  c: Pick<Credential, "kind" | "createdAt" | "rotatedAt" | "expiresAt" | "revokedAt">,
  now: Date,
) => {
  if (c.kind !== "api" || c.expiresAt === null || c.revokedAt !== null || c.expiresAt <= now) return false;
  const lastsMs = c.expiresAt.getTime() - (c.rotatedAt ?? c.createdAt).getTime();
  return c.expiresAt.getTime() - now.getTime() < Math.min(SOON_MS, lastsMs * SOON_SHARE);
};

/** Throws FORBIDDEN unless the caller holds everything that a token does: its new secret is shown to the caller. */
export const mustHoldAll = (token: Pick<Credential, "permissions">, held: readonly Permission[]): void => {
  const above = token.permissions.find((one) => !held.includes(one));
  if (above === undefined) return;
  throw new AppError("FORBIDDEN", `The token holds ${above} and you do not: whoever does rotates it.`);
};

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
  const ranges = rangesFor(given, "enrollment.ranges");
  const isWithin = reach === null || (labels.length > 0 && labels.every((label) => reach.includes(label)));
  if (!isWithin) {
    throw new AppError("FORBIDDEN", `Give it labels that you reach: ${reach.join(", ")}.`, {
      field: "enrollment.labels",
    });
  }
  return {
    labels,
    ranges,
    ...(agentsMax === undefined ? {} : { agentsMax }),
  };
};
