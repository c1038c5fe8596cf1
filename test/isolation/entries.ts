import { randomUUID } from "node:crypto";
import { FACTS } from "../support/live.ts";
import { asks, byId, type Entry, inDays, inventoryOf, OWN_TRAIL, plain, registryOf, VISITS } from "./entry.ts";
import { KNOWN } from "./seeds.ts";
import { SINK_HOST } from "./world.ts";
import { PEOPLE_ENTRIES } from "./entries-people.ts";
import { WORK_ENTRIES } from "./entries-work.ts";

const riskRuleOf = (assetId = "") => [
  { name: "named", condition: `asset:${assetId}`, criticality: "high", exposure: null },
];

/** One line for each route of the contract, by `feature.name`. A route that is not here fails the test. */
export const ENTRIES: Readonly<Record<string, Entry>> = {
  ...PEOPLE_ENTRIES,
  ...WORK_ENTRIES,
  "advisories.listAdvisories": asks((of) => ({ query: { q: of["packageName"] ?? "" } })),
  "advisories.getAdvisory": plain({ params: { id: KNOWN.advisory } }),
  "advisories.getAdvisoryEpss": plain({ params: { id: KNOWN.advisory } }),
  "affected.getAffected": asks((of) => ({ query: { q: `pkg:npm/${of["packageName"]}` } })),
  "changes.listChanges": plain({}, { moves: "the end is now, and jobs of the caller's own company are counted" }),
  "agents.enroll": asks(
    (of, own) => ({
      body: {
        token: own["enrollmentToken"] ?? "",
        agentVersion: "1",
        facts: { ...FACTS, hostname: of["hostName"], machineId: of["machineId"] },
        formerAgentId: of["agentId"],
        replace: true,
      },
    }),
    { last: true },
  ),
  "agents.heartbeat": plain({ body: { agentVersion: "1" } }),
  "agents.rotate": plain({}, { spends: true }),
  "agents.listAgents": plain(),
  "agents.revokeAgent": byId("agentId"),
  "agents.requestInventory": byId("agentId"),
  "assets.listAssets": asks((of) => ({ query: { q: of["hostName"] ?? "" } })),
  "assets.getAsset": byId("assetId"),
  "assets.removeAsset": asks((of) => ({ params: { id: of["repositoryId"] ?? "" }, query: { dryRun: "true" } })),
  "assets.listAssetComponents": byId("assetId"),
  "assets.listAssetDeltas": byId("assetId"),
  "assets.listComponents": asks((of) => ({ query: { q: of["packageName"] ?? "" } })),
  "assets.getAssetDiff": asks((of) => ({
    params: { id: of["repositoryId"] ?? "" },
    query: { from: `branch:${of["branch"]}` },
  })),
  "audit.listAudit": asks((of) => ({ query: { target: of["tokenId"] ?? "" } })),
  "audit.exportAudit": plain({}, { moves: OWN_TRAIL, beyond: VISITS }),
  "audit.listAuditLinks": plain({}, { moves: OWN_TRAIL, beyond: VISITS }),
  "audit.verifyAudit": plain({}, { moves: OWN_TRAIL }),
  "audit.listAuditSinks": plain({}, { moves: OWN_TRAIL }),
  "audit.createAuditSink": asks(
    (of) => ({
      body: { name: of["sinkName"], url: `https://${SINK_HOST}/${of["sinkName"]}` },
    }),
    { control: { statuses: [409], why: "the name is taken" } },
  ),
  "audit.deleteAuditSink": byId("sinkId"),
  "decisions.previewDecision": asks((of) => ({ body: { scope: `host:${of["hostName"]}` } })),
  "decisions.createDecision": asks(
    (of) => ({
      body: { kind: "deferred", scope: `host:${of["hostName"]}`, reason: "Next window", expiresAt: inDays(7) },
    }),
    { moves: "each decision has an id and a time of its own" },
  ),
  "decisions.listDecisions": plain({}, { moves: "the walk makes decisions" }),
  "decisions.getDecision": byId("decisionId"),
  "decisions.exportDecisions": plain({}, { moves: "the document says when it was written" }),
  "decisions.changeDecision": asks((of) => ({ params: { id: of["decisionId"] ?? "" }, body: { owner: "ops" } })),
  "decisions.approveDecision": byId("decisionId", {
    control: { statuses: [409], why: "nothing waits for approval" },
  }),
  "decisions.revokeDecision": byId("decisionId", { last: true }),
  "explain.explain": asks((of) => ({ query: { purl: of["purl"] ?? "" } })),
  "feeds.getFeeds": plain(),
  "feeds.syncFeeds": plain(),
  "feeds.listGenerations": plain(),
  "feeds.rollbackFeeds": plain(
    { body: { generation: "ffffffff" } },
    { control: { statuses: [404], why: "no such generation" } },
  ),
  "feeds.importBundle": plain(
    { body: "no bundle", type: "application/octet-stream" },
    { control: { statuses: [400], why: "no bundle" } },
  ),
  "feeds.getCoverage": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.listFindings": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.exportFindings": asks((of) => ({ query: { assetId: of["assetId"] ?? "", format: "json", status: "all" } })),
  "assets.exportAssets": asks((of) => ({ query: { q: of["hostName"] ?? "", format: "json" } })),
  "assets.exportComponents": asks((of) => ({ query: { q: of["packageName"] ?? "", format: "json" } })),
  "findings.listFindingAdvisories": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.listFindingSources": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.getFinding": byId("findingId"),
  "findings.listFindingAssets": byId("findingId"),
  "fixes.listFixes": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "fixes.listFixWork": plain(),
  "fixes.getFixPerformance": plain({}, { moves: "the end is now" }),
  "fixes.listFixMembers": plain(),
  "fixes.getFix": plain({ params: { id: KNOWN.fix } }, { moves: "the walk changes fixes" }),
  "fixes.listFixAssets": plain({ params: { id: KNOWN.fix } }),
  "fixes.changeFix": plain(
    { params: { id: KNOWN.fix }, body: { state: "planned" } },
    { moves: "each change has its time" },
  ),
  "graphql.askGraphql": asks((of) => ({
    body: {
      query: `query ($finding: String!, $asset: String!) {
  finding(id: $finding) { advisory package assetList { rows { name } } }
  asset(id: $asset) { name risk findingList(limit: 5) { count rows { advisory package } } }
}`,
      variables: { finding: of["findingId"] ?? "", asset: of["assetId"] ?? "" },
    },
  })),
  "health.live": plain(),
  "health.ready": plain(),
  "health.metrics": plain(
    {},
    {
      moves: "it measures the questions too",
      control: { statuses: [403], why: "A is not the company that runs the platform" },
      refuses: { statuses: [403], why: "only the company that runs the platform sees figures of all" },
    },
  ),
  "inventory.compareDigests": plain({ body: { digests: { npm: "a".repeat(64) } } }),
  "inventory.putInventory": asks((of) => ({ body: inventoryOf(of) }), {
    moves: "it counts what changed since the question before",
  }),
  "jobs.listJobs": plain({}, { moves: "jobs run" }),
  "registries.listRegistries": plain({}, { moves: "registries are looked at" }),
  "registries.listRegistryTags": byId("registryId"),
  "registries.createRegistry": asks((of) => ({ body: registryOf(of) }), {
    control: { statuses: [409], why: "the name is taken" },
  }),
  "registries.updateRegistry": asks((of) => ({ params: { id: of["registryId"] ?? "" }, body: registryOf(of) })),
  "registries.lookAtRegistry": byId("registryId"),
  "registries.testRegistry": asks((of) => {
    const { host, rules, user } = registryOf(of);
    return { body: { id: of["registryId"], host, rules, user } };
  }),
  "registries.deleteRegistry": byId("registryId"),
  "stats.getStats": plain({}, { moves: "jobs of the caller's own company are counted" }),
  "stats.getAssetTrend": byId("assetId"),
  "uploads.addSbom": asks(
    (of) => ({
      query: {
        uploadId: of["uploadId"] ?? "",
        name: of["repositoryName"] ?? "",
        branch: of["branch"] ?? "",
        kind: "repository",
      },
      body: JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", components: [] }),
      type: "application/octet-stream",
    }),
    { control: { statuses: [409], why: "the id is taken" } },
  ),
  "uploads.scanImage": asks((of) => ({ body: { reference: "192.0.2.1/none:1", name: of["repositoryName"] } })),
  "uploads.listUploads": plain(),
  "uploads.getUpload": byId("uploadId"),
  "vex.listVex": plain(),
  "vex.addVex": asks((of) => ({
    body: {
      name: of["vexName"],
      document: {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": `https://example.com/${randomUUID()}`,
        author: "x",
        timestamp: "2026-01-01T00:00:00Z",
        version: 1,
        statements: [{ vulnerability: { name: "CVE-2020-1" }, products: [{ "@id": "pkg:npm/x@1" }], status: "fixed" }],
      },
    },
  })),
  "vex.getVex": byId("vexId"),
  "vex.listVexStatements": byId("vexId"),
  "vex.removeVex": byId("vexId"),
  "dashboards.listDashboards": plain(),
  "dashboards.getDashboard": byId("dashboardId"),
  "dashboards.createDashboard": asks((of) => ({ body: { name: of["dashboardName"], shared: true } }), {
    refuses: { statuses: [403], why: "a shared dashboard needs more than looking" },
    control: { statuses: [409], why: "the name is taken" },
  }),
  "dashboards.changeDashboard": asks((of) => ({
    params: { id: of["dashboardId"] ?? "" },
    body: { name: of["dashboardName"], shared: true, revision: 1 },
  })),
  "dashboards.deleteDashboard": byId("dashboardId"),
  "dashboards.getFigures": asks((of) => ({
    query: { viewId: of["viewId"] ?? "", shape: "groups", group: "asset", query: `asset:${of["assetId"] ?? ""}` },
  })),
  "dashboards.getExecutive": plain(),
  "views.listViews": plain(),
  "views.createView": asks((of) => ({ body: { noun: "findings", name: of["viewName"], shared: true } }), {
    refuses: { statuses: [403], why: "a shared view needs more than looking" },
    control: { statuses: [409], why: "the name is taken" },
  }),
  "views.changeView": asks((of) => ({
    params: { id: of["viewId"] ?? "" },
    body: { name: of["viewName"], shared: true },
  })),
  "views.deleteView": byId("viewId"),
  "webhooks.listWebhooks": plain({}, { moves: "messages are tried again all the time" }),
  "webhooks.createWebhook": asks(
    (of) => ({ body: { name: of["webhookName"], url: `https://${SINK_HOST}/x`, kinds: ["feed.stale"] } }),
    { control: { statuses: [409], why: "the name is taken" } },
  ),
  "webhooks.changeWebhook": asks((of) => ({
    params: { id: of["webhookId"] ?? "" },
    body: { name: of["webhookName"], url: `https://${SINK_HOST}/x`, kinds: ["feed.stale"] },
  })),
  "webhooks.deleteWebhook": byId("webhookId", { last: true }),
  "webhooks.rotateWebhookSecret": asks((of) => ({ params: { id: of["webhookId"] ?? "" }, body: {} })),
  "webhooks.testWebhook": byId("webhookId"),
  "webhooks.listWebhookDeliveries": byId("webhookId", { moves: "messages are tried again all the time" }),
  "webhooks.getWebhookDelivery": asks(
    (of) => ({ params: { id: of["webhookId"] ?? "", deliveryId: of["deliveryId"] ?? "" } }),
    { moves: "messages are tried again all the time" },
  ),
  "webhooks.redeliverWebhook": asks((of) => ({
    params: { id: of["webhookId"] ?? "", deliveryId: of["deliveryId"] ?? "" },
  })),
  "risk.listRiskRules": plain({}, { moves: "the walk changes rules" }),
  "risk.previewRiskRules": asks((of) => ({ body: { rules: riskRuleOf(of["assetId"]) } })),
  "risk.putRiskRules": asks((of) => ({ body: { rules: riskRuleOf(of["assetId"]) } }), {
    moves: "the rules say when they were changed",
  }),
  "risk.setAssetRating": asks((of) => ({ params: { id: of["assetId"] ?? "" }, body: { criticality: "high" } })),
  "risk.whatIf": asks((of) => ({ body: { query: `host:${of["hostName"]}` } })),
  "assets.listAssetLabels": plain(),
  "assets.setAssetLabels": asks((of) => ({ params: { id: of["assetId"] ?? "" }, body: { labels: ["x"] } })),
  "assets.changeAssetLabels": asks((of) => ({ body: { ids: [of["assetId"]], add: ["y"] } })),
};
