import { AppError } from "@zerotrace/core";
import { BUILT_IN_ROLES, type Permission, PLATFORM_PERMISSIONS } from "@zerotrace/core/schema";
import { z } from "zod";
import { endedCookie, type Identity, revokeCredential } from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { writeAudit } from "../audit/index.ts";
import { openSession } from "../sessions/index.ts";
import { type ENTRY_ROLES, routes } from "./contract.ts";
import {
  countEntries,
  entriesPage,
  type Entry,
  entryOfSession,
  insertEntry,
  leaveEntry,
  memberEmail,
  sessionInForce,
} from "./entries-sql.ts";
import type { CompanyDeps } from "./index.ts";
import { goOnAs, mustBeProvider, providerActor } from "./scope.ts";
import { companyById, providerId } from "./sql.ts";

const MINUTE_MS = 60_000;
const enteredAndId = z.tuple([z.iso.datetime(), z.uuid()]);
/** What stays with the company's own people, whatever role a visitor has: its data as a whole, and its end. */
const OWN_PEOPLE_ONLY: readonly Permission[] = ["company:delete", "company:export", ...PLATFORM_PERMISSIONS];

/** What a visitor may do in a role. */
export const visitorPermissions = (role: (typeof ENTRY_ROLES)[number]): Permission[] =>
  BUILT_IN_ROLES[role].permissions.filter((one) => !OWN_PEOPLE_ONLY.includes(one));

const toRow = ({ id, email, reason, role, enteredAt, endsAt, leftAt }: Entry) => ({
  id,
  email,
  reason,
  role,
  enteredAt: enteredAt.toISOString(),
  endsAt: endsAt.toISOString(),
  leftAt: leftAt?.toISOString() ?? null,
});

/** The person of a session; a program or a link of the server has none. Throws FORBIDDEN. */
const personOf = ({ kind, personId }: Identity): string => {
  if (kind === "session" && personId !== undefined) return personId;
  throw new AppError(
    "FORBIDDEN",
    "Only a person enters a company: sign in as one, not by a token or the server's link.",
  );
};

const enterCompany = (): Endpoint =>
  implement(routes.enterCompany, {
    audit: "company.enter",
    transaction: "none",
    run: async (context, { params: { companyId }, body: { reason, role, minutes } }) => {
      const { db, identity, now, ip } = context;
      await mustBeProvider(db, identity);
      const personId = personOf(identity);
      const home = identity.companyId;
      const email = await db.withCompany(home, (tx) => memberEmail(tx, home, personId));
      if (email === null) throw new AppError("FORBIDDEN", "You are no member of the company that runs the platform.");
      const endsAt = new Date(now.getTime() + minutes * MINUTE_MS);
      const entered = await db.asServiceFor(companyId, async (tx) => {
        const company = await companyById(tx, companyId);
        if (company === null || companyId === home) {
          throw new AppError("NOT_FOUND", "There is no other company with this number.");
        }
        if (company.state !== "active")
          throw new AppError("CONFLICT", `The company is not active: it is ${company.state}.`);
        const subject = providerActor(email);
        const permissions = visitorPermissions(role);
        const lifeSeconds = minutes * 60;
        const session = await openSession(tx, context, {
          companyId,
          subject,
          method: "provider",
          permissions,
          lifeSeconds,
        });
        const entry = {
          personId,
          email,
          reason,
          role,
          credentialId: session.id,
          homeCredentialId: identity.credentialId,
        };
        const id = await insertEntry(tx, companyId, { ...entry, enteredAt: now, endsAt });
        const detail = { reason, role, endsAt: endsAt.toISOString() };
        await writeAudit(tx, { companyId, actor: subject, action: "company.enter", target: id, detail, ip });
        await goOnAs(tx, home);
        const row = { companyId: home, actor: identity.subject, target: String(companyId) };
        await context.record(tx, { ...row, detail: { name: company.name, entryId: id, ...detail } });
        return { id, name: company.name, cookie: session.cookie };
      });
      return reply({
        headers: { "set-cookie": entered.cookie },
        body: { id: entered.id, companyId, companyName: entered.name, endsAt: endsAt.toISOString() },
      });
    },
  });

const getOwnEntry = (): Endpoint =>
  implement(routes.getOwnEntry, {
    audit: "none",
    run: async ({ tx, identity: { companyId, credentialId, method } }) => {
      const entry = method === "provider" ? await entryOfSession(tx, companyId, credentialId) : null;
      const company = await companyById(tx, companyId);
      return { entry: entry && { ...toRow(entry), companyName: company?.name ?? "" } };
    },
  });

const leaveCompany = ({ forget }: CompanyDeps): Endpoint =>
  implement(routes.leaveCompany, {
    audit: "company.leave",
    transaction: "none",
    run: async (context) => {
      const { db, identity, now, ip, secure } = context;
      const { companyId, credentialId, subject: actor } = identity;
      if (identity.method !== "provider")
        throw new AppError("CONFLICT", "You are in your own company: there is none to leave.");
      const left = await db.asServiceFor(companyId, async (tx) => {
        const entry = await entryOfSession(tx, companyId, credentialId);
        if (entry === null) throw new AppError("CONFLICT", "This session came from no entry: sign out instead.");
        await leaveEntry(tx, companyId, entry.id, now);
        await revokeCredential(tx, companyId, credentialId, ["session"], now);
        await writeAudit(tx, { companyId, actor, action: "company.leave", target: entry.id, detail: {}, ip });
        const home = await providerId(tx);
        await goOnAs(tx, home);
        await context.record(tx, {
          companyId: home,
          actor: entry.email,
          target: String(companyId),
          detail: { entryId: entry.id },
        });
        const former = entry.homeCredentialId;
        const own = former === null ? null : await sessionInForce(tx, home, former, now);
        if (own === null || former === null) return { cookie: endedCookie(secure), former: null };
        // a new secret for what is left of the own session: the browser holds the old one no more
        await revokeCredential(tx, home, former, ["session"], now);
        const { cookie } = await openSession(tx, context, {
          companyId: home,
          subject: own.subject,
          personId: entry.personId,
          method: own.method ?? "link",
          lifeSeconds: Math.floor((own.expiresAt.getTime() - now.getTime()) / 1000),
        });
        return { cookie, former };
      });
      forget(credentialId);
      if (left.former !== null) forget(left.former);
      return reply({ headers: { "set-cookie": left.cookie }, body: { isBack: left.former !== null } });
    },
  });

const listEntries = (): Endpoint =>
  implement(routes.listEntries, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { query }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, enteredAndId);
      const rows = await entriesPage(tx, companyId, { limit: query.limit + 1, after });
      const count = await countEntries(tx, companyId);
      return pageOf(rows, query.limit, count, toRow, (e) => [e.enteredAt.toISOString(), e.id]);
    },
  });

const endEntry = ({ forget }: CompanyDeps): Endpoint =>
  implement(routes.endEntry, {
    audit: "entry.end",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const ended = await db.withCompany(companyId, async (tx) => {
        const entry = await leaveEntry(tx, companyId, id, now);
        if (entry === null) throw new AppError("NOT_FOUND", "There is no entry with this id that is under way.");
        await revokeCredential(tx, companyId, entry.credentialId, ["session"], now);
        const { email, role } = entry;
        await context.record(tx, { companyId, actor, target: id, detail: { email, role } });
        return entry;
      });
      forget(ended.credentialId);
      return {};
    },
  });

/** The routes by which people of the provider enter and leave a company, and the company sees them. */
export const entryRoutes = (deps: CompanyDeps): Endpoint[] => [
  enterCompany(),
  getOwnEntry(),
  leaveCompany(deps),
  listEntries(),
  endEntry(deps),
];
