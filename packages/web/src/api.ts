import { infiniteQueryOptions, MutationCache, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { type Answer, ApiError, contract, createClient } from "@zerotrace/sdk";
import type { Widget, WidgetKind } from "@zerotrace/core/dashboard/widget";
import { inLanguage } from "./in-language.ts";
import { onceEach } from "./once.ts";
import { standingOf } from "./ui/standing.ts";

export { contract };
export const call = inLanguage(onceEach(createClient({ baseUrl: "" })));

/** Rows fetched at a time by the lists. */
export const PAGE_ROWS = 100;
const STALE_MS = 30_000;
const SYNCING_POLL_MS = 1_000;
const POLL_MS = 30_000;
const PERFORMANCE_STALE_MS = 300_000;
/** Figures that are older than this stand in for those that the server is making. */
const STAND_IN_MS = 90_000;
const STAND_IN_POLL_MS = 5_000;

/** When figures made at this time are asked for again. */
const nextAfter = (at: string | undefined): number =>
  at !== undefined && Date.now() - Date.parse(at) > STAND_IN_MS ? STAND_IN_POLL_MS : POLL_MS;

/** Which findings a page asks for. */
export interface FindingFilter {
  /** In the language of queries. */
  readonly query?: string | undefined;
}

/** A 4xx will not get better by itself; all else is tried twice more. */
const retry = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);

export const createQueryClient = (): QueryClient => {
  // whose session ended hears of it with the first refusal, and not when the page is opened anew; who is signing in has none
  const onError = (error: Error): void => {
    const { queryKey } = queries.session();
    const isEnd = error instanceof ApiError && error.status === 401 && client.getQueryData(queryKey) !== undefined;
    if (isEnd) void client.invalidateQueries({ queryKey });
  };
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: STALE_MS, retry, refetchOnWindowFocus: true } },
    queryCache: new QueryCache({ onError: (error, { queryKey }) => queryKey[0] !== "session" && onError(error) }),
    mutationCache: new MutationCache({ onError }),
  });
  return client;
};

export type Session = Answer<typeof contract.sessions.getSession>;
export type Stats = Answer<typeof contract.stats.getStats>;
export type Feeds = Answer<typeof contract.feeds.getFeeds>;
export type Fix = Answer<typeof contract.fixes.listFixes>["rows"][number];
export type FixDetail = Answer<typeof contract.fixes.getFix>;
export type FixWork = Answer<typeof contract.fixes.listFixWork>["rows"][number];
export type FixAsset = Answer<typeof contract.fixes.listFixAssets>["rows"][number];
export type FixPerformance = Answer<typeof contract.fixes.getFixPerformance>;
export type Finding = Answer<typeof contract.findings.listFindings>["rows"][number];
export type Enrichment = Answer<typeof contract.findings.getFinding>["enrichment"];
export type FindingDetail = Answer<typeof contract.findings.getFinding>;
export type AdvisoryGroup = Answer<typeof contract.findings.listFindingAdvisories>["rows"][number];
export type Asset = Answer<typeof contract.assets.listAssets>["rows"][number];
export type AssetDetail = Answer<typeof contract.assets.getAsset>;
export type Component = Answer<typeof contract.assets.listComponents>["rows"][number];
export type FindingAsset = Answer<typeof contract.findings.listFindingAssets>["rows"][number];
export type Advisory = Answer<typeof contract.advisories.listAdvisories>["rows"][number];
export type Agent = Answer<typeof contract.agents.listAgents>["rows"][number];
export type TimelineEvent = Answer<typeof contract.work.getTimeline>["rows"][number];
export type BulkAction = Answer<typeof contract.work.createBulkAction>;
export type Decision = Answer<typeof contract.decisions.listDecisions>["rows"][number];
export type DecisionPreview = Answer<typeof contract.decisions.previewDecision>;
export type VexDocument = Answer<typeof contract.vex.listVex>["rows"][number];
export type VexStatement = Answer<typeof contract.vex.listVexStatements>["rows"][number];
export type Upload = Answer<typeof contract.uploads.listUploads>["rows"][number];
export type Registry = Answer<typeof contract.registries.listRegistries>["rows"][number];
export type RegistryTag = Answer<typeof contract.registries.listRegistryTags>["rows"][number];
export type Affected = Answer<typeof contract.affected.getAffected>;
export type AffectedRow = Affected["rows"][number];
export type Changes = Answer<typeof contract.changes.listChanges>;
export type AssetDiff = Answer<typeof contract.assets.getAssetDiff>;
export type AssetDay = Answer<typeof contract.stats.getAssetTrend>["rows"][number];
export type Member = Answer<typeof contract.people.listPeople>["rows"][number];
export type Role = Answer<typeof contract.roles.listRoles>["rows"][number];
export type Invitation = Answer<typeof contract.invitations.listInvitations>["rows"][number];
export type MySession = Answer<typeof contract.me.listMySessions>["rows"][number];
export type Factor = Answer<typeof contract.factors.listFactors>["rows"][number];
export type CompanySession = Answer<typeof contract.me.listSessions>["rows"][number];
export type AuditRow = Answer<typeof contract.audit.listAudit>["rows"][number];
export type AuditSink = Answer<typeof contract.audit.listAuditSinks>["rows"][number];
export type IdentityProvider = Answer<typeof contract.sso.listIdentityProviders>["rows"][number];
export interface AuditSearch {
  action?: string | undefined;
  actor?: string | undefined;
  target?: string | undefined;
}
export type Company = Answer<typeof contract.companies.listCompanies>["rows"][number];
export type CompanyEntry = Answer<typeof contract.companies.listEntries>["rows"][number];
export type CompanyExport = Answer<typeof contract.companies.listExports>["rows"][number];
export type Settings = Answer<typeof contract.settings.getSettings>;
export type SavedView = Answer<typeof contract.views.listViews>["rows"][number];
export type Limit = Answer<typeof contract.limits.getLimits>["rows"][number];
export type Token = Answer<typeof contract.tokens.listTokens>["rows"][number];
export type DashboardRow = Answer<typeof contract.dashboards.listDashboards>["rows"][number];
export type Dashboard = Answer<typeof contract.dashboards.getDashboard>;
export type Figures = Answer<typeof contract.dashboards.getFigures>;
export type Executive = Answer<typeof contract.dashboards.getExecutive>;
export type Severity = Finding["severity"];
export type SeverityCounts = Stats["findings"];
export type Sort = "risk" | "seen" | "package" | "epss";

/** A page of rows as every list answers it. */
interface Page<Row> {
  rows: Row[];
  next: string | null;
  count: number;
  countIsExact: boolean;
}

const pages = <Row>(key: readonly unknown[], fetchPage: (cursor: string | undefined) => Promise<Page<Row>>) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Row>) => last.next ?? undefined,
  });

/** The shape of figures that each form of widget draws. */
const SHAPES = {
  number: "total",
  trend: "course",
  table: "groups",
  bar: "groups",
  heat: "cells",
  map: "groups",
} as const satisfies Record<WidgetKind, string>;

const limit = PAGE_ROWS;

const forgetAllBut = (client: QueryClient, word: string): void =>
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== word });

/** Every query of the dashboard. The first word of a key is what a live event names; see `queriesTouchedBy`. */
export const queries = {
  session: () =>
    queryOptions({
      queryKey: ["session"],
      queryFn: async ({ client }) => {
        const before = client.getQueryData<Session>(["session"]);
        const now = await call(contract.sessions.getSession);
        if (before && standingOf(before) !== standingOf(now)) forgetAllBut(client, "session");
        return now;
      },
      staleTime: Infinity,
      // another tab may have gone to another company meanwhile
      refetchOnWindowFocus: "always",
    }),
  stats: () =>
    queryOptions({
      queryKey: ["stats"],
      queryFn: () => call(contract.stats.getStats),
      refetchInterval: (q) => ((q.state.data?.pendingJobs ?? 0) > 0 ? SYNCING_POLL_MS * 3 : POLL_MS),
    }),
  feeds: () =>
    queryOptions({
      queryKey: ["feeds"],
      queryFn: () => call(contract.feeds.getFeeds),
      refetchInterval: (q) => (q.state.data?.syncing ? SYNCING_POLL_MS : POLL_MS),
    }),
  coverage: (assetId?: string) =>
    queryOptions({
      queryKey: ["coverage", assetId ?? ""],
      queryFn: () => call(contract.feeds.getCoverage, { query: { assetId } }),
    }),
  fixes: (filter: FindingFilter, rows: number) =>
    queryOptions({
      queryKey: ["fixes", filter, rows],
      queryFn: () => call(contract.fixes.listFixes, { query: { ...filter, limit: rows } }),
    }),
  fixesPages: (filter: FindingFilter) =>
    pages(["fixes", "pages", filter], (cursor) =>
      call(contract.fixes.listFixes, { query: { ...filter, limit, cursor } }),
    ),
  fixWork: (state: FixWork["state"] | undefined) =>
    pages(["fixes", "work", state ?? ""], (cursor) =>
      call(contract.fixes.listFixWork, { query: { state, limit, cursor } }),
    ),
  fixPerformance: () =>
    queryOptions({
      // of months: a single change moves it little, and the server reads much for it
      queryKey: ["fix-performance"],
      staleTime: PERFORMANCE_STALE_MS,
      queryFn: () => call(contract.fixes.getFixPerformance, { query: {} }),
    }),
  fixMembers: () => queryOptions({ queryKey: ["fix-members"], queryFn: () => call(contract.fixes.listFixMembers) }),
  fix: (id: string) =>
    queryOptions({ queryKey: ["fix", id], queryFn: () => call(contract.fixes.getFix, { params: { id } }) }),
  fixAssets: (id: string, left: boolean) =>
    pages(["fix", id, "assets", left], (cursor) =>
      call(contract.fixes.listFixAssets, { params: { id }, query: { left: left ? "true" : "false", limit, cursor } }),
    ),
  findings: (filter: FindingFilter, sort: Sort) =>
    pages(["findings", filter, sort], (cursor) =>
      call(contract.findings.listFindings, { query: { ...filter, sort, limit, cursor } }),
    ),
  findingsByAdvisory: (filter: FindingFilter) =>
    pages(["advisory-groups", filter], (cursor) =>
      call(contract.findings.listFindingAdvisories, { query: { ...filter, limit, cursor } }),
    ),
  finding: (id: string) =>
    queryOptions({ queryKey: ["finding", id], queryFn: () => call(contract.findings.getFinding, { params: { id } }) }),
  timeline: (id: string) =>
    queryOptions({
      queryKey: ["finding", id, "timeline"],
      queryFn: () => call(contract.work.getTimeline, { params: { id } }),
    }),
  colleagues: (q: string) =>
    queryOptions({
      queryKey: ["colleagues", q],
      queryFn: () => call(contract.work.listColleagues, { query: q === "" ? {} : { q } }),
    }),
  mentions: () => queryOptions({ queryKey: ["mentions"], queryFn: () => call(contract.work.listMentions) }),
  findingAssets: (id: string) =>
    pages(["finding", id, "assets"], (cursor) =>
      call(contract.findings.listFindingAssets, { params: { id }, query: { limit, cursor } }),
    ),
  assets: (q: string, sort: "risk" | "name" | "seen", label?: string) =>
    pages(["assets", q, sort, label ?? ""], (cursor) =>
      call(contract.assets.listAssets, { query: { q, sort, label, limit, cursor } }),
    ),
  asset: (id: string) =>
    queryOptions({ queryKey: ["asset", id], queryFn: () => call(contract.assets.getAsset, { params: { id } }) }),
  assetComponents: (id: string, q: string) =>
    pages(["asset", id, "components", q], (cursor) =>
      call(contract.assets.listAssetComponents, { params: { id }, query: { q, limit, cursor } }),
    ),
  assetDeltas: (id: string) =>
    pages(["asset", id, "deltas"], (cursor) =>
      call(contract.assets.listAssetDeltas, { params: { id }, query: { limit, cursor } }),
    ),
  assetDiff: (id: string, from: string, to: string) =>
    queryOptions({
      queryKey: ["asset", id, "diff", from, to],
      queryFn: () => call(contract.assets.getAssetDiff, { params: { id }, query: { from, to } }),
    }),
  assetTrend: (id: string, days: number) =>
    queryOptions({
      queryKey: ["asset", id, "trend", days],
      queryFn: () => call(contract.stats.getAssetTrend, { params: { id }, query: { days } }),
    }),
  affected: (q: string) =>
    infiniteQueryOptions({
      queryKey: ["affected", q],
      queryFn: ({ pageParam }) => call(contract.affected.getAffected, { query: { q, limit, cursor: pageParam } }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.next ?? undefined,
      enabled: q !== "",
    }),
  changes: (span: { from?: string; until?: string; zone: string }) =>
    queryOptions({
      queryKey: ["changes", span],
      queryFn: () => call(contract.changes.listChanges, { query: span }),
      // what comes is counted, and shown when asked for
      refetchOnWindowFocus: false,
    }),
  uploads: () => pages(["uploads"], (cursor) => call(contract.uploads.listUploads, { query: { limit, cursor } })),
  registries: () =>
    queryOptions({
      queryKey: ["registries"],
      queryFn: () => call(contract.registries.listRegistries),
      refetchInterval: (q) =>
        q.state.data?.rows.some((r) => r.looking || r.tags.waiting + r.tags.scanning > 0)
          ? SYNCING_POLL_MS * 2
          : POLL_MS,
    }),
  registryTags: (id: string, state: RegistryTag["state"] | undefined) =>
    pages(["registries", id, state ?? ""], (cursor) =>
      call(contract.registries.listRegistryTags, { params: { id }, query: { state, limit, cursor } }),
    ),
  components: (q: string) =>
    pages(["components", q], (cursor) => call(contract.assets.listComponents, { query: { q, limit, cursor } })),
  advisories: (q: string) =>
    pages(["advisories", q], (cursor) => call(contract.advisories.listAdvisories, { query: { q, limit, cursor } })),
  advisory: (id: string) =>
    queryOptions({
      queryKey: ["advisory", id],
      queryFn: () => call(contract.advisories.getAdvisory, { params: { id } }),
    }),
  epssCourse: (id: string) =>
    queryOptions({
      queryKey: ["advisory", id, "epss"],
      queryFn: () => call(contract.advisories.getAdvisoryEpss, { params: { id } }),
    }),
  agents: () => pages(["agents"], (cursor) => call(contract.agents.listAgents, { query: { limit, cursor } })),
  jobs: () => queryOptions({ queryKey: ["jobs"], queryFn: () => call(contract.jobs.listJobs), refetchInterval: 5_000 }),
  decisions: (state?: Decision["state"]) =>
    pages(["decisions", "list", state ?? ""], (cursor) =>
      call(contract.decisions.listDecisions, { query: { state, limit, cursor } }),
    ),
  vexDocuments: () => pages(["vex"], (cursor) => call(contract.vex.listVex, { query: { limit, cursor } })),
  vexDocument: (id: string) =>
    queryOptions({ queryKey: ["vex", id], queryFn: () => call(contract.vex.getVex, { params: { id } }) }),
  vexStatements: (id: string) =>
    pages(["vex", id, "statements"], (cursor) =>
      call(contract.vex.listVexStatements, { params: { id }, query: { limit, cursor } }),
    ),
  people: (q: string) =>
    pages(["people", q], (cursor) => call(contract.people.listPeople, { query: { q, limit, cursor } })),
  roles: () => queryOptions({ queryKey: ["roles"], queryFn: () => call(contract.roles.listRoles) }),
  invitations: () =>
    pages(["invitations"], (cursor) => call(contract.invitations.listInvitations, { query: { limit, cursor } })),
  mySessions: () => queryOptions({ queryKey: ["my-sessions"], queryFn: () => call(contract.me.listMySessions) }),
  myFactors: () => queryOptions({ queryKey: ["my-factors"], queryFn: () => call(contract.factors.listFactors) }),
  companySessions: () =>
    pages(["company-sessions"], (cursor) => call(contract.me.listSessions, { query: { limit, cursor } })),
  audit: (search: AuditSearch) =>
    pages(["audit", search], (cursor) => call(contract.audit.listAudit, { query: { ...search, limit, cursor } })),
  auditVerify: () =>
    queryOptions({ queryKey: ["audit-verify"], queryFn: () => call(contract.audit.verifyAudit), gcTime: 0 }),
  auditSinks: () => queryOptions({ queryKey: ["audit-sinks"], queryFn: () => call(contract.audit.listAuditSinks) }),
  identityProviders: () =>
    queryOptions({ queryKey: ["identity-providers"], queryFn: () => call(contract.sso.listIdentityProviders) }),
  companies: () =>
    pages(["companies"], (cursor) => call(contract.companies.listCompanies, { query: { limit, cursor } })),
  companyDeletions: () =>
    queryOptions({ queryKey: ["companies", "deleted"], queryFn: () => call(contract.companies.listDeletions) }),
  companyEntries: () =>
    pages(["company-entries"], (cursor) => call(contract.companies.listEntries, { query: { limit, cursor } })),
  companyExports: () =>
    queryOptions({
      queryKey: ["company-exports"],
      queryFn: () => call(contract.companies.listExports),
      refetchInterval: (q) =>
        q.state.data?.rows.some(({ state }) => state === "waiting" || state === "running") ? SYNCING_POLL_MS : false,
    }),
  ownEntry: () => queryOptions({ queryKey: ["own-entry"], queryFn: () => call(contract.companies.getOwnEntry) }),
  brand: () =>
    queryOptions({ queryKey: ["brand"], queryFn: () => call(contract.settings.getBrand), staleTime: Infinity }),
  settings: () => queryOptions({ queryKey: ["settings"], queryFn: () => call(contract.settings.getSettings) }),
  views: () => queryOptions({ queryKey: ["views"], queryFn: () => call(contract.views.listViews) }),
  dashboards: () => queryOptions({ queryKey: ["dashboards"], queryFn: () => call(contract.dashboards.listDashboards) }),
  dashboard: (id: string) =>
    queryOptions({
      queryKey: ["dashboards", id],
      queryFn: () => call(contract.dashboards.getDashboard, { params: { id } }),
    }),
  figures: ({ kind, query, viewId, measure, group, across, rows, days }: Widget) => {
    const asked = { shape: SHAPES[kind], query, viewId, measure, group, across, rows, days };
    return queryOptions({
      queryKey: ["figures", asked],
      queryFn: () => call(contract.dashboards.getFigures, { query: asked }),
      refetchInterval: (q) => nextAfter(q.state.data?.at),
    });
  },
  executive: (days: number) =>
    queryOptions({
      queryKey: ["executive", days],
      queryFn: () => call(contract.dashboards.getExecutive, { query: { days } }),
    }),
  viewCount: ({ noun, query }: Pick<SavedView, "noun" | "query">) =>
    queryOptions({
      queryKey: ["view-count", noun, query],
      queryFn: async () => {
        const asked =
          noun === "findings"
            ? call(contract.findings.listFindings, { query: { query, limit: 1 } })
            : noun === "assets"
              ? call(contract.assets.listAssets, { query: { ...assetsWords(query), limit: 1 } })
              : call(contract.assets.listComponents, { query: { q: query, limit: 1 } });
        const { count, countIsExact } = await asked;
        return { count, countIsExact };
      },
    }),
  limits: () => queryOptions({ queryKey: ["limits"], queryFn: () => call(contract.limits.getLimits) }),
  companyLimits: (id: number) =>
    queryOptions({
      queryKey: ["limits", id],
      queryFn: () => call(contract.limits.getCompanyLimits, { params: { id } }),
    }),
  tokens: () => pages(["tokens"], (cursor) => call(contract.tokens.listTokens, { query: { limit, cursor } })),
};

/**
 * Shows everything as another session sees it. What watches the session hears of it, and all else is asked for anew; who comes back after
 * their session ended finds the page as they left it.
 */
export const takeSession = (client: QueryClient, session: Session): void => {
  const { queryKey } = queries.session();
  const before = client.getQueryData(queryKey);
  const isBack = before !== undefined && standingOf(before) === standingOf(session);
  if (!isBack) forgetAllBut(client, "session");
  client.setQueryData(queryKey, session);
  if (isBack) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
};

/** What a saved view of assets asks for: `label:NAME` first, where it has one, then part of a name. */
export const assetsWords = (query: string): { q: string; label?: string } => {
  const [, label, q = ""] = /^label:(\S+)\s*(.*)$/.exec(query) ?? [];
  return label === undefined ? { q: query } : { q, label };
};
