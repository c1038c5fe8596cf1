import { AppError } from "@zerotrace/core";
import { endFactorWait, revokeSessionsOf } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { RequestContext } from "../../platform/http/index.ts";
import { accountOf, ownCompaniesOf, provedPerson } from "../people/index.ts";
import type { FactorDeps } from "./deps.ts";
import { newRecoveryCodes } from "./recovery.ts";
import { factorsOfPerson, lockPerson, replaceRecoveryCodes } from "./sql.ts";

const FACTORS_MAX = 20;

/** The account of who is signed in. Throws FORBIDDEN where that is no person who proved it to every company. */
export const ownAccount = async (context: RequestContext) => {
  const { personId } = provedPerson(context);
  const found = await context.db.asService((tx) => accountOf(tx, { id: personId }));
  if (found === null) throw new AppError("NOT_FOUND", "The account is gone.");
  return found;
};

/** The refusal of an id that is none of the caller's factors. */
export const noFactor = (): AppError => new AppError("NOT_FOUND", "You have no such factor.");

/** What the audit trail tells of a factor. */
export const told = (factor: { kind: string; label: string }) => ({ kind: factor.kind, label: factor.label });

/**
 * Puts a factor in force with its audit row, and makes recovery codes where it is the first; answers them, else null. Once there is a
 * factor, sessions that a password alone opened end in every company, and the caller's own may do what its person may.
 */
export const putInForce = async (
  deps: FactorDeps,
  context: RequestContext,
  factor: { id: string; personId: string; kind: "totp" | "passkey"; label: string },
  store: (tx: Tx) => Promise<void>,
): Promise<string[] | null> => {
  const { db, identity } = context;
  const { companyId, subject: actor } = identity;
  const { id, personId } = factor;
  const codes = await db.asServiceFor(companyId, async (tx) => {
    await lockPerson(tx, personId);
    const held = await factorsOfPerson(tx, personId);
    if (held.length >= FACTORS_MAX) {
      throw new AppError("CONFLICT", `${FACTORS_MAX} factors are enough: remove one that you do not use.`);
    }
    await store(tx);
    const change = { before: { factors: held.map(told) }, after: { factors: [...held, factor].map(told) } };
    await context.record(tx, { companyId, actor, target: id, detail: { kind: factor.kind }, ...change });
    if (held.length > 0) return null;
    const made = newRecoveryCodes();
    await replaceRecoveryCodes(tx, personId, made.hashes);
    return made.codes;
  });
  if (codes !== null) await endOtherSessions(deps, context, personId);
  return codes;
};

const endOtherSessions = async (deps: FactorDeps, context: RequestContext, personId: string): Promise<void> => {
  const { db, identity, now } = context;
  const { companyId: own, credentialId: keep, subject: actor } = identity;
  for (const companyId of await db.asService((tx) => ownCompaniesOf(tx, personId))) {
    const ended = await db.withCompany(companyId, async (tx) => {
      if (companyId === own && identity.awaitsFactor) await endFactorWait(tx, companyId, keep);
      const ids = await revokeSessionsOf(tx, companyId, [personId], { now, keep, method: "password" });
      if (ids.length > 0) {
        const detail = { sessionsEnded: ids.length };
        await context.record(tx, { companyId, actor, target: personId, detail });
      }
      return ids;
    });
    for (const id of ended) deps.people.forget(id);
  }
  // any other session stays what it is, with its live connection
  if (identity.awaitsFactor) deps.people.forget(keep);
};
