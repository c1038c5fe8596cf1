import type { Endpoint } from "../../platform/http/index.ts";
import type { PeopleDeps } from "./deps.ts";
import { signInByPassword } from "./sign-in/sign-in.ts";
import { switchCompany } from "./sign-in/switch.ts";

export { permissionsOfRole, standingOf } from "../roles/index.ts";
export type { PeopleDeps, SecondFactors } from "./deps.ts";
export {
  changeMember,
  deactivateMember,
  ensurePerson,
  type Member,
  memberByEmail,
  memberOfPerson,
  type NewMember,
  upsertMember,
} from "./members-sql.ts";
export { createPasswords, type Passwords } from "./password/hash.ts";
export { PASSWORD_LENGTH, requireStrong } from "./password/strength.ts";
export { type BackOff, createBackOff, networkOf } from "./sign-in/back-off.ts";
export { completeSignIn, type SignInDone } from "./sign-in/complete.ts";
export { createTicket, endTicket, takeTicket, type TicketHolder } from "./sign-in/tickets.ts";

/** The routes of people: signing in, members, invitations' acceptance, oneself. */
export const peopleRoutes = (deps: PeopleDeps): Endpoint[] => [signInByPassword(deps), switchCompany(deps)];
