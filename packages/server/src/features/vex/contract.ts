import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { VEX_FORMATS, VEX_LIMITS, VEX_STATUSES } from "@zerotrace/core/vex/vex";
import { z } from "zod";
import { severityCounts } from "../assets/contract.ts";

/** What a supplier said, as a finding shows it. */
export const vexStatement = z.object({
  status: z.enum(VEX_STATUSES),
  vulnerability: z.string(),
  /** The format's own word; empty when none. */
  justification: z.string(),
  note: z.string(),
  author: z.string(),
  /** When it was said; null when the document does not say. */
  at: z.string().nullable(),
  documentId: z.uuid(),
  document: z.string(),
});

export const vexDocumentRow = z.object({
  id: z.uuid(),
  name: z.string(),
  format: z.enum(VEX_FORMATS),
  /** The document's own id; empty when it has none. */
  ownId: z.string(),
  author: z.string(),
  at: z.string().nullable(),
  statementCount: z.number().int(),
  /** Statements that could not be used, and what was left out of others. */
  problemCount: z.number().int(),
  /** The first of them, each naming the statement. */
  problems: z.array(z.string()),
  /** Open findings on which a statement of it decides, and of those the ones it closes. */
  findingCount: z.number().int(),
  closedCount: z.number().int(),
  addedAt: z.string(),
  addedBy: z.string(),
});

export const listVex = route({
  method: "GET",
  path: "/api/v1/vex",
  summary: "VEX documents, newest first, with what they decide",
  permission: "findings:read",
  query: z.object({ ...pageQuery }),
  answer: page(vexDocumentRow),
});

export const addVex = route({
  method: "POST",
  path: "/api/v1/vex",
  summary: "Add an OpenVEX, CycloneDX or CSAF document; its statements decide from now on",
  permission: "vex:manage",
  status: 201,
  bodyLimitBytes: VEX_LIMITS.sizeBytes + 64 * 1024,
  body: z.object({
    name: z.string().trim().min(1).max(200),
    /** The document, as JSON or as its text; CycloneDX in XML as its text. */
    document: z.union([z.string(), z.record(z.string(), z.unknown())]),
  }),
  answer: vexDocumentRow,
});

export const getVex = route({
  method: "GET",
  path: "/api/v1/vex/:id",
  summary: "One VEX document, with what it decides",
  permission: "findings:read",
  params: idParam,
  answer: vexDocumentRow,
});

export const vexStatementRow = vexStatement.omit({ documentId: true, document: true }).extend({
  id: z.string(),
  aliases: z.array(z.string()),
  /** The first products; `productCount` has all. */
  products: z.array(
    z.object({ purl: z.string(), versions: z.string().nullable(), subcomponents: z.array(z.string()).readonly() }),
  ),
  productCount: z.number().int(),
  findingCount: z.number().int(),
  closedCount: z.number().int(),
  /** The name under which we list the advisory of those findings; null while there are none. */
  advisory: z.string().nullable(),
});

export const listVexStatements = route({
  method: "GET",
  path: "/api/v1/vex/:id/statements",
  summary: "The statements of a VEX document, those that decide on most open findings first",
  permission: "findings:read",
  params: idParam,
  query: z.object({ ...pageQuery }),
  answer: page(vexStatementRow),
});

export const removeVex = route({
  method: "DELETE",
  path: "/api/v1/vex/:id",
  summary: "Remove a VEX document; what it closed is open again. With `dryRun` only say how much that is",
  permission: "vex:manage",
  params: idParam,
  query: z.object({ dryRun: z.enum(["true", "false"]).optional() }),
  answer: z.object({
    /** Findings that are open again, and the same by severity. */
    openedCount: z.number().int(),
    opened: severityCounts,
    /** Findings that it closes and that a statement of another document closes too: they stay closed. */
    stayingCount: z.number().int(),
    /** Findings that it keeps open and that an older statement of another document closes then. */
    closedCount: z.number().int(),
  }),
});

export const routes = { listVex, addVex, getVex, listVexStatements, removeVex };
