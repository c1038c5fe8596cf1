import { AppError } from "@zerotrace/core";
import { revokeCredential } from "../../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../../platform/http/index.ts";
import { isOfPerson } from "../../sessions/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { completeSignIn } from "./complete.ts";

/** Opens a session in another company of the same person and ends this one. */
export const switchCompany = (deps: Pick<PeopleDeps, "forget">): Endpoint =>
  implement(routes.switchCompany, {
    audit: "session.switch_company",
    transaction: "none",
    run: async (context, { body }) => {
      const { db, now, identity } = context;
      const { personId, method, companyId, credentialId, subject: actor } = identity;
      if (personId === undefined || method === undefined || !isOfPerson(method)) {
        throw new AppError("FORBIDDEN", "This session is good for one company: sign in by password or passkey.");
      }
      const answer = await completeSignIn(context, { personId, method, companyId: body.companyId });
      await db.withCompany(companyId, async (tx) => {
        await revokeCredential(tx, companyId, credentialId, ["session"], now);
        await context.record(tx, { companyId, actor, target: credentialId, detail: { left: true } });
      });
      deps.forget(credentialId);
      return answer;
    },
  });
