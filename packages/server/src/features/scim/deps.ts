import { AppError } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import type { Identity } from "../../platform/auth/index.ts";

/** What a composition root gives to SCIM. */
export interface ScimDeps {
  readonly db: Database;
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** Our origin as directories reach it. */
  readonly publicUrl: () => string;
}

/** The address of a resource, for its `meta`. */
export const locationOf = ({ publicUrl }: ScimDeps, kind: "Users" | "Groups", id: string): string =>
  `${publicUrl().replace(/\/+$/, "")}/scim/v2/${kind}/${id}`;

/** Throws FORBIDDEN for one that sees some assets only: who is a member concerns all of the company. */
export const mustSeeAll = ({ labels }: Identity): void => {
  if (labels !== null) throw new AppError("FORBIDDEN", "This credential sees a part of the company only.");
};
