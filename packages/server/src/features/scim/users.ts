import { AppError } from "@zerotrace/core";
import { mustSeeAll, revokeSessionsOf } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext, reply } from "../../platform/http/index.ts";
import { changeMember, deactivateMember, upsertMember } from "../people/index.ts";
import { routes } from "./contract.ts";
import { ALL, locationOf, type ScimDeps } from "./deps.ts";
import { parseFilter } from "./filter.ts";
import { firstGrant } from "./grants.ts";
import { parsePatch } from "./patch.ts";
import { draftOf, nameOf, patched, type UserDraft } from "./user-rules.ts";
import { forgetUser, isTaken, listUsers, putUser, USER_FILTERS, userById, type UserRow } from "./users-sql.ts";
import { isId, type Json, listOf, noResource, pageOf, projected, SCHEMA, scimRefusal, wrong } from "./words.ts";

const taken = (): AppError => new AppError("CONFLICT", "Another user has this userName or email.");

const resourceOf = (deps: ScimDeps, row: UserRow): Json => ({
  schemas: [SCHEMA.user],
  id: row.personId,
  ...(row.externalId === null ? {} : { externalId: row.externalId }),
  userName: row.userName,
  name: {
    formatted: row.displayName,
    ...(row.givenName === null ? {} : { givenName: row.givenName }),
    ...(row.familyName === null ? {} : { familyName: row.familyName }),
  },
  displayName: row.displayName,
  active: row.active,
  emails: [{ value: row.email, type: "work", primary: true }],
  groups: row.groups.map(({ value, display }) => ({ value, display, $ref: locationOf(deps, "Groups", value) })),
  meta: {
    resourceType: "User",
    created: row.createdAt.toISOString(),
    lastModified: row.changedAt.toISOString(),
    location: locationOf(deps, "Users", row.personId),
  },
});

/** What the trail tells of a person. */
const told = ({ userName, email, displayName, externalId, active, role }: UserRow) => ({
  userName,
  email,
  displayName,
  externalId,
  active,
  role,
});

const found = async (tx: Tx, companyId: number, id: string): Promise<UserRow> => {
  const row = isId(id) ? await userById(tx, companyId, id) : null;
  if (row === null) throw noResource("user");
  return row;
};

const list = (deps: ScimDeps): Endpoint =>
  implement(routes.scimListUsers, {
    audit: "none",
    refuse: scimRefusal,
    run: async ({ tx, identity }, { query }) => {
      mustSeeAll(identity, ALL);
      const page = pageOf(query);
      const { rows, total } = await listUsers(tx, identity.companyId, parseFilter(query.filter, USER_FILTERS), page);
      return listOf(
        rows.map((row) => projected(resourceOf(deps, row), query)),
        total,
        page.startIndex,
      );
    },
  });

const get = (deps: ScimDeps): Endpoint =>
  implement(routes.scimGetUser, {
    audit: "none",
    refuse: scimRefusal,
    run: async ({ tx, identity }, { params, query }) => {
      mustSeeAll(identity, ALL);
      return projected(resourceOf(deps, await found(tx, identity.companyId, params.id)), query);
    },
  });

const create = (deps: ScimDeps): Endpoint =>
  implement(routes.scimCreateUser, {
    audit: "scim_user.create",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { body }) => {
      const { identity, now } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const draft = draftOf(body);
      const row = await deps.db.asServiceFor(companyId, async (tx) => {
        if (await isTaken(tx, companyId, { ...draft, personId: null })) throw taken();
        const grant = await firstGrant(tx, companyId);
        const { email, externalId } = draft;
        const { personId } = await upsertMember(tx, companyId, {
          ...grant,
          email,
          externalId,
          name: nameOf(draft),
          source: "scim",
        });
        await putUser(tx, companyId, personId, draft);
        if (!draft.active) await deactivateMember(tx, companyId, personId, now);
        const made = await found(tx, companyId, personId);
        await context.record(tx, { companyId, actor, target: personId, after: told(made) });
        return made;
      });
      return reply({
        headers: { location: locationOf(deps, "Users", row.personId) },
        body: { ...resourceOf(deps, row) },
      });
    },
  });

/** Ends or begins a membership again; answers the sessions to forget after the commit. */
const setActive = async (tx: Tx, companyId: number, row: UserRow, active: boolean, now: Date): Promise<string[]> => {
  if (row.active === active) return [];
  if (!active && row.isOwner) throw wrong("mutability", "The owner of the company cannot be deactivated.");
  await deactivateMember(tx, companyId, row.personId, active ? null : now);
  return active ? [] : revokeSessionsOf(tx, companyId, [row.personId], { now });
};

/** Stores what a directory says now, in one transaction with its audit row; a session that ends, ends at once. */
const change = async (
  deps: ScimDeps,
  context: RequestContext,
  id: string,
  draftFrom: (before: UserRow) => UserDraft,
): Promise<Json> => {
  const { identity, now } = context;
  mustSeeAll(identity, ALL);
  const { companyId, subject: actor } = identity;
  const { after, ended } = await deps.db.asServiceFor(companyId, async (tx) => {
    const before = await found(tx, companyId, id);
    const { personId } = before;
    const draft = draftFrom(before);
    const isMoved = draft.userName !== before.userName || draft.email !== before.email;
    if (isMoved && (await isTaken(tx, companyId, { ...draft, personId }))) throw taken();
    await putUser(tx, companyId, personId, draft);
    const { email, externalId } = draft;
    await changeMember(tx, companyId, personId, { email, name: nameOf(draft), externalId });
    const sessions = await setActive(tx, companyId, before, draft.active, now);
    const row = await found(tx, companyId, id);
    await context.record(tx, { companyId, actor, target: personId, before: told(before), after: told(row) });
    return { after: row, ended: sessions };
  });
  for (const session of ended) deps.forget(session);
  return resourceOf(deps, after);
};

const replace = (deps: ScimDeps): Endpoint =>
  implement(routes.scimReplaceUser, {
    audit: "scim_user.update",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { params, body }) => ({ ...(await change(deps, context, params.id, () => draftOf(body))) }),
  });

const patch = (deps: ScimDeps): Endpoint =>
  implement(routes.scimPatchUser, {
    audit: "scim_user.update",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { params, body }) => ({
      ...(await change(deps, context, params.id, (before) => patched(before, parsePatch(body)))),
    }),
  });

const remove = (deps: ScimDeps): Endpoint =>
  implement(routes.scimDeleteUser, {
    audit: "scim_user.delete",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { params }) => {
      const { identity, now } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const ended = await deps.db.asServiceFor(companyId, async (tx) => {
        const before = await found(tx, companyId, params.id);
        const sessions = await setActive(tx, companyId, before, false, now);
        await forgetUser(tx, companyId, before.personId);
        await context.record(tx, { companyId, actor, target: before.personId, before: told(before) });
        return sessions;
      });
      for (const session of ended) deps.forget(session);
      return reply({ body: "" });
    },
  });

/** The routes of a directory's people. */
export const userRoutes = (deps: ScimDeps): Endpoint[] => [
  list(deps),
  get(deps),
  create(deps),
  replace(deps),
  patch(deps),
  remove(deps),
];
