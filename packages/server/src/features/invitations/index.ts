import type { Endpoint } from "../../platform/http/index.ts";
import type { PeopleDeps } from "../people/index.ts";
import { acceptInvitation, joinByInvitation, lookAtInvitation } from "./accept.ts";
import { createInvitation, listInvitations, revokeInvitation } from "./invite.ts";

export { type InvitationLinks, newInvitationLinks } from "./links.ts";
export { insertInvitation } from "./sql.ts";

/** The routes by which people come into a company. */
export const invitationRoutes = (deps: PeopleDeps): Endpoint[] => [
  createInvitation(deps),
  listInvitations(),
  revokeInvitation(),
  lookAtInvitation(),
  acceptInvitation(deps),
  joinByInvitation(deps),
];
