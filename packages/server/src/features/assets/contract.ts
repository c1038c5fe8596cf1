import { CRITICALITIES, EXPOSURES } from "@zerotrace/core/finding/risk";
import { idParam, label, labels, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

export const severityCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  none: z.number().int(),
  unknown: z.number().int(),
});

/** How much of an asset the advisories in force can judge. Counts of components. */
export const coverage = z.object({
  covered: z.number().int(),
  notCovered: z.number().int(),
  unparsable: z.number().int(),
});

/** What an asset can be. Agents report hosts; images and repositories come by uploads. */
export const ASSET_KINDS = ["host", "image", "repository"] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

/** By hand or by a rule, which is named; null where nobody says. */
const ratedFrom = { from: z.enum(["hand", "rule"]).nullable(), rule: z.string().nullable() };

/** What an asset is worth and how far it is reachable. */
export const assetRating = z.object({
  criticality: z.object({ value: z.enum(CRITICALITIES).nullable(), ...ratedFrom }),
  exposure: z.object({ value: z.enum(EXPOSURES).nullable(), ...ratedFrom }),
  /** What both add to the risk of each of its findings, 0..12. */
  points: z.number(),
});

export const assetRow = z.object({
  id: z.uuid(),
  kind: z.enum(ASSET_KINDS),
  name: z.string(),
  /** The branch of a repository or the tag of an image; empty when none was named. */
  branch: z.string(),
  /** What its newest document says it is: a digest, a commit, a release; empty when it does not say. */
  version: z.string(),
  os: z.string(),
  componentCount: z.number().int(),
  findings: severityCounts,
  kevCount: z.number().int(),
  /** 0..100: the highest risk of its findings, with the points of its rating. */
  risk: z.number(),
  rating: assetRating,
  coverage,
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  inventoryAt: z.string().nullable(),
  /** An agent reports it; otherwise uploads do. */
  hasAgent: z.boolean(),
  /** Its agent has been heard of lately. */
  online: z.boolean(),
  unreadableSources: z.array(z.string()),
  /** What people or its enrollment put on it, sorted. */
  labels: z.array(z.string()),
});

/** Another branch or tag of the same thing. */
export const branchRow = z.object({
  id: z.uuid(),
  branch: z.string(),
  version: z.string(),
  risk: z.number(),
  findings: severityCounts,
  inventoryAt: z.string().nullable(),
});

export const assetDetail = assetRow.extend({
  /** It and its other branches, those with the newest inventory first, at most 100; empty for hosts. */
  branches: z.array(branchRow),
  facts: z.record(z.string(), z.unknown()),
  agentVersion: z.string(),
  sources: z.array(
    z.object({
      source: z.string(),
      status: z.enum(["ok", "unreadable"]),
      error: z.string().nullable(),
      problems: z.array(z.string()),
      componentCount: z.number().int(),
      takenAt: z.string(),
    }),
  ),
  /** Components that nothing covers, by ecosystem. */
  uncovered: z.array(z.object({ ecosystem: z.string(), reason: z.string(), count: z.number().int() })),
});

export const componentRow = z.object({
  id: z.number().int(),
  purl: z.string(),
  ecosystem: z.string(),
  name: z.string(),
  version: z.string(),
  source: z.string().nullable(),
  /** The operating-system package whose files it lies in: its verdict counts, and it has the findings. */
  ownedBy: z.object({ ecosystem: z.string(), name: z.string(), version: z.string() }).nullable(),
  assetCount: z.number().int(),
  findingCount: z.number().int(),
  risk: z.number(),
  verdict: z.enum(["affected", "not_affected", "unknown", "pending"]),
  /**
   * `no_feed`, `end_of_life`, `unparsable` and `no_stream` of an unknown one; `owned` where the owner's verdict counts; `vex` where
   * statements close all that affects it.
   */
  reason: z.string().nullable(),
  /** Where it was found, and what is said of it there; null in lists over all assets and where nothing was told. */
  found: z
    .object({
      /** The first of them. */
      paths: z.array(z.string()),
      /** The digest of the image's layer that brought it; empty when not told. */
      layer: z.string(),
      license: z.string(),
      isDirect: z.boolean().nullable(),
      isDev: z.boolean().nullable(),
    })
    .nullable(),
  /** Whether it is judged, by which feeds, and whether all of those are stale. */
  coverage: z.object({
    state: z.enum(["current", "stale", "none", "unparsable", "pending"]),
    sources: z.array(z.string()),
  }),
});

export const deltaRow = z.object({
  at: z.string(),
  source: z.string(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  addedCount: z.number().int(),
  removedCount: z.number().int(),
});

/** How a list is exported; `json` is one object a line. */
export const exportFormat = z.enum(["csv", "json", "xlsx"]).default("csv");

const assetFilter = {
  q: z.string().max(200).optional(),
  kind: z.enum(ASSET_KINDS).optional(),
  label: label.optional(),
  sort: z.enum(["risk", "name", "seen"]).default("risk"),
};

export const listAssets = route({
  method: "GET",
  path: "/api/v1/assets",
  summary: "Assets, highest risk first unless sorted otherwise",
  permission: "assets:read",
  query: z.object({
    ...pageQuery,
    ...assetFilter,
  }),
  answer: page(assetRow),
});

export const exportAssets = route({
  method: "GET",
  path: "/api/v1/assets/export",
  summary: "All assets of a filter as CSV, JSON lines or an Excel workbook, streamed in the order of the list",
  permission: "reports:view",
  query: z.object({ ...assetFilter, format: exportFormat }),
  contentType: "text/csv",
});

export const getAsset = route({
  method: "GET",
  path: "/api/v1/assets/:id",
  summary: "One asset with its facts, sources and coverage",
  permission: "assets:read",
  params: idParam,
  answer: assetDetail,
});

export const listAssetComponents = route({
  method: "GET",
  path: "/api/v1/assets/:id/components",
  summary: "An asset's components by name",
  permission: "assets:read",
  params: idParam,
  query: z.object({ ...pageQuery, q: z.string().max(200).optional() }),
  answer: page(componentRow),
});

export const listAssetDeltas = route({
  method: "GET",
  path: "/api/v1/assets/:id/deltas",
  summary: "What was added to and removed from an asset, newest first",
  permission: "assets:read",
  params: idParam,
  query: z.object({ ...pageQuery }),
  answer: page(deltaRow),
});

export const listComponents = route({
  method: "GET",
  path: "/api/v1/components",
  summary: "The company's components over all assets, by name",
  permission: "assets:read",
  query: z.object({ ...pageQuery, q: z.string().max(200).optional() }),
  answer: page(componentRow),
});

export const exportComponents = route({
  method: "GET",
  path: "/api/v1/components/export",
  summary: "The components of a search over all assets as CSV, JSON lines or an Excel workbook, streamed by name",
  permission: "reports:view",
  query: z.object({ q: z.string().max(200).optional(), format: exportFormat }),
  contentType: "text/csv",
});

const named = z.object({ purl: z.string(), name: z.string() });
const versioned = named.extend({ version: z.string() });
const moved = named.extend({ from: z.string(), to: z.string() });
/** The first rows; `count` has all. */
const some = <Row extends z.ZodType>(row: Row) => z.object({ count: z.number().int(), rows: z.array(row) });

export const diffFinding = z.object({
  advisory: z.string(),
  severity: z.enum(["critical", "high", "medium", "low", "none", "unknown"]),
  risk: z.number(),
  kev: z.boolean(),
  ecosystem: z.string(),
  package: z.string(),
  version: z.string(),
  fixedIn: z.string().nullable(),
});

const side = z.object({
  assetId: z.uuid(),
  branch: z.string(),
  /** The moment that is looked at. */
  at: z.string(),
  componentCount: z.number().int(),
});

export const getAssetDiff = route({
  method: "GET",
  path: "/api/v1/assets/:id/diff",
  summary:
    "What is different between two moments or two branches of an asset. `from` and `to` are `now`, a date, a time, or `branch:NAME`; `from` is 7 days ago unless said. Findings are those that the advisories in force now make of both",
  permission: "assets:read",
  params: idParam,
  query: z.object({ from: z.string().min(1).max(220).optional(), to: z.string().min(1).max(220).default("now") }),
  answer: z.object({
    from: side,
    to: side,
    components: z.object({
      added: some(versioned),
      removed: some(versioned),
      upgraded: some(moved),
      downgraded: some(moved),
      /** Other versions whose order nobody knows. */
      changed: some(moved),
      sameCount: z.number().int(),
    }),
    findings: z.object({ gained: some(diffFinding), closed: some(diffFinding) }),
  }),
});

/** Assets of one change of labels. */
const RELABELED_MAX = 500;

export const setAssetLabels = route({
  method: "PUT",
  path: "/api/v1/assets/:id/labels",
  summary: "Replace an asset's labels",
  permission: "assets:manage",
  params: idParam,
  body: z.object({ labels }),
  answer: z.object({ labels: z.array(z.string()) }),
});

export const changeAssetLabels = route({
  method: "POST",
  path: "/api/v1/asset-labels",
  summary: "Add labels to and take labels from several assets, all or none of them",
  permission: "assets:manage",
  body: z.object({
    ids: z.array(z.uuid()).min(1).max(RELABELED_MAX),
    add: labels.default([]),
    remove: labels.default([]),
  }),
  answer: z.object({ changedCount: z.number().int() }),
});

export const listAssetLabels = route({
  method: "GET",
  path: "/api/v1/asset-labels",
  summary: "Labels in use with the number of assets that have each, by name; at most 1,000",
  permission: "assets:read",
  answer: z.object({ rows: z.array(z.object({ label: z.string(), count: z.number().int() })) }),
});

export const removeAsset = route({
  method: "DELETE",
  path: "/api/v1/assets/:id",
  summary:
    "Remove an asset with its inventory and history; an agent of it may report no more. With `dryRun` only say how much that is",
  permission: "assets:manage",
  params: idParam,
  query: z.object({ dryRun: z.enum(["true", "false"]).optional() }),
  answer: z.object({
    kind: z.enum(ASSET_KINDS),
    name: z.string(),
    branch: z.string(),
    componentCount: z.number().int(),
    /** Open findings that it has. */
    findingCount: z.number().int(),
    /** Those of them that no other asset has: they are closed. */
    closedCount: z.number().int(),
    /** Changes of its inventory that are forgotten. */
    deltaCount: z.number().int(),
    /** Credentials of its agent that are revoked. */
    credentialCount: z.number().int(),
  }),
});

export const routes = {
  removeAsset,
  setAssetLabels,
  changeAssetLabels,
  listAssetLabels,
  getAssetDiff,
  listAssets,
  exportAssets,
  getAsset,
  listAssetComponents,
  listAssetDeltas,
  listComponents,
  exportComponents,
};
