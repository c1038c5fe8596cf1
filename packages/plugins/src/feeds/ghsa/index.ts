import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { plainBytes } from "../plain.ts";
import { Tally } from "../report.ts";
import { copyFolder, pageOf, updateCopy } from "./api.ts";
import { readLayers } from "./copy.ts";
import type { Read } from "./copy.ts";

/** GitHub's REST API of reviewed advisories (https://docs.github.com/rest/security-advisories/global-advisories). */
export const GHSA_URL = "https://api.github.com/advisories";

const FILE_NAME = "advisories.json.gz";
const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 512 * 1024 * 1024;
const NOT_COVERED: readonly string[] = [
  "Advisories that GitHub has not reviewed, and its malware advisories.",
  "Packages of ecosystems that GitHub calls `other`.",
];

/**
 * Reads GitHub's API at its own address (any whose path ends in `/advisories`; a token as user information), or
 * `ghsa/*.json(.gz)` under a folder and `ghsa/advisories.json.gz` under an address, each a list as the API answers.
 */
export const createGhsaFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "ghsa",
    title: "GitHub advisories",
    summary: "Advisories that GitHub reviewed, for language ecosystems.",
    source: GHSA_URL,
    version: "1",
  },
  publicLocation: GHSA_URL,
  async read(context, location, sink) {
    const reading = { context, location, sink, tally: new Tally(context.clock()) };
    if (isUrl(location) && new URL(location).pathname.endsWith("/advisories")) {
      return context.isShared ? null : readApi(reading, limits);
    }
    const found = isUrl(location) ? await fileAt(context, location, limits) : await filesIn(context, location);
    if (found.paths.length === 0) return null;
    for (const path of found.paths) for (const read of await readsOf(reading, path)) tell(reading, read);
    return reportOf(reading, found.stale === null ? [] : [`The last copy is used: ${found.stale}.`]);
  },
});

/** The feed with its defaults. */
export const ghsaFeed: Feed = createGhsaFeed();

interface Reading {
  readonly context: FeedContext;
  readonly location: string;
  readonly sink: FeedSink;
  readonly tally: Tally;
}

async function readApi(reading: Reading, limits: DownloadLimits): Promise<SourceReport> {
  const { context, location } = reading;
  const { state, stale } = await updateCopy(context, location, limits);
  try {
    for await (const read of readLayers(copyFolder(context), state, context.signal)) tell(reading, read);
  } catch (error) {
    context.signal.throwIfAborted();
    await rm(copyFolder(context), { recursive: true, force: true });
    const detail = `The copy of ${publicUrl(location)} is damaged and was removed: ${messageOf(error)}.`;
    throw new AppError("BAD_FEED", detail, { cause: error });
  }
  return reportOf(reading, stale === null ? [] : [`Changes since ${state.until}: ${stale} The last copy is used.`]);
}

interface Found {
  readonly paths: readonly string[];
  readonly stale: string | null;
}

async function filesIn(context: FeedContext, location: string): Promise<Found> {
  if (/\.json(\.gz)?$/.test(location)) return { paths: context.isShared ? [] : [location], stale: null };
  const folder = context.isShared ? join(location, "ghsa") : location;
  const names = await readdir(folder).catch(() => []);
  const lists = names.filter((name) => /\.json(\.gz)?$/.test(name)).sort();
  return { paths: lists.slice(0, MAX_FILES).map((name) => join(folder, name)), stale: null };
}

async function fileAt(context: FeedContext, location: string, limits: DownloadLimits): Promise<Found> {
  const isFile = /\.(json|csv|gz|zip)$/i.test(location);
  if (isFile && context.isShared) return { paths: [], stale: null };
  const request = {
    url: isFile ? location : urlUnder(location, ...(context.isShared ? ["ghsa"] : []), FILE_NAME),
    path: join(context.cacheDir, FILE_NAME),
    maxBytes: MAX_FILE_BYTES,
    label: "Downloading GitHub advisories",
    optional: !isFile,
    allowStale: isFile,
  };
  const found = await download(context, request, limits);
  return { paths: found === null ? [] : [found.path], stale: found?.stale ?? null };
}

async function readsOf({ context }: Reading, path: string): Promise<Read[]> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    const bytes = await plainBytes(path, { maxBytes: MAX_FILE_BYTES, signal: context.signal });
    return pageOf(parseJson(bytes)).map(({ read }) => read);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new AppError("BAD_FEED", `${path} is no list of advisories: ${messageOf(error)}.`, { cause: error });
  }
}

function tell({ tally, sink, context }: Reading, read: Read): void {
  if ("bad" in read) return tally.bad(read.id, read.bad);
  try {
    const record = parseOsvRecord(read.osv);
    sink.record(record, JSON.stringify(read.osv));
    for (const { ecosystem } of record.affected) tally.covers.add(ecosystem);
    tally.dated(record.modifiedAt);
    tally.recordCount++;
  } catch (error) {
    tally.bad(read.osv.id, messageOf(error));
  }
  if (tally.recordCount % 2000 === 0) {
    const { recordCount } = tally;
    context.onProgress({ label: "Reading GitHub advisories", doneBytes: 0, totalBytes: null, recordCount });
  }
}

function reportOf({ tally, location, context }: Reading, more: readonly string[]): SourceReport {
  const shown = isUrl(location) ? publicUrl(location) : location;
  if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no advisory that can be used.`);
  return tally.report({
    feed: "ghsa",
    location: shown,
    readAt: context.clock(),
    notCovered: [...NOT_COVERED, ...more],
  });
}
