import type { Endpoint } from "../../platform/http/index.ts";
import { aboutRoutes } from "./about.ts";
import type { ScimDeps } from "./deps.ts";
import { groupRoutes } from "./groups.ts";
import { userRoutes } from "./users.ts";

export type { ScimDeps } from "./deps.ts";
export { groupNamesOf } from "./users-sql.ts";

/** The routes by which a directory keeps people and groups (SCIM 2.0). */
export const scimRoutes = (deps: ScimDeps): Endpoint[] => [
  ...aboutRoutes(deps),
  ...userRoutes(deps),
  ...groupRoutes(deps),
];
