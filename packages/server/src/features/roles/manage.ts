import { AppError } from "@zerotrace/core";
import { BUILT_IN_ROLE_IDS, BUILT_IN_ROLES } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { firstAbove, ownPermissions, refuseAbove, refuseWider } from "./rules.ts";
import {
  countByRole,
  countInvitationsOf,
  insertRole,
  isProviderCompany,
  lockRole,
  type OwnRole,
  ownRoles,
  removeRole,
  updateRole,
} from "./sql.ts";

/** Roles of a company's own. */
const OWN_ROLES_MAX = 100;

const taken = (): AppError =>
  new AppError("CONFLICT", "Another role has this name: choose another.", { field: "name" });

const builtInName = (name: string): boolean => BUILT_IN_ROLE_IDS.some((id) => id === name.toLowerCase());

const lockedOwn = async (tx: Tx, companyId: number, id: string): Promise<OwnRole> => {
  const role = await lockRole(tx, companyId, id, "change");
  if (role === null) throw new AppError("NOT_FOUND", "The company has no role of its own with this id.");
  return role;
};

const told = ({ name, summary, permissions }: Omit<OwnRole, "id">) => ({ name, summary, permissions });

/** All roles, built-in ones first. */
export const listRoles = (): Endpoint =>
  implement(routes.listRoles, {
    audit: "none",
    run: async ({ tx, identity: { companyId, permissions: held } }) => {
      const counts = await countByRole(tx, companyId);
      const isProvider = await isProviderCompany(tx, companyId);
      const builtIn = BUILT_IN_ROLE_IDS.flatMap((id) => {
        const role = BUILT_IN_ROLES[id];
        return "isPlatform" in role && !isProvider ? [] : [{ id, name: id, isBuiltIn: true, ...role }];
      });
      const own = (await ownRoles(tx, companyId)).map((role) => ({ ...role, isBuiltIn: false }));
      const rows = [...builtIn, ...own].map(({ id, name, summary, permissions, isBuiltIn }) => ({
        id,
        name,
        summary,
        permissions: [...permissions],
        isBuiltIn,
        memberCount: counts.get(id) ?? 0,
        mayGive: firstAbove(held, permissions) === undefined,
      }));
      return { rows };
    },
  });

/** Makes a role. */
export const createRole = (): Endpoint =>
  implement(routes.createRole, {
    audit: "role.create",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      refuseWider(identity, null, "permissions");
      const role = { ...body, permissions: ownPermissions(identity, body.permissions) };
      if (builtInName(role.name)) throw taken();
      if ((await ownRoles(tx, companyId)).length >= OWN_ROLES_MAX) {
        throw new AppError("CONFLICT", `A company has at most ${OWN_ROLES_MAX} roles of its own: delete one first.`);
      }
      const id = await insertRole(tx, companyId, role);
      if (id === null) throw taken();
      context.note(id, { name: role.name }, { after: told(role) });
      return { id };
    },
  });

/** Changes a role; nobody changes one that gives more than they hold. */
export const changeRole = (): Endpoint =>
  implement(routes.changeRole, {
    audit: "role.change",
    run: async (context, { params, body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await lockedOwn(tx, companyId, params.id);
      refuseWider(identity, null, "permissions");
      refuseAbove(identity, before.permissions, "permissions");
      const role = { ...body, id: params.id, permissions: ownPermissions(identity, body.permissions) };
      if (builtInName(role.name) || !(await updateRole(tx, companyId, role))) throw taken();
      context.note(params.id, { name: role.name }, { before: told(before), after: told(role) });
      return {};
    },
  });

/** Deletes a role that nobody has and no invitation gives. */
export const deleteRole = (): Endpoint =>
  implement(routes.deleteRole, {
    audit: "role.delete",
    run: async (context, { params: { id } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await lockedOwn(tx, companyId, id);
      refuseWider(identity, null, "id");
      refuseAbove(identity, before.permissions, "id");
      const members = (await countByRole(tx, companyId)).get(id) ?? 0;
      const invitations = await countInvitationsOf(tx, companyId, id);
      if (members + invitations > 0) {
        const who = `${members} ${members === 1 ? "person" : "people"} and ${invitations} open invitations`;
        throw new AppError("CONFLICT", `The role is in use by ${who}: give them another first.`);
      }
      await removeRole(tx, companyId, id);
      context.note(id, { name: before.name }, { before: told(before) });
      return {};
    },
  });
