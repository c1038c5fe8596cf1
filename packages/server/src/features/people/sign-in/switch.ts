import { AppError } from "@zerotrace/core";
import { revokeCredential } from "../../../platform/auth/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../../platform/http/index.ts";
import { isOfPerson } from "../../sessions/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { completeSignIn } from "./complete.ts";

/** Who calls, where that is a person proved to every company. Throws FORBIDDEN for others. */
export const provedPerson = ({ identity }: Pick<RequestContext, "identity">) => {
  const { personId, method } = identity;
  if (personId === undefined || method === undefined || !isOfPerson(method)) {
    throw new AppError("FORBIDDEN", "This is for a person who signed in by password or passkey.");
  }
  return { personId, method };
};

/** Opens a session in another company of the same person and ends the caller's. */
export const moveTo = async (deps: Pick<PeopleDeps, "forget">, context: RequestContext, companyId: number) => {
  const { db, now, identity } = context;
  const { companyId: left, credentialId, subject: actor } = identity;
  const answer = await completeSignIn(context, { ...provedPerson(context), companyId, isMove: true });
  await db.withCompany(left, async (tx) => {
    await revokeCredential(tx, left, credentialId, ["session"], now);
    await context.record(tx, { companyId: left, actor, target: credentialId, detail: { left: true } });
  });
  deps.forget(credentialId);
  return answer;
};

/** Exchanges a session for one in another company. */
export const switchCompany = (deps: Pick<PeopleDeps, "forget">): Endpoint =>
  implement(routes.switchCompany, {
    audit: "session.switch_company",
    transaction: "none",
    run: (context, { body }) => moveTo(deps, context, body.companyId),
  });
