import type { RequestContext } from "../../../platform/http/index.ts";
import { accountOf } from "../account-sql.ts";
import type { PeopleDeps } from "../deps.ts";
import { type Admitted, networkOf } from "./back-off.ts";
import { shownDevices } from "./device.ts";
import { admit, reportFailure } from "./sign-in.ts";
import { findAccount } from "./sql.ts";

/** An attempt at the second step. */
export interface SecondAttempt extends Admitted {
  /** Tells the companies of the person that it failed. */
  fail(): void;
}

/**
 * Takes an attempt at the second step from the same allowances as one at the password; null where the account is gone or deactivated.
 * Throws RATE_LIMITED.
 */
export const admitSecond = async (
  deps: PeopleDeps,
  context: RequestContext,
  personId: string,
): Promise<SecondAttempt | null> => {
  const { db, ip } = context;
  const caller = { devices: shownDevices(context), network: networkOf(ip) };
  const account = await db.asService(async (tx) => {
    const named = await accountOf(tx, { id: personId });
    return named?.isActive ? findAccount(tx, named.email, caller) : null;
  });
  if (account === null) return null;
  return { ...admit(deps, context, account.email, account), fail: () => reportFailure(context, account) };
};
