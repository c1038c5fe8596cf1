import type { Endpoint } from "../../platform/http/index.ts";
import type { PeopleDeps } from "./deps.ts";
import { changePerson, deactivatePerson, reactivatePerson, removePerson } from "./members/change.ts";
import { getPerson, listPeople } from "./members/list.ts";
import { transferOwnership } from "./members/owner.ts";
import { forgotPassword } from "./reset/forgot.ts";
import { createResetLink, resetPassword } from "./reset/reset.ts";
import { signInByPassword } from "./sign-in/sign-in.ts";
import { switchCompany } from "./sign-in/switch.ts";

export type { LinkToMail, MailLink, PeopleDeps, SecondFactors } from "./deps.ts";
export {
  changeMember,
  deactivateMember,
  ensurePerson,
  isPersonActive,
  type Member,
  memberByEmail,
  memberOfPerson,
  type NewMember,
  upsertMember,
} from "./members-sql.ts";
export { addMember, type Joining } from "./members/join.ts";
export { makeOwner } from "./members/owner.ts";
export { hasNoMembers, renameMember } from "./members/sql.ts";
export { memberToChange } from "./members/rules.ts";
export { createPasswords, type Passwords } from "./password/hash.ts";
export { proveAgain, proveCurrent } from "./password/prove.ts";
export { replacePassword } from "./password/replace.ts";
export { accountOf, allCompaniesOf, insertAccount, ownCompaniesOf, proveEmail, renameAccount } from "./account-sql.ts";
export { PASSWORD_LENGTH, requireStrong } from "./password/strength.ts";
export { mailForgotten } from "./reset/mail-forgotten.ts";
export { personToReset } from "./reset/reset.ts";
export { type BackOff, createBackOff, networkOf } from "./sign-in/back-off.ts";
export { completeSignIn, type SignInDone } from "./sign-in/complete.ts";
export { passwordSignIn } from "./sign-in/sign-in.ts";
export { moveTo, provedPerson } from "./sign-in/switch.ts";
export { deleteTickets as endTickets } from "./sign-in/sql.ts";
export { admitSecond } from "./sign-in/second.ts";
export { createTicket, endTicket, holderOfTicket, takeTicket, type TicketHolder } from "./sign-in/tickets.ts";

export { removeStrangers } from "./strangers-sql.ts";

/** The routes of people: signing in, who they are in the company, new passwords. */
export const peopleRoutes = (deps: PeopleDeps): Endpoint[] => [
  signInByPassword(deps),
  switchCompany(deps),
  listPeople(),
  getPerson(),
  changePerson(),
  deactivatePerson(deps),
  reactivatePerson(),
  removePerson(deps),
  transferOwnership(),
  createResetLink(deps),
  forgotPassword(deps),
  resetPassword(deps),
];
