import { AppError } from "@zerotrace/core";
import type { RequestContext } from "../../../platform/http/index.ts";
import type { accountOf } from "../account-sql.ts";
import type { PeopleDeps } from "../deps.ts";
import { openedAt } from "./sql.ts";

/** A session this young needs no further proof of who uses it, ms. */
const FRESH_MS = 10 * 60_000;

type Held = NonNullable<Awaited<ReturnType<typeof accountOf>>>;

/**
 * Proves the present password of who is signed in, as slowly as a sign-in: a session that was left open must not be a way to guess it.
 * Throws BAD_REQUEST on `field`, or RATE_LIMITED.
 */
export const proveCurrent = async (
  deps: PeopleDeps,
  { ip, identity }: Pick<RequestContext, "ip" | "identity">,
  { id: personId, email, passwordHash }: Held,
  { text, field }: { text: string; field: string },
): Promise<void> => {
  const admitted = deps.backOff.admit({ email, ip, personId, deviceId: identity.credentialId, isNear: true });
  const { isRight } = await deps.passwords.verify(text, passwordHash, admitted);
  if (!isRight) throw new AppError("BAD_REQUEST", "This is not your present password.", { field });
  admitted.giveBack();
};

/**
 * Sees to it that a change of how somebody signs in is made by the person, and not by whoever found a session left open: the session
 * was opened within ten minutes, or the password is given. Throws BAD_REQUEST on `password`, or RATE_LIMITED.
 */
export const proveAgain = async (
  deps: PeopleDeps,
  context: Pick<RequestContext, "db" | "now" | "ip" | "identity">,
  held: Held,
  password: string | undefined,
): Promise<void> => {
  const { db, now, identity } = context;
  if (password !== undefined && held.passwordHash !== null) {
    return proveCurrent(deps, context, held, { text: password, field: "password" });
  }
  const { companyId, credentialId } = identity;
  const since = await db.withCompany(companyId, (tx) => openedAt(tx, companyId, credentialId));
  if (since !== null && now.getTime() - since.getTime() < FRESH_MS) return;
  const mend = held.passwordHash === null ? "sign in again" : "give your password";
  throw new AppError("BAD_REQUEST", `You signed in more than 10 minutes ago: ${mend}, so that it is surely you.`, {
    field: "password",
  });
};
