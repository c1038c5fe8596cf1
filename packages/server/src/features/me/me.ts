import { AppError } from "@zerotrace/core";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import {
  accountOf,
  ownCompaniesOf,
  type PeopleDeps,
  proveCurrent,
  provedPerson,
  renameAccount,
  renameMember,
  replacePassword,
  requireStrong,
} from "../people/index.ts";
import { routes } from "./contract.ts";

const account = async (context: RequestContext) => {
  const { personId } = provedPerson(context);
  const found = await context.db.asService((tx) => accountOf(tx, { id: personId }));
  if (found === null) throw new AppError("NOT_FOUND", "The account is gone.");
  return found;
};

/** Changes one's own name. */
export const changeMe = (): Endpoint =>
  implement(routes.changeMe, {
    audit: "person.change",
    transaction: "none",
    run: async (context, { body: { name } }) => {
      const { db, identity } = context;
      const { id } = await account(context);
      const companyIds = await db.asService(async (tx) => {
        await renameAccount(tx, id, name);
        return ownCompaniesOf(tx, id);
      });
      for (const companyId of companyIds) {
        await db.withCompany(companyId, async (tx) => {
          const former = await renameMember(tx, companyId, id, name);
          const change = { before: { name: former }, after: { name } };
          await context.record(tx, { companyId, actor: identity.subject, target: id, ...change });
        });
      }
      return {};
    },
  });

/** Changes one's own password; every other session of the person ends, in all companies. */
export const changePassword = (deps: PeopleDeps): Endpoint =>
  implement(routes.changePassword, {
    audit: "person.change_password",
    transaction: "none",
    run: async (context, { body }) => {
      const { db, identity, now } = context;
      const held = await account(context);
      if (held.passwordHash !== null)
        await proveCurrent(deps, context, held, { text: body.current ?? "", field: "current" });
      await requireStrong(body.password, [held.email, held.name]);
      const hash = await deps.passwords.hash(body.password);
      const change = { personId: held.id, hash, now, keep: identity.credentialId, isReset: false };
      const ended = await replacePassword(db, change, (tx, companyId) =>
        context.record(tx, { companyId, actor: identity.subject, target: held.id }),
      );
      for (const id of ended) deps.forget(id);
      return {};
    },
  });
