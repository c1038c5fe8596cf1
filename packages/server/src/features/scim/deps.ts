import type { Database } from "../../platform/db/index.ts";

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

/** Why a token with labels is none of a directory's. */
export const ALL = "who is a member concerns all of it";
