import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { Tally } from "../report.ts";
import { filesIn, readsOf } from "./files.ts";
import type { Read } from "./files.ts";
import { fetchRelease } from "./release.ts";

/** The latest release of the CVE list (https://github.com/CVEProject/cvelistV5#releases). */
export const CVE5_URL = "https://api.github.com/repos/CVEProject/cvelistV5/releases/latest";

const LINES_NAME = "cves.jsonl.gz";
const MAX_LINES_BYTES = 4 * 1024 ** 3;
const ENTRIES_PER_PROGRESS = 2000;
const NOT_COVERED: readonly string[] = [
  "Products that a CVE record names by vendor and product only, without a CPE name or a package.",
  "Ranges of Git commits, and versions whose type the ecosystem does not order.",
];

/**
 * Reads the CVE list: `cve5/*.jsonl(.gz)`, `cve5/*.zip` and `cve5/**` with one file a record under a folder,
 * `cves.jsonl.gz` under an address, or the latest release at GitHub's API (an address that ends in `/releases/latest`).
 */
export const createCve5Feed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "cve5",
    title: "CVE List",
    summary: "CVE records with affected packages, CVSS, weaknesses, CISA's SSVC and rejections.",
    source: CVE5_URL,
    version: "1",
  },
  publicLocation: CVE5_URL,
  async read(context, location, sink) {
    const source = await locate(context, location, limits);
    if (source === null) return null;
    const reading: Reading = { context, location, sink, tally: new Tally(context.clock()), skippedCount: 0 };
    const newer = new Set<string>();
    for (const [i, path] of source.paths.entries()) {
      const isLast = i === source.paths.length - 1;
      for await (const read of ownReads(source, path, context.signal)) {
        const id = "entry" in read ? read.entry.cve.id : null;
        if (id !== null && newer.has(id)) continue;
        // Only the small archives of changes come before the last one.
        if (id !== null && source.isLayered && !isLast) newer.add(id);
        tell(reading, read);
      }
    }
    return reportOf(reading, source);
  },
});

/** The feed with its defaults. */
export const cve5Feed: Feed = createCve5Feed();

interface Reading {
  readonly context: FeedContext;
  readonly location: string;
  readonly sink: FeedSink;
  readonly tally: Tally;
  skippedCount: number;
}

interface Source {
  readonly paths: readonly string[];
  /** True: what an earlier file says of a CVE counts alone. */
  readonly isLayered: boolean;
  /** True: files of our own cache. */
  readonly isCopy: boolean;
  readonly dataAt: string | null;
  readonly stale: string | null;
}

/** A copy of ours that is damaged is forgotten, so that the next reading fetches it. */
async function* ownReads(source: Source, path: string, signal: AbortSignal): AsyncGenerator<Read> {
  try {
    yield* readsOf(path, signal);
  } catch (error) {
    if (source.isCopy && !signal.aborted) for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
    throw error;
  }
}

async function locate(context: FeedContext, location: string, limits: DownloadLimits): Promise<Source | null> {
  const plain = { isLayered: false, isCopy: isUrl(location), dataAt: null, stale: null };
  if (!isUrl(location)) {
    const paths = await filesIn(context.isShared ? join(location, "cve5") : location);
    return paths.length === 0 ? null : { ...plain, paths };
  }
  if (new URL(location).pathname.endsWith("/releases/latest")) {
    if (context.isShared) return null;
    const release = await fetchRelease(context, location, limits);
    return { paths: release.paths, isLayered: true, isCopy: true, dataAt: release.publishedAt, stale: release.stale };
  }
  if (/\.(json|csv|zip)$/i.test(location)) return null;
  const isFile = /\.jsonl(\.gz)?$/i.test(location);
  const request = {
    url: isFile ? location : urlUnder(location, ...(context.isShared ? ["cve5"] : []), LINES_NAME),
    path: join(context.cacheDir, LINES_NAME),
    maxBytes: MAX_LINES_BYTES,
    label: "Downloading the CVE list",
    optional: !isFile,
    allowStale: isFile,
  };
  const found = await download(context, request, limits);
  return found === null ? null : { ...plain, paths: [found.path], stale: found.stale };
}

function tell(reading: Reading, read: Read): void {
  const { tally, sink, context } = reading;
  if ("bad" in read) return tally.bad(read.id, read.bad);
  const { cve, record, modifiedAt, skippedCount } = read.entry;
  try {
    const parsed = record === null ? null : parseOsvRecord(record);
    sink.cve(cve);
    if (parsed !== null) {
      sink.record(parsed, JSON.stringify(record));
      for (const { ecosystem } of parsed.affected) tally.covers.add(ecosystem);
    }
    tally.dated(modifiedAt);
    tally.recordCount++;
    reading.skippedCount += skippedCount;
  } catch (error) {
    tally.bad(cve.id, messageOf(error));
  }
  if (tally.recordCount % ENTRIES_PER_PROGRESS === 0) {
    context.signal.throwIfAborted();
    const { recordCount } = tally;
    context.onProgress({ label: "Reading the CVE list", doneBytes: 0, totalBytes: null, recordCount });
  }
}

function reportOf(reading: Reading, { dataAt, stale }: Source): SourceReport {
  const { tally, location, context, skippedCount } = reading;
  const shown = isUrl(location) ? publicUrl(location) : location;
  if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no CVE record that can be used.`);
  return tally.report({
    feed: "cve5",
    location: shown,
    readAt: context.clock(),
    ...(dataAt !== null && { dataAt }),
    notCovered: [
      ...NOT_COVERED,
      ...(skippedCount > 0 ? [`${skippedCount} entries whose versions cannot be compared.`] : []),
      ...(stale === null ? [] : [`It could not be reached (${stale}); the last copy is used.`]),
    ],
  });
}
