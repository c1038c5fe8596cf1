import type { Endpoint } from "../../platform/http/index.ts";
import { createLink } from "./link.ts";
import { getSession, signIn, signOut } from "./session.ts";

export { type Described, describeSession, isOfPerson } from "./describe.ts";
export { sessionLimitsOf } from "./limits.ts";
export { createSignInLink } from "./link.ts";
export { companyName } from "./sql.ts";
export { type NewSession, openSession } from "./open.ts";
export { endShown, sessionShownBy, type ShownSession } from "./over.ts";

export interface SessionDeps {
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** The dashboard's origin as people reach it; asked for with each link, because the port is known after listening. */
  readonly publicUrl: () => string;
}

/** The routes by which people sign in and out. */
export const sessionRoutes = (deps: SessionDeps): Endpoint[] => [
  signIn(),
  getSession(),
  signOut(deps),
  createLink(deps),
];
