import { route } from "@zerotrace/core/schema";
import { z } from "zod";

export const sourceReport = z.object({
  feed: z.string(),
  location: z.string(),
  dataAt: z.string().nullable(),
  readAt: z.string(),
  recordCount: z.number().int(),
  badCount: z.number().int(),
  bad: z.array(z.object({ id: z.string(), reason: z.string() })),
  covers: z.array(z.string()),
  notCovered: z.array(z.string()),
  origins: z.array(z.string()),
});

export const feedStatus = z.object({
  /** Null until the first generation is in force. */
  generation: z
    .object({
      id: z.number().int(),
      publishedAt: z.string(),
      recordCount: z.number().int(),
      groupCount: z.number().int(),
      rangeCount: z.number().int(),
    })
    .nullable(),
  sources: z.array(sourceReport),
  syncing: z.boolean(),
  /** Where a running sync stands. */
  progress: z
    .object({
      label: z.string(),
      doneBytes: z.number(),
      totalBytes: z.number().nullable(),
      recordCount: z.number(),
    })
    .nullable(),
  /** The last failure, while the old generation stays in force; null when the last sync succeeded. */
  lastError: z.object({ at: z.string(), message: z.string() }).nullable(),
  nextSyncAt: z.string().nullable(),
  /** True when the data in force is older than two sync intervals. */
  stale: z.boolean(),
});

export const getFeeds = route({
  method: "GET",
  path: "/api/v1/feeds",
  summary: "The advisories in force: sources, dates, counts, coverage, and a running sync",
  permission: "feeds:read",
  answer: feedStatus,
});

export const syncFeeds = route({
  method: "POST",
  path: "/api/v1/feeds/sync",
  summary: "Bring the advisories up to date now",
  permission: "feeds:manage",
  status: 202,
  answer: z.object({ queued: z.boolean() }),
});

export const getCoverage = route({
  method: "GET",
  path: "/api/v1/coverage",
  summary: "What the advisories in force can judge of the company's components, by ecosystem",
  permission: "feeds:read",
  answer: z.object({
    rows: z.array(
      z.object({
        ecosystem: z.string(),
        componentCount: z.number().int(),
        covered: z.number().int(),
        notCovered: z.number().int(),
        unparsable: z.number().int(),
        sources: z.array(z.string()),
      }),
    ),
  }),
});

export const routes = { getFeeds, syncFeeds, getCoverage };
