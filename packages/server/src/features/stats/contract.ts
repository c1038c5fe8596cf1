import { idParam, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { coverage, severityCounts } from "../assets/contract.ts";

export const getStats = route({
  method: "GET",
  path: "/api/v1/stats",
  summary: "The company's totals now and by day",
  permission: "findings:read",
  answer: z.object({
    assetCount: z.number().int(),
    agentsOnline: z.number().int(),
    agentCount: z.number().int(),
    componentCount: z.number().int(),
    findings: severityCounts,
    findingCount: z.number().int(),
    packageCount: z.number().int(),
    kevCount: z.number().int(),
    fixableCount: z.number().int(),
    /** The highest asset risk, 0..100. */
    risk: z.number(),
    coverage,
    /** Oldest first, at most 30 days; today included. */
    trend: z.array(
      z.object({ day: z.string(), risk: z.number(), findings: severityCounts, findingCount: z.number().int() }),
    ),
    /** Jobs waiting or running for this company; while > 0 the figures are still moving. */
    pendingJobs: z.number().int(),
  }),
});

export const getAssetTrend = route({
  method: "GET",
  path: "/api/v1/assets/:id/trend",
  summary: "An asset's figures by day, oldest first, today included; days before anything was known are left out",
  permission: "assets:read",
  params: idParam,
  query: z.object({ days: z.coerce.number().int().min(2).max(365).default(30) }),
  answer: z.object({
    rows: z.array(
      z.object({
        day: z.string(),
        risk: z.number(),
        componentCount: z.number().int(),
        findings: severityCounts,
        findingCount: z.number().int(),
        kevCount: z.number().int(),
        /** Components that nothing covers. */
        notCovered: z.number().int(),
      }),
    ),
  }),
});

export const routes = { getStats, getAssetTrend };
