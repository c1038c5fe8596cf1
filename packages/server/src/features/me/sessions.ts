import { AppError } from "@zerotrace/core";
import { z } from "zod";
import { type Identity, revokeCredential, revokeSessionsOf } from "../../platform/auth/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { ownCompaniesOf, memberOfPerson, memberToChange, type PeopleDeps } from "../people/index.ts";
import { companyName, isOfPerson, sessionLimitsOf } from "../sessions/index.ts";
import { routes } from "./contract.ts";
import { countOpenSessions, type OpenSession, openSessions, sessionOwner } from "./sql.ts";

type Forgets = Pick<PeopleDeps, "forget">;

/** Sessions of one person in one company that are shown. */
const OWN_MAX = 100;
const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const shown = (s: OpenSession, current: string) => ({
  id: s.id,
  method: s.method,
  ip: s.ip,
  userAgent: s.userAgent,
  createdAt: s.createdAt.toISOString(),
  lastUsedAt: s.lastUsedAt?.toISOString() ?? null,
  expiresAt: s.expiresAt?.toISOString() ?? null,
  isCurrent: s.id === current,
});

const me = ({ personId }: Identity): string => {
  if (personId === undefined) throw new AppError("FORBIDDEN", "Only a person has sessions of their own.");
  return personId;
};

/** The companies whose sessions a caller may see: a session of one company sees that one. */
const reach = (db: Database, { personId, method, companyId }: Identity): Promise<number[]> =>
  personId !== undefined && isOfPerson(method)
    ? db.asService((tx) => ownCompaniesOf(tx, personId))
    : Promise.resolve([companyId]);

/** One's own sessions, newest first. */
export const listMySessions = (): Endpoint =>
  implement(routes.listMySessions, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity, now }) => {
      const personId = me(identity);
      const found = [];
      for (const companyId of await reach(db, identity)) {
        const rows = await db.withCompany(companyId, async (tx) => {
          const filter = { now, personId, ...(await sessionLimitsOf(tx, companyId)) };
          const name = await companyName(tx, companyId);
          const sessions = await openSessions(tx, companyId, filter, { limit: OWN_MAX, after: null });
          return sessions.map((s) => ({ ...shown(s, identity.credentialId), companyId, companyName: name }));
        });
        found.push(...rows);
      }
      return { rows: found.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id)) };
    },
  });

/** Ends one of one's own sessions, wherever it is. */
export const endMySession = (deps: Forgets): Endpoint =>
  implement(routes.endMySession, {
    audit: "session.end",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      const personId = me(identity);
      for (const companyId of await reach(db, identity)) {
        const isEnded = await db.withCompany(companyId, async (tx) => {
          if ((await sessionOwner(tx, companyId, id))?.personId !== personId) return false;
          await revokeCredential(tx, companyId, id, ["session"], now);
          await context.record(tx, { companyId, actor: identity.subject, target: id });
          return true;
        });
        if (!isEnded) continue;
        deps.forget(id);
        return {};
      }
      throw new AppError("NOT_FOUND", "You have no session with this id.");
    },
  });

/** Ends all of one's own sessions but the one that asks. */
export const endMyOtherSessions = (deps: Forgets): Endpoint =>
  implement(routes.endMyOtherSessions, {
    audit: "session.end_others",
    transaction: "none",
    run: async (context) => {
      const { db, identity, now } = context;
      const personId = me(identity);
      const keep = identity.credentialId;
      const ended: string[] = [];
      for (const companyId of await reach(db, identity)) {
        const ids = await db.withCompany(companyId, async (tx) => {
          const revoked = await revokeSessionsOf(tx, companyId, [personId], { now, keep });
          const detail = { count: revoked.length };
          await context.record(tx, { companyId, actor: identity.subject, target: personId, detail });
          return revoked;
        });
        ended.push(...ids);
      }
      for (const id of ended) deps.forget(id);
      return { count: ended.length };
    },
  });

/** The open sessions of the company's people. */
export const listSessions = (): Endpoint =>
  implement(routes.listSessions, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId, credentialId } }, { query: { limit, cursor, personId = null } }) => {
      const after = cursor === undefined ? null : decodeCursor(cursor, createdAndId);
      const filter = { now, personId, ...(await sessionLimitsOf(tx, companyId)) };
      const rows = await openSessions(tx, companyId, filter, { limit: limit + 1, after });
      const count = await countOpenSessions(tx, companyId, filter);
      const show = (s: OpenSession) => ({ ...shown(s, credentialId), subject: s.subject, personId: s.personId });
      return pageOf(rows, limit, count, show, (s) => [s.createdAt.toISOString(), s.id]);
    },
  });

/** Who may change a member may end the sessions; those of nobody's membership, such as the provider's, whoever manages people. */
const mayEnd = async (context: RequestContext, tx: RequestContext["tx"], personId: string | null): Promise<void> => {
  if (personId === null || personId === context.identity.personId) return;
  if ((await memberOfPerson(tx, context.identity.companyId, personId)) === null) return;
  await memberToChange(tx, context.identity, personId);
};

/** Ends a session of one of the company's people. */
export const endSession = (deps: Forgets): Endpoint =>
  implement(routes.endSession, {
    audit: "session.end",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      await db.withCompany(companyId, async (tx) => {
        const owner = await sessionOwner(tx, companyId, id);
        if (owner === null) throw new AppError("NOT_FOUND", "There is no open session with this id.");
        await mayEnd(context, tx, owner.personId);
        await revokeCredential(tx, companyId, id, ["session"], now);
        await context.record(tx, { companyId, actor, target: id, detail: { subject: owner.subject } });
      });
      deps.forget(id);
      return {};
    },
  });
