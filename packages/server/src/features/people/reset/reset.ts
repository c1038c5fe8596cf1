import { AppError } from "@zerotrace/core";
import type { Identity } from "../../../platform/auth/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { type Endpoint, implement } from "../../../platform/http/index.ts";
import { writeAudit } from "../../audit/index.ts";
import { isProviderCompany } from "../../roles/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { memberToChange, noMember } from "../members/rules.ts";
import { memberByEmail } from "../members-sql.ts";
import { replacePassword } from "../password/replace.ts";
import { accountOf, allCompaniesOf, proveEmail } from "../account-sql.ts";
import { requireStrong } from "../password/strength.ts";
import { createTicket, endTicket, takeTicket } from "../sign-in/tickets.ts";

const mayResetAnybody = (db: Database, { companyId, permissions }: Identity): Promise<boolean> =>
  permissions.includes("companies:manage")
    ? db.withCompany(companyId, (tx) => isProviderCompany(tx, companyId))
    : Promise.resolve(false);

type Named = { readonly email: string } | { readonly id: string };

/** Whoever chooses a person's password has the person's rights in every company: only where all of these are the caller's to give. */
const personOfCaller = async (db: Database, identity: Identity, who: Named): Promise<string> => {
  const { companyId } = identity;
  const personId = await db.withCompany(companyId, async (tx) => {
    const named = "id" in who ? who.id : (await memberByEmail(tx, companyId, who.email))?.personId;
    if (named === undefined) throw noMember();
    return (await memberToChange(tx, identity, named)).id;
  });
  const companies = await db.asService((tx) => allCompaniesOf(tx, personId));
  if (companies.some((id) => id !== companyId)) {
    throw new AppError("CONFLICT", "The account is not this company's alone: only the platform's provider does this.");
  }
  return personId;
};

/**
 * Somebody whose ways to sign in a caller may set anew: who belongs to the caller's company alone and holds no more than the caller,
 * or anybody where the caller runs the platform. Throws NOT_FOUND, FORBIDDEN or CONFLICT.
 */
export const personToReset = async (db: Database, identity: Identity, who: Named): Promise<string> => {
  if (!(await mayResetAnybody(db, identity))) return personOfCaller(db, identity, who);
  const account = await db.asService((tx) => accountOf(tx, who));
  if (account === null) throw noMember();
  return account.id;
};

/** Makes a link by which a person chooses a new password. It is shown once, to whoever made it, and mailed to the person. */
export const createResetLink = (deps: Pick<PeopleDeps, "publicUrl" | "mailLink">): Endpoint =>
  implement(routes.createResetLink, {
    audit: "person.reset_link",
    transaction: "none",
    run: async (context, { body: { email } }) => {
      const { db, identity, now, ip } = context;
      const { companyId, subject: actor } = identity;
      const personId = await personToReset(db, identity, { email });
      const { ticket, expiresAt } = await createTicket(db, { personId, purpose: "password_reset", now });
      const detail = { email, expiresAt: expiresAt.toISOString() };
      await db.withCompany(companyId, (tx) => context.record(tx, { companyId, actor, target: personId, detail }));
      const others = (await db.asService((tx) => allCompaniesOf(tx, personId))).filter((id) => id !== companyId);
      for (const other of others) {
        const row = { companyId: other, actor: "provider", action: "person.reset_link", target: personId, detail, ip };
        await db.withCompany(other, (tx) => writeAudit(tx, row));
      }
      const url = `${deps.publicUrl().replace(/\/+$/, "")}/reset#token=${ticket}`;
      const until = expiresAt.toISOString();
      const account = await db.asService((tx) => accountOf(tx, { id: personId }));
      const mail = {
        kind: "password_reset",
        address: account?.email ?? email,
        personId,
        link: url,
        by: actor,
        until,
      } as const;
      const said = account === null ? mail : { ...mail, person: account.name };
      const mailed = (await db.withCompany(companyId, async (tx) => deps.mailLink?.(tx, companyId, said))) ?? false;
      return { url, expiresAt: until, mailed };
    },
  });

const badLink = (): AppError =>
  new AppError("UNAUTHENTICATED", "The link was used already or has expired: ask for a new one.", { field: "token" });

/** Chooses a password by a link. Second factors stay as they are; every session of the account ends. */
export const resetPassword = (deps: Pick<PeopleDeps, "factors" | "forget" | "passwords">): Endpoint =>
  implement(routes.resetPassword, {
    audit: "person.reset_password",
    transaction: "none",
    run: async (context, { body: { token, password } }) => {
      const { db, now } = context;
      const holder = await takeTicket(db, token, "password_reset", now);
      const person = holder && (await db.asService((tx) => accountOf(tx, { id: holder.personId })));
      if (!person?.isActive) throw badLink();
      await requireStrong(password, [person.email, person.name]);
      const hash = await deps.passwords.hash(password);
      if ((await db.asService((tx) => allCompaniesOf(tx, person.id))).length === 0) throw badLink();
      if (!(await endTicket(db, token))) throw badLink();
      // factors stay, so one who set them up before and reads no mail of the address would stay in
      if (holder?.isMailed && (await deps.factors.factorsOf(person.id)).length === 0) {
        await db.asService((tx) => proveEmail(tx, person.id, now));
      }
      const ended = await replacePassword(db, { personId: person.id, hash, now, isReset: true }, (tx, companyId) =>
        context.record(tx, { companyId, actor: person.email, target: person.id }),
      );
      for (const id of ended) deps.forget(id);
      return {};
    },
  });
