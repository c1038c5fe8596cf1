import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

/** An entry into a company is asked for with one of these roles of its. */
export const ENTRY_ROLES = ["viewer", "auditor", "operator", "admin"] as const;
/** The longest stay in a company that one entry gives, minutes. */
export const ENTRY_MINUTES_MAX = 480;
const ID_MAX = 2_147_483_647;

const companyParam = z.object({ companyId: z.coerce.number().int().min(1).max(ID_MAX) });
const companyName = z.string().trim().min(1).max(100);
const reason = z.string().trim().min(10).max(500);

export const companyRow = z.object({
  id: z.number().int(),
  name: z.string(),
  /** Runs the platform; it can be neither suspended nor deleted. */
  isProvider: z.boolean(),
  state: z.enum(["active", "suspended", "deleting"]),
  stateReason: z.string().nullable(),
  createdAt: z.string(),
  /** From then on its rows go; until then the deletion can be undone. */
  deleteAt: z.string().nullable(),
  /** Each counted up to 10,000. */
  agentCount: z.number().int(),
  assetCount: z.number().int(),
  findingCount: z.number().int(),
  personCount: z.number().int(),
  /** The newest report of an asset or row of its audit trail. */
  lastActivityAt: z.string().nullable(),
});

export const listCompanies = route({
  method: "GET",
  path: "/api/v1/companies",
  summary: "The companies of the platform with their counts, by their number",
  permission: "companies:manage",
  query: z.object({ ...pageQuery }),
  answer: page(companyRow),
});

export const getCompany = route({
  method: "GET",
  path: "/api/v1/companies/:companyId",
  summary: "One company of the platform",
  permission: "companies:manage",
  params: companyParam,
  answer: companyRow,
});

export const createCompany = route({
  method: "POST",
  path: "/api/v1/companies",
  summary: "Make a company and invite its first administrator",
  permission: "companies:manage",
  status: 201,
  body: z.object({ name: companyName, adminEmail: z.email().max(254) }),
  answer: z.object({
    id: z.number().int(),
    invitationUrl: z.string(),
    invitationExpiresAt: z.string(),
    /** The link goes to the administrator by mail too. */
    mailed: z.boolean(),
  }),
});

export const renameCompany = route({
  method: "PUT",
  path: "/api/v1/companies/:companyId",
  summary: "Give a company another name",
  permission: "companies:manage",
  params: companyParam,
  body: z.object({ name: companyName }),
});

export const suspendCompany = route({
  method: "POST",
  path: "/api/v1/companies/:companyId/suspension",
  summary: "Stop all credentials of a company at once; nothing is deleted, and its agents keep what they see",
  permission: "companies:manage",
  params: companyParam,
  body: z.object({ reason }),
});

export const resumeCompany = route({
  method: "DELETE",
  path: "/api/v1/companies/:companyId/suspension",
  summary: "Put the credentials of a suspended company in force again",
  permission: "companies:manage",
  params: companyParam,
});

export const enterCompany = route({
  method: "POST",
  path: "/api/v1/companies/:companyId/entries",
  summary: "Exchange the own session for one in a company, with a reason that the company sees",
  permission: "companies:enter",
  status: 201,
  params: companyParam,
  body: z.object({
    reason,
    role: z.enum(ENTRY_ROLES),
    minutes: z.number().int().min(5).max(ENTRY_MINUTES_MAX).default(60),
  }),
  answer: z.object({ id: z.uuid(), companyId: z.number().int(), companyName: z.string(), endsAt: z.string() }),
});

export const entryRow = z.object({
  id: z.uuid(),
  email: z.string(),
  reason: z.string(),
  role: z.string(),
  enteredAt: z.string(),
  endsAt: z.string(),
  leftAt: z.string().nullable(),
});

export const listEntries = route({
  method: "GET",
  path: "/api/v1/entries",
  summary: "Who of the provider was in this company, why and until when, newest first",
  permission: "users:read",
  query: z.object({ ...pageQuery }),
  answer: page(entryRow),
});

export const endEntry = route({
  method: "DELETE",
  path: "/api/v1/entries/:id",
  summary: "Send somebody of the provider out of this company at once",
  permission: "users:manage",
  params: idParam,
});

export const getOwnEntry = route({
  method: "GET",
  path: "/api/v1/session/entry",
  summary: "Why and until when the caller, of the provider, is in this company",
  permission: "signed-in",
  answer: z.object({ entry: entryRow.extend({ companyName: z.string() }).nullable() }),
});

export const leaveCompany = route({
  method: "DELETE",
  path: "/api/v1/session/entry",
  summary: "Leave a company that was entered; the own session comes back",
  permission: "signed-in",
  answer: z.object({ isBack: z.boolean() }),
});

export const exportRow = z.object({
  id: z.uuid(),
  /** `expired`: the archive is deleted. */
  state: z.enum(["waiting", "running", "done", "failed", "expired"]),
  askedBy: z.string(),
  askedAt: z.string(),
  finishedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  sizeBytes: z.number().int().nullable(),
  rowCount: z.number().int().nullable(),
  sha256: z.string().nullable(),
  error: z.string().nullable(),
});

export const startExport = route({
  method: "POST",
  path: "/api/v1/company/exports",
  summary: "Write everything that the company has into one archive, which is kept for 24 hours",
  permission: "company:export",
  status: 202,
  answer: exportRow,
});

export const listExports = route({
  method: "GET",
  path: "/api/v1/company/exports",
  summary: "The newest exports of the company",
  permission: "company:export",
  answer: z.object({ rows: z.array(exportRow) }),
});

export const downloadExport = route({
  method: "GET",
  path: "/api/v1/company/exports/:id/archive",
  summary: "The archive of an export: a tar of one NDJSON file a table, and a manifest",
  permission: "company:export",
  params: idParam,
  contentType: "application/x-tar",
});

const deletion = z.object({ state: z.literal("deleting"), deleteAt: z.string() });

export const deleteOwnCompany = route({
  method: "POST",
  path: "/api/v1/company/deletion",
  summary:
    "Ask for the deletion of the own company by its name; its credentials stop at once, its rows go after the grace time",
  permission: "company:delete",
  status: 202,
  body: z.object({ name: z.string().max(100), reason: z.string().trim().max(500).default("") }),
  answer: deletion,
});

export const deleteCompany = route({
  method: "POST",
  path: "/api/v1/companies/:companyId/deletion",
  summary:
    "Ask for the deletion of a company by its name; its credentials stop at once, its rows go after the grace time",
  permission: "companies:manage",
  status: 202,
  params: companyParam,
  body: z.object({ name: z.string().max(100), reason }),
  answer: deletion,
});

export const undoDeletion = route({
  method: "DELETE",
  path: "/api/v1/companies/:companyId/deletion",
  summary: "Undo the deletion of a company while its grace time lasts",
  permission: "companies:manage",
  params: companyParam,
});

export const certificateRow = z.object({
  companyId: z.number().int(),
  companyName: z.string(),
  deletedAt: z.string(),
  rowCount: z.number().int(),
});

export const listDeletions = route({
  method: "GET",
  path: "/api/v1/company-deletions",
  summary: "The companies that were deleted, newest first, as far back as the audit trail goes",
  permission: "companies:manage",
  answer: z.object({ rows: z.array(certificateRow) }),
});

export const getCertificate = route({
  method: "GET",
  path: "/api/v1/company-deletions/:companyId",
  summary: "The signed certificate of a company's deletion",
  permission: "companies:manage",
  params: companyParam,
  answer: z.object({
    /** The very text that is signed, a JSON object. */
    statement: z.string(),
    keyId: z.string(),
    /** Ed25519, 32 bytes in hex. */
    publicKey: z.string(),
    signature: z.string(),
    /** Whether this server signed it. */
    isOurs: z.boolean(),
  }),
});

export const routes = {
  listCompanies,
  getCompany,
  createCompany,
  renameCompany,
  suspendCompany,
  resumeCompany,
  enterCompany,
  listEntries,
  endEntry,
  getOwnEntry,
  leaveCompany,
  startExport,
  listExports,
  downloadExport,
  deleteOwnCompany,
  deleteCompany,
  undoDeletion,
  listDeletions,
  getCertificate,
};
