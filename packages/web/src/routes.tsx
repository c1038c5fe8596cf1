import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute } from "@tanstack/react-router";
import { asks } from "./asks.ts";
import { lazyRouteComponent } from "./lazy-page.ts";
import { changesSearch } from "./features/changes/span.ts";
import {
  assetSearch,
  assetsSearch,
  auditSearch,
  decisionsSearch,
  findingsSearch,
  fixesSearch,
  registrySearch,
  wordSearch,
} from "./searches.ts";
import { Shell } from "./ui/shell.tsx";

export type {
  AssetsSearch,
  AssetTab,
  FindingsSearch,
  FindingsView,
  FixesSearch,
  FixesView,
  TagState,
} from "./searches.ts";

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Shell });
const page = <P extends string>(path: P) => ({ getParentRoute: () => root, path }) as const;

const overview = createRoute({
  ...page("/"),
  loader: (visit) => asks.overview(visit),
  component: lazyRouteComponent(() => import("./features/overview/overview.tsx"), "OverviewPage"),
});
const changes = createRoute({
  ...page("/changes"),
  validateSearch: changesSearch,
  loader: (visit) => asks.changes(visit),
  component: lazyRouteComponent(() => import("./features/changes/changes.tsx"), "ChangesPage"),
});
const findings = createRoute({
  ...page("/findings"),
  validateSearch: findingsSearch,
  loader: (visit) => asks.findings(visit),
  component: lazyRouteComponent(() => import("./features/findings/findings.tsx"), "FindingsPage"),
});
const finding = createRoute({
  ...page("/findings/$id"),
  loader: (visit) => asks.finding(visit),
  component: lazyRouteComponent(() => import("./features/findings/finding.tsx"), "FindingPage"),
});
const assets = createRoute({
  ...page("/assets"),
  validateSearch: assetsSearch,
  loader: (visit) => asks.assets(visit),
  component: lazyRouteComponent(() => import("./features/assets/assets.tsx"), "AssetsPage"),
});

const riskRules = createRoute({
  ...page("/assets/rules"),
  component: lazyRouteComponent(() => import("./features/risk/rules.tsx"), "RiskRulesPage"),
});

const asset = createRoute({
  ...page("/assets/$id"),
  validateSearch: assetSearch,
  loader: (visit) => asks.asset(visit),
  component: lazyRouteComponent(() => import("./features/assets/asset.tsx"), "AssetPage"),
});
const components = createRoute({
  ...page("/components"),
  validateSearch: wordSearch,
  loader: (visit) => asks.components(visit),
  component: lazyRouteComponent(() => import("./features/components/components.tsx"), "ComponentsPage"),
});
const advisories = createRoute({
  ...page("/advisories"),
  validateSearch: wordSearch,
  loader: (visit) => asks.advisories(visit),
  component: lazyRouteComponent(() => import("./features/advisories/advisories.tsx"), "AdvisoriesPage"),
});
const advisory = createRoute({
  ...page("/advisories/$id"),
  loader: (visit) => asks.advisory(visit),
  component: lazyRouteComponent(() => import("./features/advisories/advisory.tsx"), "AdvisoryPage"),
});
const upload = createRoute({
  ...page("/upload"),
  component: lazyRouteComponent(() => import("./features/uploads/uploads.tsx"), "UploadsPage"),
});
const registries = createRoute({
  ...page("/registries"),
  component: lazyRouteComponent(() => import("./features/registries/registries.tsx"), "RegistriesPage"),
});
const registry = createRoute({
  ...page("/registries/$id"),
  validateSearch: registrySearch,
  component: lazyRouteComponent(() => import("./features/registries/registry-tags.tsx"), "RegistryTagsPage"),
});
const affected = createRoute({
  ...page("/affected"),
  validateSearch: wordSearch,
  loader: (visit) => asks.affected(visit),
  component: lazyRouteComponent(() => import("./features/affected/affected.tsx"), "AffectedPage"),
});
const mentions = createRoute({
  ...page("/mentions"),
  component: lazyRouteComponent(() => import("./features/work/mentions.tsx"), "MentionsPage"),
});
const fixes = createRoute({
  ...page("/fixes"),
  validateSearch: fixesSearch,
  loader: (visit) => asks.fixes(visit),
  component: lazyRouteComponent(() => import("./features/fixes/fixes-page.tsx"), "FixesPage"),
});
const fix = createRoute({
  ...page("/fixes/$id"),
  loader: (visit) => asks.fix(visit),
  component: lazyRouteComponent(() => import("./features/fixes/fix.tsx"), "FixPage"),
});
const decisions = createRoute({
  ...page("/decisions"),
  validateSearch: decisionsSearch,
  loader: (visit) => asks.decisions(visit),
  component: lazyRouteComponent(() => import("./features/decisions/decisions.tsx"), "DecisionsPage"),
});
const dashboards = createRoute({
  ...page("/dashboards"),
  loader: (visit) => asks.dashboards(visit),
  component: lazyRouteComponent(() => import("./features/dashboards/dashboards.tsx"), "DashboardsPage"),
});
const DASHBOARD_MODES = ["edit", "wall"] as const;
const dashboard = createRoute({
  ...page("/dashboards/$id"),
  validateSearch: (s: Record<string, unknown>): { mode?: (typeof DASHBOARD_MODES)[number] } => ({
    mode: DASHBOARD_MODES.find((mode) => mode === s["mode"]),
  }),
  loader: (visit) => asks.dashboard(visit),
  component: lazyRouteComponent(() => import("./features/dashboards/dashboard.tsx"), "DashboardPage"),
});
const executive = createRoute({
  ...page("/executive"),
  loader: (visit) => asks.executive(visit),
  component: lazyRouteComponent(() => import("./features/executive/executive.tsx"), "ExecutivePage"),
});
const vex = createRoute({
  ...page("/vex"),
  component: lazyRouteComponent(() => import("./features/vex/vex.tsx"), "VexPage"),
});
const vexDocument = createRoute({
  ...page("/vex/$id"),
  component: lazyRouteComponent(() => import("./features/vex/vex-document.tsx"), "VexDocumentPage"),
});
const feeds = createRoute({
  ...page("/feeds"),
  loader: (visit) => asks.feeds(visit),
  component: lazyRouteComponent(() => import("./features/feeds/feeds.tsx"), "FeedsPage"),
});
const agents = createRoute({
  ...page("/agents"),
  loader: (visit) => asks.agents(visit),
  component: lazyRouteComponent(() => import("./features/agents/agents.tsx"), "AgentsPage"),
});
const enroll = createRoute({
  ...page("/agents/enroll"),
  component: lazyRouteComponent(() => import("./features/agents/enroll.tsx"), "EnrollPage"),
});
const jobs = createRoute({
  ...page("/jobs"),
  loader: (visit) => asks.jobs(visit),
  component: lazyRouteComponent(() => import("./features/jobs/jobs.tsx"), "JobsPage"),
});
// "/health" is the server's own
const health = createRoute({
  ...page("/status"),
  loader: (visit) => asks.health(visit),
  component: lazyRouteComponent(() => import("./features/health/health.tsx"), "HealthPage"),
});
const tokens = createRoute({
  ...page("/tokens"),
  component: lazyRouteComponent(() => import("./features/tokens/tokens.tsx"), "TokensPage"),
});
const signIn = createRoute({
  ...page("/sign-in"),
  component: lazyRouteComponent(() => import("./features/sessions/sign-in.tsx"), "SignInPage"),
});

const join = createRoute({
  ...page("/join"),
  component: lazyRouteComponent(() => import("./features/sessions/join.tsx"), "JoinPage"),
});
const reset = createRoute({
  ...page("/reset"),
  component: lazyRouteComponent(() => import("./features/sessions/reset.tsx"), "ResetPage"),
});
const people = createRoute({
  ...page("/people"),
  component: lazyRouteComponent(() => import("./features/people/people.tsx"), "PeoplePage"),
});
const roles = createRoute({
  ...page("/roles"),
  component: lazyRouteComponent(() => import("./features/people/roles.tsx"), "RolesPage"),
});
const audit = createRoute({
  ...page("/audit"),
  validateSearch: auditSearch,
  loader: (visit) => asks.audit(visit),
  component: lazyRouteComponent(() => import("./features/audit/audit.tsx"), "AuditPage"),
});
const sso = createRoute({
  ...page("/single-sign-on"),
  component: lazyRouteComponent(() => import("./features/sso/sso.tsx"), "SsoPage"),
});
const companies = createRoute({
  ...page("/companies"),
  component: lazyRouteComponent(() => import("./features/companies/companies.tsx"), "CompaniesPage"),
});
const settings = createRoute({
  ...page("/settings"),
  component: lazyRouteComponent(() => import("./features/settings/settings.tsx"), "SettingsPage"),
});
const webhooks = createRoute({
  ...page("/webhooks"),
  component: lazyRouteComponent(() => import("./features/webhooks/webhooks.tsx"), "WebhooksPage"),
});
const me = createRoute({
  ...page("/me"),
  component: lazyRouteComponent(() => import("./features/me/me.tsx"), "MePage"),
});

/** Every page of the dashboard. A new page is a folder in `features` and an entry here. */
export const routeTree = root.addChildren([
  overview,
  changes,
  findings,
  finding,
  assets,
  riskRules,
  asset,
  components,
  advisories,
  advisory,
  upload,
  registries,
  registry,
  affected,
  fixes,
  fix,
  decisions,
  mentions,
  dashboards,
  dashboard,
  executive,
  vex,
  vexDocument,
  feeds,
  agents,
  enroll,
  jobs,
  health,
  tokens,
  signIn,
  join,
  reset,
  people,
  audit,
  sso,
  roles,
  companies,
  settings,
  webhooks,
  me,
]);
