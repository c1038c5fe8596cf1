import { SEVERITIES } from "@zerotrace/core/advisory/advisory";
import { route } from "@zerotrace/core/schema";
import { z } from "zod";

/** What can change, in the order in which a morning asks for it. */
export const CHANGE_KINDS = [
  "kev",
  "epss",
  "opened",
  "reopened",
  "fixed",
  "asset_new",
  "asset_silent",
  "inventory",
  "agent",
  "decision",
  "feed",
] as const;
const kind = z.enum(CHANGE_KINDS);

/** Longest time that is looked at (days), and groups of one kind and day (count). */
export const CHANGE_DAYS_MAX = 90;
export const CHANGE_GROUPS_MAX = 50;

/** Where the list behind a figure is: a query of findings, or a path of the dashboard. One of them is null. */
const behind = {
  query: z.string().nullable(),
  path: z.string().nullable(),
};

export const changeEntry = z.object({
  /** An advisory, an asset, a feed, an action. */
  name: z.string(),
  /** One line: what it is, or what happened. */
  says: z.string(),
  /** When it happened last on that day; null where only the day is known. */
  at: z.string().nullable(),
  severity: z.enum(SEVERITIES).nullable(),
  isKev: z.boolean(),
  /** 0 to 1; of a move the score that it moved to. */
  epss: z.number().nullable(),
  /** Of a move: the score before it. */
  epssBefore: z.number().nullable(),
  packages: z.array(z.string()),
  findingCount: z.number().int().nullable(),
  /** Of one finding the most; of what was fixed, the assets from which it went. Null where that cannot be told. */
  assetCount: z.number().int().nullable(),
  ...behind,
});

const tally = {
  kind,
  /** Findings where it is about findings, else entries. */
  count: z.number().int(),
  /** False: there are more; counting stopped. */
  isExact: z.boolean(),
  ...behind,
};

export const changeSection = z.object({
  ...tally,
  entries: z.array(changeEntry).max(CHANGE_GROUPS_MAX),
  /** Entries that are not listed; at least so many where the count is not exact. */
  moreCount: z.number().int(),
});

export const changeDay = z.object({
  /** `YYYY-MM-DD` in the zone asked for. */
  day: z.string(),
  from: z.string(),
  until: z.string(),
  /** Only kinds of which something happened. */
  sections: z.array(changeSection),
});

export const listChanges = route({
  method: "GET",
  path: "/api/v1/changes",
  summary:
    "What changed by day and kind, newest first: findings, KEV, EPSS, assets, inventories, agents, decisions, feeds",
  permission: "findings:read",
  query: z.object({
    from: z.string().max(40).optional().describe("A day of the zone or a moment; yesterday 00:00 unless said"),
    until: z.string().max(40).optional().describe("Before this day or moment; now unless said"),
    zone: z.string().max(64).default("UTC").describe("IANA name of the time zone whose days are meant"),
    groups: z.coerce
      .number()
      .int()
      .min(1)
      .max(CHANGE_GROUPS_MAX)
      .default(CHANGE_GROUPS_MAX)
      .describe("Most entries of one kind and day"),
  }),
  answer: z.object({
    from: z.string(),
    until: z.string(),
    zone: z.string(),
    /** What changed, as one sentence without its beginning ("Since yesterday: …"). */
    says: z.string(),
    /** What is missing, stale or still running, so that the sentence may not say all. */
    gaps: z.array(z.string()),
    /**
     * New findings that are still open and known to be exploited, critical, or likely to be exploited (EPSS of 10 % and more).
     */
    matter: z.object({ count: z.number().int(), isExact: z.boolean(), query: z.string() }),
    totals: z.array(z.object(tally)),
    days: z.array(changeDay),
    /** Kinds that the caller does not see, and why: a permission is missing, or they cannot be told for some assets alone. */
    hidden: z.array(z.object({ kind, why: z.enum(["permission", "labels"]) })),
    /** What this rests on: whether nothing happened, or nothing could be seen. */
    basis: z.object({
      /** When the advisories in force were last read or found unchanged; null before the first. */
      advisoriesAt: z.string().nullable(),
      isStale: z.boolean(),
      staleFeeds: z.array(z.string()),
      assetCount: z.number().int(),
      withoutInventory: z.number().int(),
      /** Agents that are silent now. */
      silentCount: z.number().int(),
      newestInventoryAt: z.string().nullable(),
      pendingJobs: z.number().int(),
      /** The first day of which EPSS scores are known; null: none are. */
      epssFrom: z.string().nullable(),
    }),
  }),
});

export const routes = { listChanges };
