import { AppError } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { ownCompaniesOf, proveAgain } from "../people/index.ts";
import { standingOf } from "../roles/index.ts";
import { companyName } from "../sessions/index.ts";
import { settingsOf } from "../settings/index.ts";
import { routes } from "./contract.ts";
import type { FactorDeps } from "./deps.ts";
import { noFactor, ownAccount, told } from "./own.ts";
import { newRecoveryCodes } from "./recovery.ts";
import { deleteAllFactors, deleteFactor, factorsOfPerson, lockPerson, replaceRecoveryCodes } from "./sql.ts";

/** A company of the person that asks for a second factor, by its name; null for none. */
const companyThatAsks = async (db: Database, personId: string): Promise<string | null> => {
  for (const id of await db.asService((tx) => ownCompaniesOf(tx, personId))) {
    const name = await db.withCompany(id, async (tx) => {
      if ((await standingOf(tx, id, personId)) === null) return null;
      const asks = (await settingsOf(tx, id))["security.require_second_factor"];
      return asks ? companyName(tx, id) : null;
    });
    if (name !== null) return name;
  }
  return null;
};

/** Removes one of one's own factors. */
export const removeFactor = (deps: FactorDeps): Endpoint =>
  implement(routes.removeFactor, {
    audit: "factor.remove",
    transaction: "none",
    run: async (context, { params: { id }, body: { password } }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      const held = await ownAccount(context);
      const mine = await db.asService((tx) => factorsOfPerson(tx, held.id));
      if (!mine.some((factor) => factor.id === id)) throw noFactor();
      await proveAgain(deps.people, context, held, password);
      const asking = await companyThatAsks(db, held.id);
      await db.asServiceFor(companyId, async (tx) => {
        await lockPerson(tx, held.id);
        const before = await factorsOfPerson(tx, held.id);
        const gone = await deleteFactor(tx, held.id, id);
        if (gone === null) throw noFactor();
        if (before.length === 1) {
          if (asking !== null) {
            throw new AppError("CONFLICT", `${asking} asks for a second factor: add another one first.`);
          }
          // codes to recover what is gone would be a factor by themselves
          await deleteAllFactors(tx, held.id);
        }
        const after = { factors: before.filter((factor) => factor.id !== id).map(told) };
        const change = { before: { factors: before.map(told) }, after };
        await context.record(tx, { companyId, actor, target: id, detail: told(gone), ...change });
      });
      return {};
    },
  });

/** A new set of recovery codes in place of the former. */
export const renewRecoveryCodes = (deps: FactorDeps): Endpoint =>
  implement(routes.renewRecoveryCodes, {
    audit: "factor.renew_recovery_codes",
    transaction: "none",
    run: async (context, { body: { password } }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      const held = await ownAccount(context);
      await proveAgain(deps.people, context, held, password);
      const { codes, hashes } = newRecoveryCodes();
      await db.asServiceFor(companyId, async (tx) => {
        await lockPerson(tx, held.id);
        if ((await factorsOfPerson(tx, held.id)).length === 0) {
          throw new AppError("CONFLICT", "Recovery codes stand in for a second factor: add one first.");
        }
        await replaceRecoveryCodes(tx, held.id, hashes);
        await context.record(tx, { companyId, actor, target: held.id, detail: { count: codes.length } });
      });
      return { recoveryCodes: codes };
    },
  });
