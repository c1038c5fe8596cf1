/** Every permission there is; a route names one, a credential holds a set. */
export const PERMISSIONS = [
  "agents:manage",
  "agents:report",
  "assets:manage",
  "assets:read",
  "audit:manage",
  "audit:read",
  "companies:enter",
  "companies:manage",
  "company:delete",
  "company:export",
  "config:modify",
  "feeds:manage",
  "feeds:read",
  "findings:manage",
  "findings:read",
  "jobs:read",
  "registries:manage",
  "reports:view",
  "roles:manage",
  "sboms:upload",
  "scan:execute",
  "sso:manage",
  "tokens:manage",
  "users:manage",
  "users:read",
  "vex:manage",
  "webhooks:manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What reaches beyond one company; only the company that runs the platform may give these. */
export const PLATFORM_PERMISSIONS: readonly Permission[] = ["companies:enter", "companies:manage", "feeds:manage"];
/** What a person or program that may only look holds. */
export const READ_PERMISSIONS: readonly Permission[] = ["assets:read", "feeds:read", "findings:read", "jobs:read"];
/** What the owner of a company holds: everything but an agent's own reports and what reaches beyond the company. */
export const OWNER_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter(
  (p) => p !== "agents:report" && !PLATFORM_PERMISSIONS.includes(p),
);
/** What the owner of the company that runs the platform holds. */
export const PROVIDER_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter((p) => p !== "agents:report");
