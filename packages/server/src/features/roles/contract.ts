import { idParam, PERMISSIONS, route } from "@zerotrace/core/schema";
import { z } from "zod";

const name = z.string().trim().min(1).max(60);
const wish = z.object({
  name,
  summary: z.string().trim().max(300).default(""),
  /** At most what the maker holds. */
  permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
});

export const roleRow = z.object({
  /** A built-in role's name, or the id of one of the company's own. */
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  isBuiltIn: z.boolean(),
  memberCount: z.number().int(),
  /** Whether the caller holds everything that it gives. */
  mayGive: z.boolean(),
});

export const listRoles = route({
  method: "GET",
  path: "/api/v1/roles",
  summary: "The roles that every company has, and the company's own, by name",
  permission: "users:read",
  answer: z.object({ rows: z.array(roleRow) }),
});

export const createRole = route({
  method: "POST",
  path: "/api/v1/roles",
  summary: "Make a role of at most the maker's own permissions",
  permission: "roles:manage",
  status: 201,
  body: wish,
  answer: z.object({ id: z.uuid() }),
});

export const changeRole = route({
  method: "PUT",
  path: "/api/v1/roles/:id",
  summary: "Change one of the company's own roles; who has it feels it within two seconds",
  permission: "roles:manage",
  params: idParam,
  body: wish,
});

export const deleteRole = route({
  method: "DELETE",
  path: "/api/v1/roles/:id",
  summary: "Delete one of the company's own roles that nobody has",
  permission: "roles:manage",
  params: idParam,
});

export const routes = { listRoles, createRole, changeRole, deleteRole };
