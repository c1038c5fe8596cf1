import { OWNER_PERMISSIONS, type Permission, PROVIDER_PERMISSIONS, READ_PERMISSIONS } from "./permissions.ts";

/** A role that every company has. */
export interface BuiltInRole {
  readonly summary: string;
  /** Sorted, each once. */
  readonly permissions: readonly Permission[];
  /** Only members of the company that runs the platform may have it. */
  readonly isPlatform?: true;
}

const sorted = (...lists: readonly (readonly Permission[])[]): Permission[] => [...new Set(lists.flat())].sort();

/** The roles that need no making, by id. A custom role is a set of permissions that a company names itself. */
export const BUILT_IN_ROLES = {
  provider: {
    summary: "Runs the platform: makes companies and enters them with a reason",
    permissions: sorted(PROVIDER_PERMISSIONS),
    isPlatform: true,
  },
  admin: { summary: "Everything in the company", permissions: sorted(OWNER_PERMISSIONS) },
  operator: {
    summary: "Does the daily work: assets, agents, scans, findings",
    permissions: sorted(READ_PERMISSIONS, [
      "agents:manage",
      "assets:manage",
      "findings:manage",
      "registries:manage",
      "reports:view",
      "sboms:upload",
      "scan:execute",
      "vex:manage",
    ]),
  },
  viewer: { summary: "Looks, and changes nothing", permissions: sorted(READ_PERMISSIONS, ["reports:view"]) },
  auditor: {
    summary: "Looks at everything, the audit trail and the people too",
    permissions: sorted(READ_PERMISSIONS, ["audit:read", "company:export", "reports:view", "users:read"]),
  },
  "agent-manager": {
    summary: "Enrolls, revokes and rotates agents",
    permissions: sorted(["agents:manage", "assets:read", "jobs:read", "tokens:manage"]),
  },
} as const satisfies Readonly<Record<string, BuiltInRole>>;
export type BuiltInRoleId = keyof typeof BUILT_IN_ROLES;
export const BUILT_IN_ROLE_IDS = Object.keys(BUILT_IN_ROLES) as readonly BuiltInRoleId[];

/** Whether an id names a role that every company has. */
export const isBuiltInRole = (id: string): id is BuiltInRoleId => Object.hasOwn(BUILT_IN_ROLES, id);
