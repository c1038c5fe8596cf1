import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { ScimDeps } from "./deps.ts";
import { type Json, listOf, SCHEMA, scimRefusal } from "./words.ts";

const attribute = (name: string, over: Json = {}): Json => ({
  name,
  type: "string",
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
  ...over,
});

const values = (...more: Json[]): Json => ({
  type: "complex",
  multiValued: true,
  subAttributes: [attribute("value"), attribute("display"), ...more],
});

const SCHEMAS = [
  {
    schemas: [SCHEMA.schema],
    id: SCHEMA.user,
    name: "User",
    description: "A person of the company",
    attributes: [
      attribute("userName", { required: true, uniqueness: "server" }),
      attribute("name", {
        type: "complex",
        subAttributes: [attribute("formatted"), attribute("givenName"), attribute("familyName")],
      }),
      attribute("displayName"),
      attribute("active", { type: "boolean" }),
      attribute("emails", values(attribute("type"), attribute("primary", { type: "boolean" }))),
      attribute("groups", { ...values(), mutability: "readOnly" }),
      attribute("externalId", { caseExact: true }),
    ],
  },
  {
    schemas: [SCHEMA.schema],
    id: SCHEMA.group,
    name: "Group",
    description: "A group of the directory; the mappings of identity providers say what role it gives",
    attributes: [
      attribute("displayName", { required: true, uniqueness: "server" }),
      attribute("members", values()),
      attribute("externalId", { caseExact: true }),
    ],
  },
];

const resourceType = (name: "User" | "Group", schema: string) => ({
  schemas: [SCHEMA.resourceType],
  id: name,
  name,
  endpoint: `/${name}s`,
  schema,
});
const RESOURCE_TYPES = [resourceType("User", SCHEMA.user), resourceType("Group", SCHEMA.group)];

const SUPPORTED = { supported: true };
const NOT_SUPPORTED = { supported: false };
const CONFIG = {
  schemas: [SCHEMA.config],
  patch: SUPPORTED,
  bulk: { ...NOT_SUPPORTED, maxOperations: 0, maxPayloadSize: 0 },
  filter: { ...SUPPORTED, maxResults: 200 },
  changePassword: NOT_SUPPORTED,
  sort: NOT_SUPPORTED,
  etag: NOT_SUPPORTED,
  authenticationSchemes: [
    {
      type: "oauthbearertoken",
      name: "API token",
      description: "An API token of the company with the permission users:manage, as a bearer token",
      primary: true,
    },
  ],
};

/** The routes by which a directory learns what there is. */
export const aboutRoutes = (deps: Pick<ScimDeps, "publicUrl">): Endpoint[] => {
  const at = (path: string): string => `${deps.publicUrl().replace(/\/+$/, "")}/scim/v2/${path}`;
  const meta = (kind: string, path: string) => ({ meta: { resourceType: kind, location: at(path) } });
  return [
    implement(routes.scimConfig, {
      audit: "none",
      refuse: scimRefusal,
      run: async () => ({ ...CONFIG, ...meta("ServiceProviderConfig", "ServiceProviderConfig") }),
    }),
    implement(routes.scimResourceTypes, {
      audit: "none",
      refuse: scimRefusal,
      run: async () => {
        const rows = RESOURCE_TYPES.map((one) => ({ ...one, ...meta("ResourceType", `ResourceTypes/${one.id}`) }));
        return listOf(rows, rows.length, 1);
      },
    }),
    implement(routes.scimSchemas, {
      audit: "none",
      refuse: scimRefusal,
      run: async () => {
        const rows = SCHEMAS.map((one) => ({ ...one, ...meta("Schema", `Schemas/${one.id}`) }));
        return listOf(rows, rows.length, 1);
      },
    }),
  ];
};
