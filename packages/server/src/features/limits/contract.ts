import { route } from "@zerotrace/core/schema";
import { z } from "zod";

/** Every limit that the platform can set for a company: its unit, and what it stops. */
export const LIMITS = {
  agents: { unit: "agents", says: "Agents that may be enrolled at once" },
  components_per_day: { unit: "components", says: "Components that may come into inventories on one day (UTC)" },
  storage_bytes: { unit: "bytes", says: "What the company's rows may take, measured once a day" },
  concurrent_scans: { unit: "scans", says: "Documents and images that may be under way at once" },
  requests_per_second: {
    unit: "requests",
    says: "Requests a second of the whole company; ten times as many may come at once",
  },
} as const;
export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as [LimitName, ...LimitName[]];

const LIMIT_MAX = Number.MAX_SAFE_INTEGER;

export const limitRow = z.object({
  name: z.enum(LIMIT_NAMES),
  says: z.string(),
  unit: z.string(),
  /** Null: no limit. */
  limit: z.number().int().nullable(),
  /** What is used now; null where nothing is counted or it was not measured yet. */
  used: z.number().int().nullable(),
});

export const getLimits = route({
  method: "GET",
  path: "/api/v1/limits",
  summary: "What the platform allows this company, and how much of it is used",
  permission: "assets:read",
  answer: z.object({ rows: z.array(limitRow) }),
});

const companyParam = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

export const getCompanyLimits = route({
  method: "GET",
  path: "/api/v1/companies/:id/limits",
  summary: "What the platform allows a company, and how much of it is used",
  permission: "companies:manage",
  params: companyParam,
  answer: z.object({ rows: z.array(limitRow) }),
});

export const setCompanyLimits = route({
  method: "PUT",
  path: "/api/v1/companies/:id/limits",
  summary: "Set limits of a company; null takes one away, what is not named stays",
  permission: "companies:manage",
  params: companyParam,
  body: z.object({
    limits: z.partialRecord(z.enum(LIMIT_NAMES), z.number().int().min(0).max(LIMIT_MAX).nullable()),
  }),
  answer: z.object({ rows: z.array(limitRow) }),
});

export const routes = { getLimits, getCompanyLimits, setCompanyLimits };
