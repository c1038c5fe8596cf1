import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, publicUrl } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { readFileOf } from "./files.ts";
import type { Envelope, Read } from "./files.ts";
import { addLayer, compact, readState, writeState } from "./layers.ts";
import type { ApiState } from "./layers.ts";

/** NVD's own bounds (https://nvd.nist.gov/developers/start-here). */
const PAGE_SIZE = 2000;
const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const MAX_RESULTS = 5_000_000;
const HOUR_MS = 3_600_000;
/** The longest span that one question about changes may have is 120 days. */
const WINDOW_MS = 119 * 24 * HOUR_MS;
/** NVD asks not to look for changes more often. */
const FRESH_MS = 2 * HOUR_MS;
/** Changes become visible a little after the time that they carry. */
const OVERLAP_MS = 2 * HOUR_MS;
const BLOCKED_WAIT_S = 30;
const MESSAGE_MAX_CHARS = 200;

/** Least time between two requests, milliseconds. */
export interface NvdPace {
  /** Without key: 5 requests in 30 seconds. */
  readonly openMs: number;
  /** With key: 50 requests in 30 seconds. */
  readonly keyMs: number;
}

/** A page of 2000 CVEs is made while one waits for it, often for half a minute. */
export const NVD_LIMITS: DownloadLimits = { ...DOWNLOAD_LIMITS, answerTimeoutMs: 90_000, attempts: 5 };

/** NVD's own limits, kept evenly. */
export const NVD_PACE: NvdPace = { openMs: 6000, keyMs: 600 };

interface Api {
  readonly context: FeedContext;
  readonly limits: DownloadLimits;
  readonly url: string;
  readonly folder: string;
  readonly now: Date;
}

/** Folder of the copy of the API's CVEs. */
export const apiFolder = (context: FeedContext): string => join(context.cacheDir, "api");

/**
 * Brings the copy of the API's CVEs up to date: the first time all pages, continued where an earlier run ended, then only what
 * changed. Returns the state and, when it could not be brought up to date, why. Throws AppError FEEDS_UNAVAILABLE while the
 * first whole reading is not done, and BAD_FEED.
 */
export async function updateCopy(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
  pace: NvdPace,
): Promise<{ state: ApiState; stale: string | null }> {
  const { url, key } = splitKey(location);
  const paced = { ...context, fetch: politeFetch(context, url, key, pace) };
  const api: Api = { context: paced, limits, url, folder: apiFolder(context), now: context.clock() };
  let state = await readState(api.folder, publicUrl(url), api.now);
  state = await readAll(api, state);
  try {
    return { state: await readChanges(api, state), stale: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof AppError) || error.code !== "FEEDS_UNAVAILABLE") throw error;
    return { state: await readState(api.folder, publicUrl(url), api.now), stale: error.message };
  }
}

/** A key stands as user information, `https://apikey:KEY@…`; it travels as NVD's own header. */
function splitKey(location: string): { url: string; key: string } {
  const url = new URL(location);
  const key = decodeURIComponent(url.password === "" ? url.username : url.password);
  url.username = "";
  url.password = "";
  return { url: url.href, key };
}

/** Keeps NVD's rate and reads its 403, which means too many requests, as what it is. */
function politeFetch(context: FeedContext, url: string, key: string, pace: NvdPace): typeof globalThis.fetch {
  let nextAt = 0;
  return async (input, init) => {
    const waitMs = nextAt - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: context.signal });
    nextAt = performance.now() + (key === "" ? pace.openMs : pace.keyMs);
    const headers = new Headers(init?.headers);
    if (key !== "") headers.set("apiKey", key);
    const response = await context.fetch(input, { ...init, headers });
    const message = response.headers.get("message");
    if (response.status === 404 && message !== null) {
      // In a header of its own NVD says what is wrong with a question or a key.
      await response.body?.cancel();
      const shown = message.slice(0, MESSAGE_MAX_CHARS).replaceAll(key === "" ? "\0" : key, "…");
      throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(url)}: it answered 404 (${shown}).`);
    }
    if (response.status !== 403) return response;
    await response.body?.cancel();
    const wait = response.headers.get("retry-after") ?? String(BLOCKED_WAIT_S);
    return new Response(null, { status: 429, headers: { "retry-after": wait } });
  };
}

async function readAll(api: Api, from: ApiState): Promise<ApiState> {
  let state = from;
  while (state.full !== null) {
    const { startedAt, nextIndex } = state.full;
    const { reads, envelope } = await readPage(api, {}, nextIndex);
    if (envelope.totalResults === 0) throw new AppError("BAD_FEED", `${publicUrl(api.url)} says that it has no CVE.`);
    const doneCount = nextIndex + envelope.elementCount;
    const isDone = doneCount >= envelope.totalResults;
    state = await addLayer(api.folder, state, reads);
    state = isDone
      ? { ...state, full: null, until: startedAt }
      : { ...state, full: { startedAt, nextIndex: doneCount } };
    await writeState(api.folder, state);
  }
  return state;
}

async function readChanges(api: Api, from: ApiState): Promise<ApiState> {
  let state = from;
  while (state.until !== null && (state.window !== null || isStale(state.until, api.now))) {
    const startMs = Date.parse(state.until) - OVERLAP_MS;
    const window = state.window ?? { endAt: windowEnd(startMs, api.now), nextIndex: 0 };
    const span = { lastModStartDate: new Date(startMs).toISOString(), lastModEndDate: window.endAt };
    const { reads, envelope } = await readPage(api, span, window.nextIndex);
    const nextIndex = window.nextIndex + envelope.elementCount;
    state = await addLayer(api.folder, state, reads);
    state =
      nextIndex >= envelope.totalResults
        ? { ...state, window: null, until: window.endAt }
        : { ...state, window: { ...window, nextIndex } };
    await writeState(api.folder, state);
  }
  return compact(api.folder, state, api.context.signal);
}

const isStale = (until: string, now: Date): boolean => now.getTime() - Date.parse(until) > FRESH_MS;

const windowEnd = (startMs: number, now: Date): string =>
  new Date(Math.min(startMs + WINDOW_MS, now.getTime())).toISOString();

async function readPage(
  api: Api,
  span: Readonly<Record<string, string>>,
  startIndex: number,
): Promise<{ reads: Read[]; envelope: Envelope }> {
  const url = new URL(api.url);
  for (const [name, value] of Object.entries(span)) url.searchParams.set(name, value);
  url.searchParams.set("resultsPerPage", String(PAGE_SIZE));
  url.searchParams.set("startIndex", String(startIndex));
  const path = join(api.folder, `page-${startIndex}.json`);
  const request = {
    url: url.href,
    path,
    maxBytes: MAX_PAGE_BYTES,
    label: "Downloading NVD",
    onBytes: (doneBytes: number) => {
      api.context.onProgress({ label: "Downloading NVD", doneBytes, totalBytes: null, recordCount: startIndex });
    },
  };
  try {
    const got = await download(api.context, request, api.limits);
    if (got === null) throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(api.url)} has no page.`);
    const reads: Read[] = [];
    const file = { path, sha256: null, isCopy: true };
    const envelope = await readFileOf(file, publicUrl(api.url), api.context.signal, (read) => reads.push(read));
    if (envelope.startIndex !== startIndex || envelope.totalResults > MAX_RESULTS) {
      throw new AppError("BAD_FEED", `${publicUrl(api.url)} answered with another page than asked for.`);
    }
    if (envelope.elementCount === 0 && startIndex < envelope.totalResults) {
      throw new AppError("BAD_FEED", `${publicUrl(api.url)} answered with an empty page at ${startIndex}.`);
    }
    return { reads, envelope };
  } finally {
    // A page is good for once: the next question at this place is another one.
    for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
  }
}
