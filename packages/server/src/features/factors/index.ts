import type { Endpoint } from "../../platform/http/index.ts";
import { addPasskey, passkeyAddOptions } from "./add-passkey.ts";
import { confirmTotp, startTotp } from "./add-totp.ts";
import type { FactorDeps } from "./deps.ts";
import { listFactors } from "./list.ts";
import { removeFactor, renewRecoveryCodes } from "./remove.ts";
import { resetFactors } from "./reset.ts";
import { passkeySignInOptions, signInByPasskey, signInSecond } from "./sign-in.ts";

export type { FactorDeps } from "./deps.ts";
export { secondFactors } from "./list.ts";
export { resealFactors } from "./secrets.ts";

/** The routes of second factors: one's own, and signing in with them. */
export const factorRoutes = (deps: FactorDeps): Endpoint[] => [
  listFactors(),
  startTotp(deps),
  confirmTotp(deps),
  renewRecoveryCodes(deps),
  passkeyAddOptions(deps),
  addPasskey(deps),
  removeFactor(deps),
  signInSecond(deps),
  passkeySignInOptions(deps),
  signInByPasskey(deps),
  resetFactors(deps),
];
