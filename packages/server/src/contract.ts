import { routes as accessTokens } from "./features/access-tokens/contract.ts";
import { routes as advisories } from "./features/advisories/contract.ts";
import { routes as affected } from "./features/affected/contract.ts";
import { routes as agents } from "./features/agents/contract.ts";
import { routes as assets } from "./features/assets/contract.ts";
import { routes as audit } from "./features/audit/contract.ts";
import { routes as changes } from "./features/changes/contract.ts";
import { routes as companies } from "./features/companies/contract.ts";
import { routes as dashboards } from "./features/dashboards/contract.ts";
import { routes as decisions } from "./features/decisions/contract.ts";
import { routes as explain } from "./features/explain/contract.ts";
import { routes as factors } from "./features/factors/contract.ts";
import { routes as feeds } from "./features/feeds/contract.ts";
import { routes as findings } from "./features/findings/contract.ts";
import { routes as fixes } from "./features/fixes/contract.ts";
import { routes as graphql } from "./features/graphql/contract.ts";
import { routes as health } from "./features/health/contract.ts";
import { routes as inventory } from "./features/inventory/contract.ts";
import { routes as jobs } from "./features/jobs/contract.ts";
import { routes as invitations } from "./features/invitations/contract.ts";
import { routes as mail } from "./features/mail/contract.ts";
import { routes as me } from "./features/me/contract.ts";
import { routes as people } from "./features/people/contract.ts";
import { routes as registries } from "./features/registries/contract.ts";
import { routes as limits } from "./features/limits/contract.ts";
import { routes as risk } from "./features/risk/contract.ts";
import { routes as roles } from "./features/roles/contract.ts";
import { routes as scim } from "./features/scim/contract.ts";
import { routes as sessions } from "./features/sessions/contract.ts";
import { routes as settings } from "./features/settings/contract.ts";
import { routes as sso } from "./features/sso/contract.ts";
import { routes as stats } from "./features/stats/contract.ts";
import { routes as tokens } from "./features/tokens/contract.ts";
import { routes as uploads } from "./features/uploads/contract.ts";
import { routes as vex } from "./features/vex/contract.ts";
import { routes as views } from "./features/views/contract.ts";
import { routes as work } from "./features/work/contract.ts";
import { routes as webhooks } from "./features/webhooks/contract.ts";

/** Every route of the API by feature. Imports only core: it runs in the browser. */
export const contract = {
  accessTokens,
  advisories,
  affected,
  agents,
  assets,
  audit,
  changes,
  companies,
  dashboards,
  decisions,
  explain,
  factors,
  feeds,
  findings,
  fixes,
  graphql,
  health,
  inventory,
  jobs,
  limits,
  invitations,
  mail,
  me,
  people,
  risk,
  roles,
  registries,
  scim,
  sessions,
  settings,
  sso,
  stats,
  tokens,
  uploads,
  vex,
  views,
  webhooks,
  work,
} as const;

export * from "./features/stream/contract.ts";
export type { Columns, SourceBody } from "./features/inventory/contract.ts";
export { problem } from "@zerotrace/core/schema";
