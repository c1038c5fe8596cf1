import { FIX_STATES, FIX_VERIFICATIONS } from "@zerotrace/core/fix/work";
import { page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { severityCounts } from "../assets/contract.ts";
import { findingFilter } from "../findings/contract.ts";

/** A fix's id is of the package that it upgrades: it stays as long as there is something to fix. */
const fixParam = z.object({ id: z.string().min(1).max(1_000) });
const day = z.iso.date().describe("A day, `YYYY-MM-DD`");
const NOTE_CHARS_MAX = 4_000;

const dueShape = {
  /** The day that somebody chose, else what the company's times to fix say. */
  dueAt: z.string().nullable(),
  /** Whole days until then, negative when it is past. */
  dueInDays: z.number().int().nullable(),
  isOverdue: z.boolean(),
};

export const fixWork = z.object({
  state: z.enum(FIX_STATES),
  assignee: z.object({ id: z.uuid(), name: z.string(), email: z.string() }).nullable(),
  dueOn: z.string().nullable(),
  note: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
  /** When it was called done, by whom, and the version that was the fix then. */
  claimedAt: z.string().nullable(),
  claimedBy: z.string().nullable(),
  claimedVersion: z.string().nullable(),
  /** What inventories say since it was called done; null before. */
  verification: z.enum(FIX_VERIFICATIONS).nullable(),
  verifiedAt: z.string().nullable(),
  /** Findings (component and advisory) that the claimed version closes and that are open. */
  leftFindingCount: z.number().int(),
  /** Assets that need it still: those that have reported since, and those that have not. */
  notFixedCount: z.number().int(),
  waitingCount: z.number().int(),
});

export const fixRow = z.object({
  id: z.string(),
  /** Stable within a generation: ecosystem, package and target version. */
  key: z.string(),
  ecosystem: z.string(),
  package: z.string(),
  fixedIn: z.string().nullable(),
  /** Findings that it closes: a component with an advisory each. `severities` and `kevCount` count these. */
  findingCount: z.number().int(),
  /** The different advisories of these. */
  advisoryCount: z.number().int(),
  /** Assets that need it, each once; of the fix as a whole, whatever the filter leaves of its findings. */
  assetCount: z.number().int(),
  severities: severityCounts,
  kevCount: z.number().int(),
  maxRisk: z.number(),
  /** Share of the risk of all findings of the filter that this closes, 0..1. */
  riskShare: z.number(),
  advisories: z.array(z.string()).max(10),
  command: z.string(),
  ...dueShape,
  /** When the company's times to fix say that the first of its findings is due. */
  slaDueAt: z.string().nullable(),
  work: fixWork.nullable(),
});

export const fixDetail = fixRow.extend({
  /** Names of the installed packages that it upgrades. */
  installed: z.array(z.string()).max(50),
  commands: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      language: z.enum(["sh", "powershell", "yaml", "text"]),
      text: z.string(),
    }),
  ),
  /** What can be done where no fixed version exists; empty where one does. */
  alternatives: z.array(z.string()),
});

export const workRow = fixWork.extend({
  id: z.string(),
  ecosystem: z.string(),
  package: z.string(),
  fixedIn: z.string().nullable(),
  /** What is open of it now. */
  findingCount: z.number().int(),
  assetCount: z.number().int(),
  ...dueShape,
});

const speed = z.object({
  fixedCount: z.number().int(),
  /** Days from open to fixed, one decimal; null where nothing was fixed. */
  medianDays: z.number().nullable(),
  meanDays: z.number().nullable(),
  /** Of those with a time to fix, 0..1; null where none has one. */
  withinSla: z.number().nullable(),
});
const named = speed.extend({ name: z.string() });

export const listFixes = route({
  method: "GET",
  path: "/api/v1/fixes",
  summary: "Findings of a filter grouped by the action that closes them, most risk removed first",
  permission: "findings:read",
  query: z.object({ ...pageQuery, ...findingFilter }),
  answer: page(fixRow).extend({ totalRisk: z.number() }),
});

export const listFixWork = route({
  method: "GET",
  path: "/api/v1/fixes/work",
  summary: "Fixes that somebody works on or has called done, what changed last first",
  permission: "findings:read",
  query: z.object({
    ...pageQuery,
    state: z.enum(FIX_STATES).optional(),
    verification: z.enum(FIX_VERIFICATIONS).optional(),
    assigneeId: z.uuid().optional(),
  }),
  answer: page(workRow),
});

export const getFixPerformance = route({
  method: "GET",
  path: "/api/v1/fixes/performance",
  summary: "How long fixes took in the last days, and which part was in time: by severity, label and person",
  permission: "findings:read",
  query: z.object({ days: z.coerce.number().int().min(1).max(366).default(90) }),
  answer: z.object({
    from: z.string(),
    until: z.string(),
    /** Days within which findings are to be fixed. */
    sla: z.object({
      critical: z.number().int(),
      high: z.number().int(),
      medium: z.number().int(),
      low: z.number().int(),
      kev: z.number().int(),
    }),
    company: speed,
    bySeverity: z.array(named),
    /** By label of the assets on which findings were fixed: a finding counts once for each asset. At most 50. */
    byLabel: z.array(named),
    /** By the person to whom the fix is assigned; at most 50. */
    byOwner: z.array(named),
    /** Fixes whose time is over, by the severity of what is late. */
    overdue: z.object({
      fixes: z.number().int(),
      critical: z.number().int(),
      high: z.number().int(),
      medium: z.number().int(),
      low: z.number().int(),
      kev: z.number().int(),
    }),
  }),
});

export const listFixMembers = route({
  method: "GET",
  path: "/api/v1/fixes/members",
  summary: "Who may be given a fix: the members of the company, by name",
  permission: "findings:manage",
  answer: z.object({ rows: z.array(z.object({ id: z.uuid(), name: z.string(), email: z.string() })) }),
});

export const getFix = route({
  method: "GET",
  path: "/api/v1/fixes/:id",
  summary: "One fix: the commands that carry it out, who works on it and what inventories say",
  permission: "findings:read",
  params: fixParam,
  answer: fixDetail,
});

export const listFixAssets = route({
  method: "GET",
  path: "/api/v1/fixes/:id/assets",
  summary: "The assets that need a fix, by name, with the versions that they have",
  permission: "findings:read",
  params: fixParam,
  query: z.object({
    ...pageQuery,
    left: z.enum(["true", "false"]).default("false").describe("Only those that need it after it was called done"),
  }),
  answer: page(
    z.object({
      id: z.uuid(),
      name: z.string(),
      kind: z.string(),
      os: z.string(),
      inventoryAt: z.string().nullable(),
      versions: z.array(z.string()),
    }),
  ),
});

export const changeFix = route({
  method: "PATCH",
  path: "/api/v1/fixes/:id",
  summary:
    "Say who works on a fix, until when and how far it is: given to somebody it is in work; done is checked by inventories",
  permission: "findings:manage",
  params: fixParam,
  body: z.object({
    state: z.enum(FIX_STATES).optional(),
    assigneeId: z.uuid().nullable().optional(),
    dueOn: day.nullable().optional(),
    note: z.string().max(NOTE_CHARS_MAX).optional(),
  }),
  answer: fixDetail,
});

export const routes = {
  listFixes,
  listFixWork,
  getFixPerformance,
  listFixMembers,
  getFix,
  listFixAssets,
  changeFix,
};
