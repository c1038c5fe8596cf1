import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { AdvisoryRecord, SourceReport } from "@zerotrace/core";
import { isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { Tally } from "../report.ts";
import { apiFolder, NVD_LIMITS, NVD_PACE, updateCopy } from "./api.ts";
import type { NvdPace } from "./api.ts";
import { NVD_ORIGIN } from "./entry.ts";
import type { NvdEntry } from "./entry.ts";
import { filesAt, filesIn, newestInOthers, readFileOf } from "./files.ts";
import type { NvdFile, Read } from "./files.ts";
import { readLayers } from "./layers.ts";

/** NVD's CVE API 2.0 (https://nvd.nist.gov/developers/vulnerabilities). */
export const NVD_URL = "https://services.nvd.nist.gov/rest/json/cves/2.0";

const ENTRIES_PER_PROGRESS = 2000;
const NOT_COVERED: readonly string[] = [
  "Products that NVD has not analyzed: most CVEs since February 2024 have no configurations.",
  "Packages of ecosystems and distributions: CPE names match only components that carry a CPE name.",
];

/**
 * Reads `nvd/*.json` and `nvd/*.json.gz` under a folder, NVD's yearly files under an address, or NVD's API at its own address
 * (any with `/rest/json/` in its path).
 */
export const createNvdFeed = (limits: DownloadLimits = NVD_LIMITS, pace: NvdPace = NVD_PACE): Feed => ({
  descriptor: {
    id: "nvd",
    title: "NVD",
    summary: "CVSS, weaknesses and CPE configurations of CVEs, as NIST analyzed them.",
    source: NVD_URL,
    version: "1",
  },
  publicLocation: NVD_URL,
  async read(context, location, sink) {
    const reading = { context, location, sink, tally: new Tally(context.clock()), skippedCount: 0 };
    if (isUrl(location) && new URL(location).pathname.includes("/rest/json/")) {
      return context.isShared ? null : readApi(reading, limits, pace);
    }
    const base = isUrl(location)
      ? context.isShared
        ? urlUnder(location, "nvd")
        : location
      : join(location, context.isShared ? "nvd" : "");
    const files = isUrl(location) ? await filesAt(context, base, limits) : await filesIn(base);
    return files === null ? null : readFiles(reading, files);
  },
});

/** The feed with its defaults. */
export const nvdFeed: Feed = createNvdFeed();

interface Reading {
  readonly context: FeedContext;
  readonly location: string;
  readonly sink: FeedSink;
  readonly tally: Tally;
  skippedCount: number;
}

async function readApi(reading: Reading, limits: DownloadLimits, pace: NvdPace): Promise<SourceReport> {
  const { context, location } = reading;
  const { state, stale } = await updateCopy(context, location, limits, pace);
  try {
    for await (const read of readLayers(apiFolder(context), state, context.signal)) tell(reading, read);
  } catch (error) {
    context.signal.throwIfAborted();
    await rm(apiFolder(context), { recursive: true, force: true });
    throw new AppError(
      "BAD_FEED",
      `The copy of ${publicUrl(location)} is damaged and was removed: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
  const more = stale === null ? [] : [`Changes since ${state.until}: ${stale} The last copy is used.`];
  return reportOf(reading, state.until, more);
}

async function readFiles(reading: Reading, files: readonly NvdFile[]): Promise<SourceReport> {
  const times: string[] = [];
  const newest = await newestInOthers(files, reading.context.signal);
  const told = new Set<string>();
  // A record that a later file has in a newer form is left to that file: then none has to be taken back.
  const isOld = ({ cve: { id }, modifiedAt }: NvdEntry): boolean => {
    if (told.has(id) || (newest.get(id) ?? "") > modifiedAt) return true;
    if (files.length > 1) told.add(id);
    return false;
  };
  for (const file of files) {
    const envelope = await readFileOf(file, file.path, reading.context.signal, (read) => {
      tell(reading, "entry" in read && isOld(read.entry) ? { entry: { ...read.entry, record: null } } : read);
    });
    if (envelope.timestamp !== null && envelope.timestamp <= reading.context.clock().toISOString()) {
      times.push(envelope.timestamp);
    }
  }
  return reportOf(reading, times.sort().at(-1) ?? null, []);
}

function tell(reading: Reading, read: Read): void {
  const { tally, sink } = reading;
  if ("bad" in read) return tally.bad(read.id, read.bad);
  const { cve, record, modifiedAt, skippedCount } = read.entry;
  let parsed: AdvisoryRecord | null = null;
  try {
    if (record !== null) parsed = parseOsvRecord(record);
  } catch (error) {
    return tally.bad(cve.id, messageOf(error));
  }
  sink.cve(cve);
  if (parsed !== null) {
    sink.record(parsed, JSON.stringify(record));
    tally.covers.add("CPE");
    tally.origins.add(NVD_ORIGIN);
  }
  tally.dated(modifiedAt);
  tally.recordCount++;
  reading.skippedCount += skippedCount;
  if (tally.recordCount % ENTRIES_PER_PROGRESS === 0) {
    const { recordCount } = tally;
    reading.context.onProgress({ label: "Reading NVD", doneBytes: 0, totalBytes: null, recordCount });
  }
}

function reportOf(reading: Reading, dataAt: string | null, more: readonly string[]): SourceReport {
  const { tally, location, context, skippedCount } = reading;
  const shown = isUrl(location) ? publicUrl(location) : location;
  if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no CVE that can be used.`);
  const left = `${skippedCount} parts of configurations that are negated or name no product.`;
  return tally.report({
    feed: "nvd",
    location: shown,
    readAt: context.clock(),
    ...(dataAt !== null && { dataAt }),
    notCovered: [...NOT_COVERED, ...(skippedCount > 0 ? [left] : []), ...more],
  });
}
