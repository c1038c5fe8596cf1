import { route } from "@zerotrace/core/schema";
import { z } from "zod";
import { severityCounts } from "../assets/contract.ts";

const flag = z.enum(["true", "false"]).optional();

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
  /** Age of the data, or since it was read where it has no date, in whole hours; null when neither is known. */
  ageHours: z.number().int().nullable(),
  /** Hours after which it counts as stale. */
  staleAfterHours: z.number(),
  isStale: z.boolean(),
});

const origin = z.enum(["sync", "import", "rollback"]);

export const feedStatus = z.object({
  /** Null until the first generation is in force. */
  generation: z
    .object({
      id: z.number().int(),
      /** The name of its content; null when it was published by a version that kept none. */
      hash: z.string().nullable(),
      /** How it came into force; what an import or a rollback put there stays until a sync with `unpin`. */
      origin,
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
  /** Feeds whose own data is older than their bound, sorted. */
  staleSources: z.array(z.string()),
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
  query: z.object({ unpin: flag }),
  answer: z.object({ queued: z.boolean() }),
});

const keptGeneration = z.object({
  hash: z.string(),
  /** The numbers under which it was in force, the newest first. */
  ids: z.array(z.number().int()),
  isInForce: z.boolean(),
  /** When its feeds were read. */
  builtAt: z.string(),
  keptAt: z.string(),
  kind: z.enum(["full", "delta"]),
  sizeBytes: z.number().int(),
  recordCount: z.number().int(),
  kevCount: z.number().int(),
  epssCount: z.number().int(),
});

export const listGenerations = route({
  method: "GET",
  path: "/api/v1/feeds/generations",
  summary: "The generations that are kept and can be put in force again, the newest first",
  permission: "feeds:read",
  answer: z.object({ rows: z.array(keptGeneration) }),
});

export const rollbackFeeds = route({
  method: "POST",
  path: "/api/v1/feeds/rollback",
  summary:
    "Put a kept generation in force again, by number or the beginning of its hash; the former one when none is named",
  permission: "feeds:manage",
  status: 202,
  body: z.object({ generation: z.string().min(1).max(64).optional() }),
  answer: z.object({ hash: z.string(), queued: z.boolean() }),
});

/** Largest bundle that can be uploaded, in bytes. */
export const BUNDLE_UPLOAD_BYTES = 512 * 1024 * 1024;

const counts = z.record(z.string(), z.number().int());

export const importBundle = route({
  method: "POST",
  path: "/api/v1/feeds/bundle",
  summary: "Verify a signed bundle of feeds and put it in force; with `dryRun` only say what it would change",
  permission: "feeds:manage",
  status: 202,
  bodyLimitBytes: BUNDLE_UPLOAD_BYTES,
  bodyIsStream: true,
  query: z.object({ dryRun: flag, trust: z.string().max(200).optional() }),
  body: z.unknown(),
  answer: z.object({
    hash: z.string(),
    kind: z.enum(["full", "delta"]),
    builtAt: z.string(),
    keyId: z.string(),
    /** How many advisories changed against what is in force, by reason. */
    changes: counts,
    /** What it would change for the company; null unless `dryRun`. Counts of components and findings. */
    effect: z
      .object({
        componentCount: z.number().int(),
        changedComponentCount: z.number().int(),
        openedCount: z.number().int(),
        opened: severityCounts,
        closedCount: z.number().int(),
        /** Findings that stay, with another fixed version. */
        movedCount: z.number().int(),
        /** Findings that stay, with another risk. */
        rescoredCount: z.number().int(),
      })
      .nullable(),
    warnings: z.array(z.string()),
    queued: z.boolean(),
  }),
});

export const getCoverage = route({
  method: "GET",
  path: "/api/v1/coverage",
  summary: "What the advisories in force can judge of the company's components, or of one asset's, by ecosystem",
  permission: "feeds:read",
  query: z.object({ assetId: z.uuid().optional() }),
  answer: z.object({
    rows: z.array(
      z.object({
        ecosystem: z.string(),
        componentCount: z.number().int(),
        covered: z.number().int(),
        notCovered: z.number().int(),
        unparsable: z.number().int(),
        sources: z.array(z.string()),
        /** Whether the sources that decide are current, all stale, or none. */
        authority: z.enum(["current", "stale", "none"]),
        /** Of the covered, those that only stale sources judge. */
        stale: z.number().int(),
        deciding: z.array(
          z.object({
            feed: z.string(),
            dataAt: z.string().nullable(),
            ageHours: z.number().int().nullable(),
            staleAfterHours: z.number(),
            isStale: z.boolean(),
          }),
        ),
        /** Feeds that have records of the ecosystem and are not in force, where something is not covered. */
        wouldCover: z.array(z.string()),
      }),
    ),
    totals: z.object({
      componentCount: z.number().int(),
      covered: z.number().int(),
      notCovered: z.number().int(),
      unparsable: z.number().int(),
      stale: z.number().int(),
    }),
  }),
});

export const routes = { getFeeds, syncFeeds, listGenerations, rollbackFeeds, importBundle, getCoverage };
