import { AppError } from "@zerotrace/core";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext, reply } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { ALL, locationOf, type ScimDeps } from "./deps.ts";
import { parseFilter } from "./filter.ts";
import { followGroups } from "./grants.ts";
import { type GroupDraft, groupDraftOf, patchedGroup } from "./group-rules.ts";
import {
  changeMembers,
  deleteGroup,
  GROUP_FILTERS,
  groupById,
  type GroupRow,
  insertGroup,
  knownPeople,
  listGroups,
  membersOf,
  updateGroup,
} from "./groups-sql.ts";
import { parsePatch } from "./patch.ts";
import { isId, type Json, listOf, noResource, pageOf, projected, SCHEMA, scimRefusal, wrong } from "./words.ts";

/** Groups that a company may have. */
const GROUPS_MAX = 2_000;

type Member = Awaited<ReturnType<typeof membersOf>>[number];

const taken = (): AppError => new AppError("CONFLICT", "Another group has this displayName.");

const resourceOf = (deps: ScimDeps, row: GroupRow, members: readonly Member[]): Json => ({
  schemas: [SCHEMA.group],
  id: row.id,
  ...(row.externalId === null ? {} : { externalId: row.externalId }),
  displayName: row.displayName,
  members: members
    .filter(({ groupId }) => groupId === row.id)
    .map(({ value, display }) => ({ value, display, type: "User", $ref: locationOf(deps, "Users", value) })),
  meta: {
    resourceType: "Group",
    created: row.createdAt.toISOString(),
    lastModified: row.changedAt.toISOString(),
    location: locationOf(deps, "Groups", row.id),
  },
});

const told = ({ displayName, externalId, memberCount }: GroupRow) => ({ displayName, externalId, memberCount });

const found = async (tx: Tx, companyId: number, id: string): Promise<GroupRow> => {
  const row = isId(id) ? await groupById(tx, companyId, id) : null;
  if (row === null) throw noResource("group");
  return row;
};

/** The groups of a page as they are answered; members are not looked up where nobody wants them. */
const shown = async (
  deps: ScimDeps,
  tx: Tx,
  { companyId, rows }: { companyId: number; rows: readonly GroupRow[] },
  query: Parameters<typeof projected>[1],
): Promise<Record<string, unknown>[]> => {
  const isWanted = "members" in projected({ members: [] }, query);
  const ids = rows.map(({ id }) => id);
  const members = isWanted && ids.length > 0 ? await membersOf(tx, companyId, ids) : [];
  return rows.map((row) => projected(resourceOf(deps, row, members), query));
};

const list = (deps: ScimDeps): Endpoint =>
  implement(routes.scimListGroups, {
    audit: "none",
    refuse: scimRefusal,
    run: async ({ tx, identity }, { query }) => {
      mustSeeAll(identity, ALL);
      const { companyId } = identity;
      const page = pageOf(query);
      const { rows, total } = await listGroups(tx, companyId, parseFilter(query.filter, GROUP_FILTERS), page);
      return listOf(await shown(deps, tx, { companyId, rows }, query), total, page.startIndex);
    },
  });

const get = (deps: ScimDeps): Endpoint =>
  implement(routes.scimGetGroup, {
    audit: "none",
    refuse: scimRefusal,
    run: async ({ tx, identity }, { params, query }) => {
      mustSeeAll(identity, ALL);
      const { companyId } = identity;
      const row = await found(tx, companyId, params.id);
      return (await shown(deps, tx, { companyId, rows: [row] }, query))[0] ?? {};
    },
  });

/** Puts in and takes out, and lets the roles follow; a person of another company is none. Throws invalidValue. */
const setMembers = async (
  tx: Tx,
  companyId: number,
  { groupId, before, after }: { groupId: string; before: readonly string[]; after: readonly string[] },
): Promise<string[]> => {
  const [was, is] = [new Set(before), new Set(after)];
  const added = after.filter((id) => !was.has(id));
  const removed = before.filter((id) => !is.has(id));
  const known = await knownPeople(tx, companyId, added);
  const unknown = added.find((id) => !known.has(id));
  if (unknown !== undefined) throw wrong("invalidValue", `There is no user ${unknown}.`);
  await changeMembers(tx, companyId, groupId, { added, removed });
  return [...added, ...removed];
};

const create = (deps: ScimDeps): Endpoint =>
  implement(routes.scimCreateGroup, {
    audit: "scim_group.create",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { body }) => {
      const { identity } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const draft = groupDraftOf(body);
      const resource = await deps.db.asServiceFor(companyId, async (tx) => {
        const { total } = await listGroups(tx, companyId, [], { startIndex: 1, count: 0 });
        if (total >= GROUPS_MAX) throw new AppError("CONFLICT", `A company has at most ${GROUPS_MAX} groups.`);
        const id = await insertGroup(tx, companyId, draft);
        if (id === null) throw taken();
        const people = await setMembers(tx, companyId, { groupId: id, before: [], after: draft.members });
        const roles = await followGroups(tx, companyId, people);
        const row = await found(tx, companyId, id);
        await context.record(tx, { companyId, actor, target: id, detail: { roles }, after: told(row) });
        return resourceOf(deps, row, await membersOf(tx, companyId, [id]));
      });
      return reply({
        headers: { location: locationOf(deps, "Groups", String(resource["id"])) },
        body: { ...resource },
      });
    },
  });

const change = async (
  deps: ScimDeps,
  context: RequestContext,
  id: string,
  draftFrom: (before: GroupDraft) => GroupDraft,
): Promise<Record<string, unknown>> => {
  const { identity } = context;
  mustSeeAll(identity, ALL);
  const { companyId, subject: actor } = identity;
  return deps.db.asServiceFor(companyId, async (tx) => {
    const before = await found(tx, companyId, id);
    const groupId = before.id;
    const members = (await membersOf(tx, companyId, [groupId])).map(({ value }) => value);
    const draft = draftFrom({ ...before, members });
    if (!(await updateGroup(tx, companyId, { ...draft, id: groupId }))) throw taken();
    const people = await setMembers(tx, companyId, { groupId, before: members, after: draft.members });
    // another name is another mapping
    const isRenamed = draft.displayName !== before.displayName || draft.externalId !== before.externalId;
    const roles = await followGroups(tx, companyId, isRenamed ? [...people, ...draft.members] : people);
    const row = await found(tx, companyId, groupId);
    const detail = { roles, people };
    await context.record(tx, {
      companyId,
      actor,
      target: groupId,
      detail,
      before: told(before),
      after: told(row),
    });
    return { ...resourceOf(deps, row, await membersOf(tx, companyId, [groupId])) };
  });
};

const replace = (deps: ScimDeps): Endpoint =>
  implement(routes.scimReplaceGroup, {
    audit: "scim_group.update",
    transaction: "none",
    refuse: scimRefusal,
    run: (context, { params, body }) => change(deps, context, params.id, () => groupDraftOf(body)),
  });

const patch = (deps: ScimDeps): Endpoint =>
  implement(routes.scimPatchGroup, {
    audit: "scim_group.update",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { params, body, query }) =>
      projected(await change(deps, context, params.id, (before) => patchedGroup(before, parsePatch(body))), query),
  });

const remove = (deps: ScimDeps): Endpoint =>
  implement(routes.scimDeleteGroup, {
    audit: "scim_group.delete",
    transaction: "none",
    refuse: scimRefusal,
    run: async (context, { params }) => {
      const { identity } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      await deps.db.asServiceFor(companyId, async (tx) => {
        const before = await found(tx, companyId, params.id);
        const people = (await membersOf(tx, companyId, [before.id])).map(({ value }) => value);
        await deleteGroup(tx, companyId, before.id);
        const roles = await followGroups(tx, companyId, people);
        await context.record(tx, { companyId, actor, target: before.id, detail: { roles }, before: told(before) });
      });
      return reply({ body: "" });
    },
  });

/** The routes of a directory's groups. */
export const groupRoutes = (deps: ScimDeps): Endpoint[] => [
  list(deps),
  get(deps),
  create(deps),
  replace(deps),
  patch(deps),
  remove(deps),
];
