import { DECISION_DAYS_MAX, DECISION_KINDS, DECISION_STATES } from "@zerotrace/core/decision/decision";
import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { VEX_FORMATS } from "@zerotrace/core/vex/vex";
import { z } from "zod";

const kind = z.enum(DECISION_KINDS);
const scope = z
  .string()
  .trim()
  .min(1)
  .max(QUERY_CHARS_MAX)
  .describe(
    "In the language of queries, such as `advisory:CVE-2026-1 label:lab`; with host, label, kind or asset only there",
  );
const reason = z.string().trim().min(3).max(2_000);
const owner = z.string().trim().min(1).max(200);
const expiresAt = z.iso.datetime().describe(`When it ends; within ${DECISION_DAYS_MAX} days`);

export const decisionRow = z.object({
  id: z.uuid(),
  kind,
  state: z.enum(DECISION_STATES),
  scope: z.string(),
  /** The scope names assets: it decides on those alone. */
  byAsset: z.boolean(),
  reason: z.string(),
  owner: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  needsApproval: z.boolean(),
  approvedAt: z.string().nullable(),
  approvedBy: z.string().nullable(),
  expiresAt: z.string(),
  revokedAt: z.string().nullable(),
  revokedBy: z.string().nullable(),
  /** Open findings on which it stands now, and those of them that it closes for all assets. */
  findingCount: z.number().int(),
  closedCount: z.number().int(),
  /** Findings that became worse than what was decided, and are open again. */
  lapsedCount: z.number().int(),
});

export const previewDecision = route({
  method: "POST",
  path: "/api/v1/decisions/preview",
  summary: "What a decision with this scope would hide now, in numbers; nothing is changed",
  permission: "findings:read",
  body: z.object({ scope }),
  answer: z.object({
    /** Open findings that the scope names, and those of them of which every asset is decided on. */
    findingCount: z.number().int(),
    closedCount: z.number().int(),
    assetCount: z.number().int(),
    /** Share of the risk of all open findings, 0..1. */
    riskShare: z.number(),
    /** The worst of them. */
    examples: z.array(
      z.object({
        id: z.uuid(),
        advisory: z.string(),
        package: z.string(),
        version: z.string(),
        severity: z.string(),
        risk: z.number(),
      }),
    ),
    byAsset: z.boolean(),
    /** A second person must approve it before it counts. */
    needsApproval: z.boolean(),
  }),
});

export const createDecision = route({
  method: "POST",
  path: "/api/v1/decisions",
  summary: "Decide on findings: accept the risk, false positive, not affected or deferred, until a day",
  permission: "findings:manage",
  status: 201,
  body: z.object({ kind, scope, reason, owner: owner.optional(), expiresAt }),
  answer: decisionRow,
});

export const listDecisions = route({
  method: "GET",
  path: "/api/v1/decisions",
  summary: "Decisions, newest first, with what they hide now",
  permission: "findings:read",
  query: z.object({ ...pageQuery, state: z.enum(DECISION_STATES).optional() }),
  answer: page(decisionRow),
});

export const getDecision = route({
  method: "GET",
  path: "/api/v1/decisions/:id",
  summary: "One decision, with what it hides now",
  permission: "findings:read",
  params: idParam,
  answer: decisionRow,
});

export const exportDecisions = route({
  method: "GET",
  path: "/api/v1/decisions/vex",
  summary:
    "What decisions close for the whole company, as OpenVEX, CycloneDX or CSAF: false positives as not affected, accepted risks as affected",
  permission: "findings:read",
  query: z.object({ format: z.enum(VEX_FORMATS).default("openvex") }),
  contentType: "application/json",
  answer: z.any(),
});

export const changeDecision = route({
  method: "PATCH",
  path: "/api/v1/decisions/:id",
  summary: "Change until when a decision stands, or whose it is",
  permission: "findings:manage",
  params: idParam,
  body: z.object({ expiresAt: expiresAt.optional(), owner: owner.optional() }),
  answer: decisionRow,
});

export const approveDecision = route({
  method: "POST",
  path: "/api/v1/decisions/:id/approve",
  summary: "Approve a proposed decision as a second person: it counts from now on",
  permission: "findings:manage",
  params: idParam,
  answer: decisionRow,
});

export const revokeDecision = route({
  method: "POST",
  path: "/api/v1/decisions/:id/revoke",
  summary: "Take a decision back at once: what it hid is open again",
  permission: "findings:manage",
  params: idParam,
  answer: decisionRow,
});

export const routes = {
  previewDecision,
  createDecision,
  listDecisions,
  getDecision,
  exportDecisions,
  changeDecision,
  approveDecision,
  revokeDecision,
};
