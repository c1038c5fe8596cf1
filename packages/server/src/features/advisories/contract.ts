import { page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { enrichment, severity } from "../findings/contract.ts";

export const advisoryRow = z.object({
  id: z.string(),
  aliases: z.array(z.string()),
  summary: z.string(),
  severity,
  cvss: z.number().nullable(),
  epss: z.number().nullable(),
  kevAddedAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
  modifiedAt: z.string().nullable(),
});

export const listAdvisories = route({
  method: "GET",
  path: "/api/v1/advisories",
  summary:
    "Advisories, newest published first; with q those whose id begins with it or that have it as an alias, by id",
  permission: "findings:read",
  query: z.object({ ...pageQuery, q: z.string().max(100).optional() }),
  answer: page(advisoryRow),
});

export const getAdvisory = route({
  method: "GET",
  path: "/api/v1/advisories/:id",
  summary: "One advisory by any of its names, with its records as published",
  permission: "findings:read",
  params: z.object({ id: z.string().min(1).max(100) }),
  answer: advisoryRow.extend({
    records: z.array(z.object({ id: z.string(), feed: z.string(), doc: z.unknown() })),
    findingCount: z.number().int(),
    enrichment,
  }),
});

export const getAdvisoryEpss = route({
  method: "GET",
  path: "/api/v1/advisories/:id/epss",
  summary: "How the EPSS score of an advisory went in the last 30 days, oldest day first",
  permission: "findings:read",
  params: z.object({ id: z.string().min(1).max(100) }),
  answer: z.object({
    /** The CVE whose scores these are; null when none of its names has any. */
    cveId: z.string().nullable(),
    /** Days without an update are not in it. */
    days: z.array(z.object({ day: z.iso.date(), score: z.number().nullable() })).readonly(),
  }),
});

export const routes = { listAdvisories, getAdvisory, getAdvisoryEpss };
