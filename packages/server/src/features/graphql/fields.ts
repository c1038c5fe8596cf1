import type { Route } from "@zerotrace/core";
import { routes as advisories } from "../advisories/contract.ts";
import { routes as affected } from "../affected/contract.ts";
import { routes as agents } from "../agents/contract.ts";
import { routes as assets } from "../assets/contract.ts";
import { routes as audit } from "../audit/contract.ts";
import { routes as changes } from "../changes/contract.ts";
import { routes as dashboards } from "../dashboards/contract.ts";
import { routes as decisions } from "../decisions/contract.ts";
import { routes as explain } from "../explain/contract.ts";
import { routes as feeds } from "../feeds/contract.ts";
import { routes as findings } from "../findings/contract.ts";
import { routes as fixes } from "../fixes/contract.ts";
import { routes as jobs } from "../jobs/contract.ts";
import { routes as limits } from "../limits/contract.ts";
import { routes as people } from "../people/contract.ts";
import { routes as registries } from "../registries/contract.ts";
import { routes as risk } from "../risk/contract.ts";
import { routes as roles } from "../roles/contract.ts";
import { routes as stats } from "../stats/contract.ts";
import { routes as uploads } from "../uploads/contract.ts";
import { routes as vex } from "../vex/contract.ts";
import { routes as views } from "../views/contract.ts";
import { routes as work } from "../work/contract.ts";

/**
 * The fields of the query, each a route that reads. Not here: what is about credentials and how people prove themselves, what only
 * the provider may, and what answers files.
 */
export const FIELDS = {
  findings: findings.listFindings,
  finding: findings.getFinding,
  findingAssets: findings.listFindingAssets,
  findingAdvisories: findings.listFindingAdvisories,
  findingSources: findings.listFindingSources,
  findingTimeline: work.getTimeline,
  assets: assets.listAssets,
  asset: assets.getAsset,
  assetComponents: assets.listAssetComponents,
  assetDeltas: assets.listAssetDeltas,
  assetDiff: assets.getAssetDiff,
  assetTrend: stats.getAssetTrend,
  assetLabels: assets.listAssetLabels,
  agents: agents.listAgents,
  components: assets.listComponents,
  advisories: advisories.listAdvisories,
  advisory: advisories.getAdvisory,
  advisoryEpss: advisories.getAdvisoryEpss,
  affected: affected.getAffected,
  audit: audit.listAudit,
  bulkActions: work.listBulkActions,
  changes: changes.listChanges,
  colleagues: work.listColleagues,
  coverage: feeds.getCoverage,
  dashboards: dashboards.listDashboards,
  dashboard: dashboards.getDashboard,
  decisions: decisions.listDecisions,
  decision: decisions.getDecision,
  executive: dashboards.getExecutive,
  explain: explain.explain,
  feeds: feeds.getFeeds,
  feedGenerations: feeds.listGenerations,
  figures: dashboards.getFigures,
  fixes: fixes.listFixes,
  fix: fixes.getFix,
  fixAssets: fixes.listFixAssets,
  fixPerformance: fixes.getFixPerformance,
  fixWork: fixes.listFixWork,
  jobs: jobs.listJobs,
  limits: limits.getLimits,
  mentions: work.listMentions,
  people: people.listPeople,
  person: people.getPerson,
  registries: registries.listRegistries,
  registryTags: registries.listRegistryTags,
  riskRules: risk.listRiskRules,
  roles: roles.listRoles,
  stats: stats.getStats,
  uploads: uploads.listUploads,
  upload: uploads.getUpload,
  vexDocuments: vex.listVex,
  vexDocument: vex.getVex,
  vexStatements: vex.listVexStatements,
  views: views.listViews,
} as const satisfies Readonly<Record<string, Route>>;

export type FieldName = keyof typeof FIELDS;

/** A field of an object that another route answers. All names end in `List`, so that none hides a field of the contract. */
export interface Link {
  /** Fields of the query on whose rows, or else on whose answer, it stands. */
  readonly on: readonly FieldName[];
  readonly name: string;
  readonly to: FieldName;
  /** The argument that the object's `id` gives. */
  readonly by: string;
}

/** From one object to a list of others. */
export const LINKS: readonly Link[] = [
  { on: ["findings", "finding"], name: "assetList", to: "findingAssets", by: "id" },
  { on: ["findings", "finding"], name: "eventList", to: "findingTimeline", by: "id" },
  { on: ["assets", "asset", "findingAssets", "fixAssets"], name: "findingList", to: "findings", by: "assetId" },
  { on: ["assets", "asset"], name: "componentList", to: "assetComponents", by: "id" },
  { on: ["advisories", "advisory"], name: "findingList", to: "findings", by: "advisory" },
  { on: ["fixes", "fix"], name: "assetList", to: "fixAssets", by: "id" },
];
