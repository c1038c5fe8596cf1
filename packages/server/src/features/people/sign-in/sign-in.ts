import { AppError } from "@zerotrace/core";
import { type Endpoint, implement, reply, type RequestContext } from "../../../platform/http/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { type Admitted, networkOf } from "./back-off.ts";
import { companyFor, completeSignIn } from "./complete.ts";
import { shownDevices } from "./device.ts";
import { type Account, findAccount, findPerson, replaceHash } from "./sql.ts";
import { createTicket } from "./tickets.ts";

/** The same whatever is wrong: nobody learns by it who has an account. */
const wrong = (): AppError => new AppError("UNAUTHENTICATED", "The email or the password is not right.");

/** Tells the companies of the account that somebody tried; of an account that does not exist, the log alone. */
export const reportFailure = (context: RequestContext, account: Account | null): void => {
  if (!account || account.companyIds.length === 0) {
    context.log.warn({ "event.action": "failed_login", "client.ip": context.ip }, "security event");
    return;
  }
  const actor = `unproved:${account.email}`;
  for (const companyId of account.companyIds) context.report({ event: "failed_login", companyId, actor });
};

/** Takes from the allowances of an attempt. Throws RATE_LIMITED, which is on record. */
export const admit = (deps: PeopleDeps, context: RequestContext, email: string, account: Account | null): Admitted => {
  const { deviceId = null, isNear = false } = account ?? {};
  try {
    return deps.backOff.admit({ email, ip: context.ip, personId: account?.id ?? null, deviceId, isNear });
  } catch (error) {
    reportFailure(context, account);
    throw error;
  }
};

/** As `verify` of the hasher; what was turned away by too many others uses no allowance. */
const verify = async (deps: PeopleDeps, password: string, held: string | null, admitted: Admitted) => {
  try {
    return await deps.passwords.verify(password, held, admitted);
  } catch (error) {
    admitted.giveBack();
    throw error;
  }
};

/** Proves the password, with the same work for an account that is not there. Throws UNAUTHENTICATED or RATE_LIMITED. */
const prove = async (
  deps: PeopleDeps,
  context: RequestContext,
  { email, password }: { email: string; password: string },
): Promise<{ account: Account; admitted: Admitted }> => {
  const { db, ip } = context;
  const caller = { devices: shownDevices(context), network: networkOf(ip) };
  const showsDevice = caller.devices.length > 0;
  const account = await deps.backOff.look({ showsDevice }, () => db.asService((tx) => findAccount(tx, email, caller)));
  const admitted = admit(deps, context, email, account);
  const held = account?.isActive ? account.passwordHash : null;
  const { isRight, isOutdated } = await verify(deps, password, held, admitted);
  if (!account || held === null || !isRight) {
    reportFailure(context, account);
    throw wrong();
  }
  if (isOutdated) {
    const hash = await deps.passwords.hash(password);
    await db.asService((tx) => replaceHash(tx, account.id, held, hash));
  }
  return { account, admitted };
};

/** The password was right and more is asked for: a ticket for that. */
const askForFactor = async (
  context: RequestContext,
  account: Account,
  { factors, companyId: wanted }: { factors: string[]; companyId: number | undefined },
) => {
  const { db, now, userAgent } = context;
  const person = await db.asService((tx) => findPerson(tx, account.id, []));
  const companyId = await companyFor(db, person?.companyIds ?? [], {
    method: "password",
    personId: account.id,
    wanted,
  });
  const made = await createTicket(db, {
    personId: account.id,
    purpose: "second_factor",
    method: "password",
    companyId,
    now,
  });
  const detail = { method: "password", next: "second_factor", userAgent };
  await db.withCompany(companyId, (tx) =>
    context.record(tx, { companyId, actor: account.email, target: account.id, detail }),
  );
  const { ticket, expiresAt } = made;
  const body = { next: "second_factor" as const, ticket, factors, expiresAt: expiresAt.toISOString() };
  return reply({ status: 200, body });
};

/** What is shown to sign in, and where to. */
export interface Shown {
  readonly email: string;
  readonly password: string;
  readonly companyId?: number | undefined;
}

/**
 * Proves a password and opens a session, or asks for the second factor. `onProved` runs between; what it throws refuses the sign-in.
 * Throws UNAUTHENTICATED, RATE_LIMITED, or NOT_FOUND where the person is in no such company.
 */
export const passwordSignIn = async (
  deps: PeopleDeps,
  context: RequestContext,
  { companyId, ...shown }: Shown,
  onProved: (personId: string) => Promise<void> = async () => undefined,
) => {
  const { account, admitted } = await prove(deps, context, shown);
  await onProved(account.id);
  const factors = await deps.factors.factorsOf(account.id);
  // the allowance stays used: who knows the password only must not get tickets without end
  if (factors.length > 0) return askForFactor(context, account, { factors, companyId });
  admitted.giveBack();
  return completeSignIn(context, { personId: account.id, method: "password", companyId });
};

/** Signs in by email and password; who has second factors gets a ticket for the next step. */
export const signInByPassword = (deps: PeopleDeps): Endpoint =>
  implement(routes.signInByPassword, {
    audit: "session.sign_in",
    transaction: "none",
    run: (context, { body }) => passwordSignIn(deps, context, body),
  });
