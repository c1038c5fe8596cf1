import type { Answer, contract } from "@zerotrace/sdk";

/** Which findings a page asks for. */
export interface FindingFilter {
  /** In the language of queries. */
  readonly query?: string | undefined;
}
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
