import { AppError } from "@zerotrace/core";
import { revokeSessionsOf } from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { allCompaniesOf, endTickets, personToReset } from "../people/index.ts";
import { routes } from "./contract.ts";
import type { FactorDeps } from "./deps.ts";
import { told } from "./own.ts";
import { deleteAllFactors, factorsOfPerson, lockPerson } from "./sql.ts";

/** Takes all factors from somebody who lost them. All sessions of the person end; every company of theirs has it on record. */
export const resetFactors = (deps: FactorDeps): Endpoint =>
  implement(routes.resetFactors, {
    audit: "person.reset_factors",
    transaction: "none",
    run: async (context, { params }) => {
      const { db, identity, now, ip } = context;
      const { companyId: own, subject: actor } = identity;
      if (identity.personId === params.id) {
        throw new AppError("CONFLICT", "Remove your own factors on the page of your account.");
      }
      const personId = await personToReset(db, identity, params);
      const { before, count } = await db.asServiceFor(own, async (tx) => {
        await lockPerson(tx, personId);
        const held = await factorsOfPerson(tx, personId);
        await deleteAllFactors(tx, personId);
        await endTickets(tx, personId);
        const change = { before: { factors: held.map(told) }, after: { factors: [] } };
        await context.record(tx, { companyId: own, actor, target: personId, ...change });
        return { before: change.before, count: held.length };
      });
      for (const companyId of await db.asService((tx) => allCompaniesOf(tx, personId))) {
        const ended = await db.withCompany(companyId, async (tx) => {
          const row = {
            companyId,
            actor: "provider",
            action: "person.reset_factors",
            target: personId,
            detail: {},
            ip,
          };
          if (companyId !== own) await writeAudit(tx, { ...row, before, after: { factors: [] } });
          return revokeSessionsOf(tx, companyId, [personId], { now });
        });
        for (const id of ended) deps.people.forget(id);
      }
      return { count };
    },
  });
