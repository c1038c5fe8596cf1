import { route } from "@zerotrace/core/schema";
import { z } from "zod";

/** The largest body, bytes: a group with thousands of members. */
const BODY_BYTES_MAX = 1024 * 1024;
const TYPE = "application/scim+json";

const id = z.object({ id: z.string().max(200) });
/** Directories add names of their own: what is not known is passed over. */
const resource = z.record(z.string().max(200), z.unknown());
const projection = {
  attributes: z.string().max(2000).optional().describe("Names of attributes to answer, with commas between"),
  excludedAttributes: z.string().max(2000).optional().describe("Names of attributes to leave out"),
};
const listQuery = z.object({
  ...projection,
  filter: z.string().max(1000).optional().describe('Such as userName eq "ann@example.com"; several joined by and'),
  startIndex: z.coerce.number().int().optional().describe("From 1 on"),
  count: z.coerce.number().int().optional().describe("At most 200"),
  sortBy: z.string().max(100).optional(),
  sortOrder: z.string().max(20).optional(),
});
const list = z.object({
  schemas: z.array(z.string()),
  totalResults: z.number().int(),
  startIndex: z.number().int(),
  itemsPerPage: z.number().int(),
  Resources: z.array(resource),
});

const common = { permission: "users:manage", contentType: TYPE } as const;
const written = { ...common, mediaTypes: [TYPE], bodyLimitBytes: BODY_BYTES_MAX, body: resource } as const;
const removal = { permission: "users:manage", contentType: TYPE, status: 204 } as const;

export const scimConfig = route({
  ...common,
  method: "GET",
  path: "/scim/v2/ServiceProviderConfig",
  summary: "SCIM 2.0: what this server can do",
  answer: resource,
});
export const scimResourceTypes = route({
  ...common,
  method: "GET",
  path: "/scim/v2/ResourceTypes",
  summary: "SCIM 2.0: the kinds of resources",
  answer: list,
});
export const scimSchemas = route({
  ...common,
  method: "GET",
  path: "/scim/v2/Schemas",
  summary: "SCIM 2.0: the attributes of the resources",
  answer: list,
});

export const scimListUsers = route({
  ...common,
  method: "GET",
  path: "/scim/v2/Users",
  summary: "SCIM 2.0: the people of the company, by filter",
  query: listQuery,
  answer: list,
});
export const scimGetUser = route({
  ...common,
  method: "GET",
  path: "/scim/v2/Users/:id",
  summary: "SCIM 2.0: one person",
  params: id,
  query: z.object(projection),
  answer: resource,
});
export const scimCreateUser = route({
  ...written,
  method: "POST",
  path: "/scim/v2/Users",
  summary: "SCIM 2.0: make a person a member",
  status: 201,
  answer: resource,
});
export const scimReplaceUser = route({
  ...written,
  method: "PUT",
  path: "/scim/v2/Users/:id",
  summary: "SCIM 2.0: replace what is known of a person",
  params: id,
  answer: resource,
});
export const scimPatchUser = route({
  ...written,
  method: "PATCH",
  path: "/scim/v2/Users/:id",
  summary: "SCIM 2.0: change what is known of a person; active false ends the membership and its sessions at once",
  params: id,
  answer: resource,
});
export const scimDeleteUser = route({
  ...removal,
  method: "DELETE",
  path: "/scim/v2/Users/:id",
  summary: "SCIM 2.0: end a person's membership",
  params: id,
});

export const scimListGroups = route({
  ...common,
  method: "GET",
  path: "/scim/v2/Groups",
  summary: "SCIM 2.0: the directory's groups, by filter",
  query: listQuery,
  answer: list,
});
export const scimGetGroup = route({
  ...common,
  method: "GET",
  path: "/scim/v2/Groups/:id",
  summary: "SCIM 2.0: one group",
  params: id,
  query: z.object(projection),
  answer: resource,
});
export const scimCreateGroup = route({
  ...written,
  method: "POST",
  path: "/scim/v2/Groups",
  summary: "SCIM 2.0: add a group; the mappings of the identity providers say what role it gives",
  status: 201,
  answer: resource,
});
export const scimReplaceGroup = route({
  ...written,
  method: "PUT",
  path: "/scim/v2/Groups/:id",
  summary: "SCIM 2.0: replace a group and its members",
  params: id,
  answer: resource,
});
export const scimPatchGroup = route({
  ...written,
  method: "PATCH",
  path: "/scim/v2/Groups/:id",
  summary: "SCIM 2.0: change a group; roles follow its members",
  params: id,
  query: z.object(projection),
  answer: resource,
});
export const scimDeleteGroup = route({
  ...removal,
  method: "DELETE",
  path: "/scim/v2/Groups/:id",
  summary: "SCIM 2.0: remove a group and the roles that it gave",
  params: id,
});

export const routes = {
  scimConfig,
  scimResourceTypes,
  scimSchemas,
  scimListUsers,
  scimGetUser,
  scimCreateUser,
  scimReplaceUser,
  scimPatchUser,
  scimDeleteUser,
  scimListGroups,
  scimGetGroup,
  scimCreateGroup,
  scimReplaceGroup,
  scimPatchGroup,
  scimDeleteGroup,
};
