import { SEVERITIES } from "@zerotrace/core/advisory/advisory";
import { SSVC } from "@zerotrace/core/advisory/enrichment";
import { DECISION_KINDS } from "@zerotrace/core/decision/decision";
import { CRITICALITIES, EXPOSURES } from "@zerotrace/core/finding/risk";
import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { VEX_STATUSES } from "@zerotrace/core/vex/vex";
import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { FINDING_STATES } from "@zerotrace/core/work/work";
import { z } from "zod";
import { exportFormat } from "../assets/contract.ts";
import { assessment, explanation } from "../explain/contract.ts";
import { vexStatement } from "../vex/contract.ts";

export const severity = z.enum(SEVERITIES);

export const findingRow = z.object({
  id: z.uuid(),
  advisory: z.string(),
  aliases: z.array(z.string()),
  summary: z.string(),
  ecosystem: z.string(),
  package: z.string(),
  source: z.string().nullable(),
  version: z.string(),
  purl: z.string(),
  fixedIn: z.string().nullable(),
  severity,
  cvss: z.number().nullable(),
  epss: z.number().nullable(),
  kevAddedAt: z.string().nullable(),
  /** 0..100, one decimal. */
  risk: z.number(),
  /** The distribution's own word, shown as what it is; empty when none. */
  urgency: z.string(),
  /** `accepted`: a decision stands to live with it; `not_affected`: a VEX statement or a decision closes it. Both while they stand. */
  status: z.enum(["open", "fixed", "accepted", "not_affected"]),
  /** The same with what people said: that they know of it or work on it, or that nobody has since it came back. */
  state: z.enum(FINDING_STATES),
  /** Whose it is; null for nobody's. */
  assignee: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  assetCount: z.number().int(),
  firstSeenAt: z.string(),
  fixedAt: z.string().nullable(),
  reopenedAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
});

export const findingFilter = {
  query: z
    .string()
    .max(QUERY_CHARS_MAX)
    .optional()
    .describe("Such as `severity>=high (kev:true OR epss>=50%) -label:lab openssl`; see the reference of queries"),
  q: z.string().max(200).optional().describe("Part of a package name, advisory id or alias"),
  severity: z.string().max(100).optional().describe("Comma-separated severities"),
  kev: z.enum(["true", "false"]).optional(),
  fix: z.enum(["yes", "no"]).optional(),
  status: z.enum(["open", "fixed", "accepted", "not_affected", "all"]).default("open"),
  vex: z.enum(VEX_STATUSES).optional().describe("What the deciding VEX statement says"),
  ecosystem: z.string().max(100).optional(),
  assetId: z.uuid().optional(),
  advisory: z.string().max(100).optional(),
  package: z.string().max(300).optional().describe("Exact source or package name"),
};
const sort = z.enum(["risk", "seen", "package", "epss"]).default("risk");

export const explainedRange = z.object({
  recordId: z.string(),
  feed: z.string(),
  origin: z.string(),
  introduced: z.string(),
  fixedIn: z.string().nullable(),
  lastAffected: z.string().nullable(),
  outcome: z.string(),
  urgency: z.string(),
});

/** What sources say of an advisory besides whom it affects. */
export const enrichment = z.object({
  cwes: z.array(z.object({ id: z.string(), name: z.string() })).readonly(),
  ssvc: z
    .object({
      exploitation: z.enum(SSVC.exploitation),
      automatable: z.enum(SSVC.automatable),
      technicalImpact: z.enum(SSVC.technicalImpact),
    })
    .nullable(),
  /** Addresses of known exploits. */
  exploits: z.array(z.string()).readonly(),
});

export const findingDetail = findingRow.extend({
  details: z.string(),
  references: z.array(z.object({ type: z.string(), url: z.string() })),
  enrichment,
  cvssVector: z.string().nullable(),
  epssPercentile: z.number().nullable(),
  terms: z.array(z.object({ name: z.string(), value: z.number(), says: z.string() })),
  /** The risk with what its assets add: on the worst of them, in terms, in one sentence, and CISA's decision. `terms` has it without assets. */
  assessment: assessment.extend({
    /** The asset that adds the most; null when none is left on which it is open. */
    worstAsset: z
      .object({
        id: z.uuid(),
        name: z.string(),
        criticality: z.enum(CRITICALITIES).nullable(),
        exposure: z.enum(EXPOSURES).nullable(),
      })
      .nullable(),
    /** Assets on which it is open, by their exposure; the rest is not rated. */
    assets: z.object({
      count: z.number().int(),
      internet: z.number().int(),
      internal: z.number().int(),
      isolated: z.number().int(),
      critical: z.number().int(),
    }),
  }),
  /** One sentence: why this version is affected. */
  why: z.string(),
  ranges: z.array(explainedRange),
  /** The same for the API, the command line and the dashboard; null while no advisories are in force. */
  explanation: explanation.nullable(),
  /** The VEX statement that decides on it, whether it closes it or not; null when none does. */
  vex: vexStatement.nullable(),
  /** The decision that stands on it: of how many of its assets, by whom, why and until when; null when none does. */
  decision: z
    .object({
      id: z.uuid(),
      kind: z.enum(DECISION_KINDS),
      reason: z.string(),
      owner: z.string(),
      createdAt: z.string(),
      createdBy: z.string(),
      approvedBy: z.string().nullable(),
      expiresAt: z.string(),
      assetCount: z.number().int(),
    })
    .nullable(),
});

export const advisoryGroupRow = z.object({
  advisory: z.string(),
  summary: z.string(),
  severity,
  cvss: z.number().nullable(),
  epss: z.number().nullable(),
  kevAddedAt: z.string().nullable(),
  risk: z.number(),
  packages: z.array(z.string()),
  findingCount: z.number().int(),
  assetCount: z.number().int(),
  fixAvailable: z.boolean(),
});

export const listFindings = route({
  method: "GET",
  path: "/api/v1/findings",
  summary: "Findings by filter, highest risk first unless sorted otherwise",
  permission: "findings:read",
  query: z.object({ ...pageQuery, ...findingFilter, sort }),
  answer: page(findingRow),
});

export const exportFindings = route({
  method: "GET",
  path: "/api/v1/findings/export",
  summary: "All findings of a filter as CSV, JSON lines or an Excel workbook, streamed in the order of the list",
  permission: "reports:view",
  query: z.object({ ...findingFilter, sort, format: exportFormat }),
  contentType: "text/csv",
});

export const getFinding = route({
  method: "GET",
  path: "/api/v1/findings/:id",
  summary: "One finding: why it matched, the ranges, the risk's terms",
  permission: "findings:read",
  params: idParam,
  answer: findingDetail,
});

export const listFindingAssets = route({
  method: "GET",
  path: "/api/v1/findings/:id/assets",
  summary: "The assets that have the component of a finding, by name",
  permission: "findings:read",
  params: idParam,
  query: z.object({ ...pageQuery }),
  answer: page(
    z.object({
      id: z.uuid(),
      name: z.string(),
      os: z.string(),
      exposure: z.enum(EXPOSURES).nullable(),
      lastSeenAt: z.string(),
    }),
  ),
});

export const sourceRow = findingRow.extend({
  /** Binary packages that the row stands for, by name. */
  packages: z.array(z.string()).max(50),
  findingCount: z.number().int(),
});

export const listFindingSources = route({
  method: "GET",
  path: "/api/v1/findings/by-source",
  summary: "Findings, one for each source package and advisory: highest risk, then highest EPSS, then newest first",
  permission: "findings:read",
  query: z.object({
    ...pageQuery,
    ...findingFilter,
    perPackage: z.coerce.number().int().min(1).max(1000).optional().describe("Most rows of one source package"),
  }),
  answer: page(sourceRow),
});

export const listFindingAdvisories = route({
  method: "GET",
  path: "/api/v1/findings/by-advisory",
  summary: "Open findings grouped by advisory, highest risk first",
  permission: "findings:read",
  query: z.object({ ...pageQuery, ...findingFilter }),
  answer: page(advisoryGroupRow),
});

export const routes = {
  listFindings,
  exportFindings,
  listFindingAdvisories,
  listFindingSources,
  getFinding,
  listFindingAssets,
};
