import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { AdvisoryRecord, CveEnrichment } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { Tally } from "../report.ts";
import { MSRC_ORIGIN } from "./document.ts";
import { fetchMonths, monthsIn } from "./months.ts";
import type { Months } from "./months.ts";

/** Microsoft's Security Update Guide, version 3 of its API. */
export const MSRC_URL = "https://api.msrc.microsoft.com/cvrf/v3.0";

const ID = "msrc";
const NOT_COVERED: readonly string[] = [
  "Products other than Windows itself: Office, Exchange, SQL Server, .NET, Edge, Azure.",
  "Hosts that get hotpatches: their builds have numbers of their own, so a flaw that one closes may be shown.",
  "Which parts of Windows are installed: a product is judged by its build alone.",
];

/**
 * Reads Microsoft's monthly documents: `updates` and `cvrf/<month>` under an address, `<month>.json(.gz|.zst)` in a folder;
 * both in `msrc/` of a shared place.
 */
export const createMsrcFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: ID,
    title: "Microsoft",
    summary: "Weaknesses of Windows by the build that fixes them.",
    source: MSRC_URL,
    version: "1",
  },
  publicLocation: MSRC_URL,
  async read(context, location, sink) {
    if (context.isShared && /\.(json|csv|gz|zip|xml|zst)$/i.test(location)) return null;
    const months = await locate(context, location, limits);
    if (months === null) return null;
    const shown = isUrl(location) ? publicUrl(location) : location;
    const tally = new Tally(context.clock());
    const { newest, unknownCount, usableCount } = await survey(months, tally);
    if (usableCount === 0) throw new AppError("BAD_FEED", `${shown} has no document that can be used.`);
    await tell(context, months, newest, sink, tally);
    tally.origins.add(MSRC_ORIGIN);
    return tally.report({
      feed: ID,
      location: shown,
      readAt: context.clock(),
      notCovered: [
        ...NOT_COVERED,
        ...(unknownCount > 0
          ? [`${unknownCount} times a version of Windows has an update whose build is not told.`]
          : []),
        ...(months.stale === null ? [] : [`It could not be reached (${months.stale}); the last copy is used.`]),
      ],
    });
  },
});

/** The feed with its defaults. */
export const msrcFeed: Feed = createMsrcFeed();

async function locate(context: FeedContext, location: string, limits: DownloadLimits): Promise<Months | null> {
  const { isShared } = context;
  if (!isUrl(location)) return monthsIn(context, isShared ? join(location, ID) : location);
  return fetchMonths(context, isShared ? urlUnder(location, ID) : location, !isShared, limits);
}

const isExploited = (raw: object): boolean =>
  "database_specific" in raw && (raw.database_specific as { exploited?: unknown }).exploited === true;

/** Microsoft knows of attacks: its page is the reference. */
const exploitedBy = ({ id, aliases: [cve = id] }: AdvisoryRecord): CveEnrichment => ({
  id: cve,
  vectors: [],
  cwes: [],
  ssvc: null,
  exploits: [`https://msrc.microsoft.com/update-guide/vulnerability/${cve}`],
  rejectedAt: null,
  summary: "",
  publishedAt: null,
});

const idOf = (raw: object): string => ("id" in raw ? String(raw.id) : "");

/** Which month speaks of each CVE: the newest that names it. Counts what cannot be used. */
async function survey(months: Months, tally: Tally) {
  const newest = new Map<string, { readonly key: string; readonly at: string }>();
  let unknownCount = 0;
  let usableCount = 0;
  for await (const { key, at, kept } of months.documents()) {
    if ("bad" in kept) {
      tally.bad(key, kept.bad);
      continue;
    }
    usableCount++;
    for (const raw of kept.records) {
      if ("unknownCount" in raw) unknownCount += Number(raw.unknownCount);
      const id = idOf(raw);
      if (id !== "" && at >= (newest.get(id)?.at ?? "")) newest.set(id, { key, at });
    }
  }
  return { newest, unknownCount, usableCount };
}

async function tell(
  context: FeedContext,
  months: Months,
  newest: ReadonlyMap<string, { readonly key: string }>,
  sink: FeedSink,
  tally: Tally,
): Promise<void> {
  for await (const { key, kept } of months.documents()) {
    if ("bad" in kept) continue;
    context.signal.throwIfAborted();
    for (const raw of kept.records) {
      if (newest.get(idOf(raw))?.key !== key) continue;
      try {
        const record = parseOsvRecord(raw);
        sink.record(record, JSON.stringify(raw));
        if (isExploited(raw)) sink.cve(exploitedBy(record));
        for (const { ecosystem } of record.affected) tally.covers.add(ecosystem);
        tally.dated(record.modifiedAt);
        tally.recordCount++;
      } catch (error) {
        tally.bad(idOf(raw), messageOf(error));
      }
    }
    context.onProgress({ label: `Reading ${key}`, doneBytes: 0, totalBytes: null, recordCount: tally.recordCount });
  }
}
