import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { DECISION_STATES, type DecisionState } from "@zerotrace/core/decision/decision";
import { FIX_STATES, type FixState } from "@zerotrace/core/fix/work";
import type { AuditSearch, Sort } from "./api.ts";
import { changesSearch } from "./features/changes/span.ts";
import { Shell } from "./ui/shell.tsx";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const oneOf = <T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T =>
  allowed.find((a) => a === value) ?? otherwise;

export type FindingsView = "rows" | "fixes" | "advisories";
export interface FindingsSearch {
  /** In the language of queries: what the prompt shows. */
  query?: string;
  sort?: Sort;
  view?: FindingsView;
  /** Heads of the columns that are shown, between commas. */
  columns?: string;
}

/** Keeps what the findings page understands of a URL. */
const findingsSearch = (search: Record<string, unknown>): FindingsSearch => {
  const sort = oneOf<Sort>(search["sort"], ["risk", "seen", "package", "epss"], "risk");
  const view = oneOf<FindingsView>(search["view"], ["rows", "fixes", "advisories"], "rows");
  return {
    query: text(search["query"]),
    sort: sort === "risk" ? undefined : sort,
    view: view === "rows" ? undefined : view,
    columns: text(search["columns"]),
  };
};

export type FixesView = "all" | "work" | "speed";
export interface FixesSearch {
  /** In the language of queries: what the prompt shows. */
  query?: string | undefined;
  view?: FixesView | undefined;
  state?: FixState | undefined;
}

export interface AssetsSearch {
  q?: string;
  sort?: "name" | "seen";
  label?: string;
  columns?: string;
}

const wordSearch = (search: Record<string, unknown>): { q?: string } => ({ q: text(search["q"]) });

const root = createRootRoute({ component: Shell });
const page = <P extends string>(path: P) => ({ getParentRoute: () => root, path }) as const;

const overview = createRoute({
  ...page("/"),
  component: lazyRouteComponent(() => import("./features/overview/overview.tsx"), "OverviewPage"),
});
const changes = createRoute({
  ...page("/changes"),
  validateSearch: changesSearch,
  component: lazyRouteComponent(() => import("./features/changes/changes.tsx"), "ChangesPage"),
});
const findings = createRoute({
  ...page("/findings"),
  validateSearch: findingsSearch,
  component: lazyRouteComponent(() => import("./features/findings/findings.tsx"), "FindingsPage"),
});
const finding = createRoute({
  ...page("/findings/$id"),
  component: lazyRouteComponent(() => import("./features/findings/finding.tsx"), "FindingPage"),
});
const assets = createRoute({
  ...page("/assets"),
  validateSearch: (s: Record<string, unknown>): AssetsSearch => {
    const sort = oneOf(s["sort"], ["risk", "name", "seen"] as const, "risk");
    return {
      ...wordSearch(s),
      label: text(s["label"]),
      sort: sort === "risk" ? undefined : sort,
      columns: text(s["columns"]),
    };
  },
  component: lazyRouteComponent(() => import("./features/assets/assets.tsx"), "AssetsPage"),
});

const riskRules = createRoute({
  ...page("/assets/rules"),
  component: lazyRouteComponent(() => import("./features/risk/rules.tsx"), "RiskRulesPage"),
});

const ASSET_TABS = ["findings", "inventory", "changes", "compare", "trend", "coverage", "facts"] as const;
export type AssetTab = (typeof ASSET_TABS)[number];
const asset = createRoute({
  ...page("/assets/$id"),
  validateSearch: (s: Record<string, unknown>): { tab?: AssetTab; q?: string; from?: string; to?: string } => {
    const tab = oneOf(s["tab"], ASSET_TABS, "findings");
    return { ...wordSearch(s), from: text(s["from"]), to: text(s["to"]), tab: tab === "findings" ? undefined : tab };
  },
  component: lazyRouteComponent(() => import("./features/assets/asset.tsx"), "AssetPage"),
});
const components = createRoute({
  ...page("/components"),
  validateSearch: wordSearch,
  component: lazyRouteComponent(() => import("./features/components/components.tsx"), "ComponentsPage"),
});
const advisories = createRoute({
  ...page("/advisories"),
  validateSearch: wordSearch,
  component: lazyRouteComponent(() => import("./features/advisories/advisories.tsx"), "AdvisoriesPage"),
});
const advisory = createRoute({
  ...page("/advisories/$id"),
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
const TAG_STATES = ["waiting", "scanning", "scanned", "failed", "gone", "unwatched"] as const;
export type TagState = (typeof TAG_STATES)[number];
const registry = createRoute({
  ...page("/registries/$id"),
  validateSearch: (s: Record<string, unknown>): { state?: TagState } => ({
    state: TAG_STATES.find((state) => state === s["state"]),
  }),
  component: lazyRouteComponent(() => import("./features/registries/registry-tags.tsx"), "RegistryTagsPage"),
});
const affected = createRoute({
  ...page("/affected"),
  validateSearch: wordSearch,
  component: lazyRouteComponent(() => import("./features/affected/affected.tsx"), "AffectedPage"),
});
const mentions = createRoute({
  ...page("/mentions"),
  component: lazyRouteComponent(() => import("./features/work/mentions.tsx"), "MentionsPage"),
});
const FIXES_VIEWS = ["work", "speed"] as const;
const fixes = createRoute({
  ...page("/fixes"),
  validateSearch: (s: Record<string, unknown>): FixesSearch => ({
    query: text(s["query"]),
    view: FIXES_VIEWS.find((view) => view === s["view"]),
    state: FIX_STATES.find((state) => state === s["state"]),
  }),
  component: lazyRouteComponent(() => import("./features/fixes/fixes-page.tsx"), "FixesPage"),
});
const fix = createRoute({
  ...page("/fixes/$id"),
  component: lazyRouteComponent(() => import("./features/fixes/fix.tsx"), "FixPage"),
});
const decisions = createRoute({
  ...page("/decisions"),
  validateSearch: (s: Record<string, unknown>): { state?: DecisionState } => ({
    state: DECISION_STATES.find((state) => state === s["state"]),
  }),
  component: lazyRouteComponent(() => import("./features/decisions/decisions.tsx"), "DecisionsPage"),
});
const dashboards = createRoute({
  ...page("/dashboards"),
  component: lazyRouteComponent(() => import("./features/dashboards/dashboards.tsx"), "DashboardsPage"),
});
const DASHBOARD_MODES = ["edit", "wall"] as const;
const dashboard = createRoute({
  ...page("/dashboards/$id"),
  validateSearch: (s: Record<string, unknown>): { mode?: (typeof DASHBOARD_MODES)[number] } => ({
    mode: DASHBOARD_MODES.find((mode) => mode === s["mode"]),
  }),
  component: lazyRouteComponent(() => import("./features/dashboards/dashboard.tsx"), "DashboardPage"),
});
const executive = createRoute({
  ...page("/executive"),
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
  component: lazyRouteComponent(() => import("./features/feeds/feeds.tsx"), "FeedsPage"),
});
const agents = createRoute({
  ...page("/agents"),
  component: lazyRouteComponent(() => import("./features/agents/agents.tsx"), "AgentsPage"),
});
const enroll = createRoute({
  ...page("/agents/enroll"),
  component: lazyRouteComponent(() => import("./features/agents/enroll.tsx"), "EnrollPage"),
});
const jobs = createRoute({
  ...page("/jobs"),
  component: lazyRouteComponent(() => import("./features/jobs/jobs.tsx"), "JobsPage"),
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
  validateSearch: (s: Record<string, unknown>): AuditSearch => ({
    action: text(s["action"]),
    actor: text(s["actor"]),
    target: text(s["target"]),
  }),
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
