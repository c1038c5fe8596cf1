import type { Endpoint } from "../../platform/http/index.ts";
import { changeRole, createRole, deleteRole, listRoles } from "./manage.ts";

export { type Giver, mayGive, permissionsNow, refuseAbove, refuseWider } from "./rules.ts";
export { isProviderCompany } from "./sql.ts";
export { membersWith, roleNameOf, standingOf } from "./standing.ts";

/** The routes of roles. */
export const roleRoutes = (): Endpoint[] => [listRoles(), createRole(), changeRole(), deleteRole()];
