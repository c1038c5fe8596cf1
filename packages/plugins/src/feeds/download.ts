import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, messageOf } from "@zerotrace/core";
import type { FeedContext } from "./feed.ts";

/** What a download may cost. All times in milliseconds. */
export interface DownloadLimits {
  /** Until the headers of the answer are there. */
  readonly answerTimeoutMs: number;
  /** Every window of this length must bring at least `minBytesPerWindow`: one rule for stalls and for slow drips. */
  readonly windowMs: number;
  readonly minBytesPerWindow: number;
  readonly attempts: number;
  readonly retryDelayMs: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  answerTimeoutMs: 15_000,
  windowMs: 30_000,
  minBytesPerWindow: 32 * 1024,
  attempts: 3,
  retryDelayMs: 500,
};

export interface DownloadRequest {
  readonly url: string;
  /** Where the bytes end up; `.part` and `.tag` stand beside it. */
  readonly path: string;
  readonly maxBytes: number;
  readonly label: string;
  /** True: an answer that says "not here" (403, 404, 410) gives null instead of an error. */
  readonly optional?: boolean;
  /** True: when the source cannot be reached, an earlier copy is used and `stale` says why. */
  readonly allowStale?: boolean;
  /** Told the bytes as they arrive. Default: the context's `onProgress` for this file alone. */
  readonly onBytes?: (doneBytes: number, totalBytes: number | null) => void;
}

export interface Downloaded {
  readonly path: string;
  readonly sizeBytes: number;
  /** Why an older copy was used; null when it is what the source has now. */
  readonly stale: string | null;
}

interface Tag {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

class Retryable extends Error {}

/** True for `http://` and `https://` addresses; anything else is a folder. */
export const isUrl = (location: string): boolean => /^https?:\/\//i.test(location);

/** An address without its user name, password and query: fit for messages and reports. */
export function publicUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  } catch {
    return "(an address that does not parse)";
  }
}

/** `base` with path segments added, each escaped. A query of the base (a token) is kept. */
export function urlUnder(base: string, ...segments: string[]): string {
  const url = new URL(base);
  url.pathname = [url.pathname.replace(/\/+$/, ""), ...segments.map(encodeURIComponent)].join("/");
  return url.href;
}

/**
 * Fetches into a file: asks with the ETag of the copy at hand, writes `.part`, renames when whole. Null when `optional`
 * and absent. Throws AppError FEEDS_UNAVAILABLE (no answer, 5xx, cut short, too slow) or BAD_FEED (over `maxBytes`).
 */
export async function download(
  context: FeedContext,
  request: DownloadRequest,
  limits: DownloadLimits = DOWNLOAD_LIMITS,
): Promise<Downloaded | null> {
  await mkdir(dirname(request.path), { recursive: true });
  const have = await sizeOf(request.path);
  const tag = have === null ? null : await readTag(request);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptDownload(context, request, limits, tag);
    } catch (error) {
      await rm(`${request.path}.part`, { force: true });
      context.signal.throwIfAborted();
      if (!(error instanceof Retryable)) throw error;
      if (attempt >= limits.attempts) {
        if (request.allowStale && have !== null && tag !== null) {
          return { path: request.path, sizeBytes: have, stale: error.message };
        }
        throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(request.url)}: ${error.message}.`, { cause: error });
      }
      await sleep(limits.retryDelayMs * 2 ** (attempt - 1), undefined, { signal: context.signal });
    }
  }
}

async function attemptDownload(
  context: FeedContext,
  request: DownloadRequest,
  limits: DownloadLimits,
  tag: Tag | null,
): Promise<Downloaded | null> {
  const abort = new AbortController();
  const answerTimer = setTimeout(() => abort.abort(new Error("no answer in time")), limits.answerTimeoutMs);
  let windowBytes = 0;
  let windowTimer: NodeJS.Timeout | undefined;
  try {
    const response = await context.fetch(bareUrl(request.url), {
      headers: requestHeaders(request.url, tag),
      signal: AbortSignal.any([context.signal, abort.signal]),
    });
    clearTimeout(answerTimer);
    if (response.status === 304 && tag !== null) {
      await response.body?.cancel();
      return { path: request.path, sizeBytes: (await sizeOf(request.path)) ?? 0, stale: null };
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (request.optional && [403, 404, 410].includes(response.status)) return null;
      const refusal = `it answered ${response.status}`;
      if (response.status >= 500 || response.status === 429) throw new Retryable(refusal);
      throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(request.url)}: ${refusal}.`);
    }
    windowTimer = setInterval(() => {
      if (windowBytes < limits.minBytesPerWindow) abort.abort(new Error("the transfer stalled or is too slow"));
      windowBytes = 0;
    }, limits.windowMs);
    const sizeBytes = await writeBody(context, request, response, (count) => (windowBytes += count));
    await rename(`${request.path}.part`, request.path);
    await writeTag(request, response);
    return { path: request.path, sizeBytes, stale: null };
  } catch (error) {
    if (error instanceof AppError || error instanceof Retryable) throw error;
    throw new Retryable(reasonOf(abort.signal.aborted ? abort.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(answerTimer);
    clearInterval(windowTimer);
  }
}

async function writeBody(
  context: FeedContext,
  request: DownloadRequest,
  response: Response,
  onChunk: (count: number) => void,
): Promise<number> {
  // With a content encoding the length speaks of other bytes than the ones that arrive here.
  const encoded = response.headers.get("content-encoding") !== null;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const totalBytes = encoded || Number.isNaN(length) ? null : length;
  const tooLarge = () =>
    new AppError("BAD_FEED", `${publicUrl(request.url)} is larger than the bound of ${request.maxBytes} bytes.`);
  if (totalBytes !== null && totalBytes > request.maxBytes) throw tooLarge();
  const file = await open(`${request.path}.part`, "w");
  let doneBytes = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      doneBytes += chunk.length;
      onChunk(chunk.length);
      if (doneBytes > request.maxBytes) throw tooLarge();
      await file.appendFile(chunk);
      if (request.onBytes) request.onBytes(doneBytes, totalBytes);
      else context.onProgress({ label: request.label, doneBytes, totalBytes, recordCount: 0 });
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (totalBytes !== null && doneBytes !== totalBytes) {
    throw new Retryable(`it was cut short at ${doneBytes} of ${totalBytes} bytes`);
  }
  return doneBytes;
}

function requestHeaders(url: string, tag: Tag | null): Record<string, string> {
  // `identity`: the length then speaks of the very bytes that arrive.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (tag?.etag) headers["if-none-match"] = tag.etag;
  else if (tag?.lastModified) headers["if-modified-since"] = tag.lastModified;
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  return headers;
}

/** fetch refuses addresses with credentials inside; they travel as a header instead. */
function bareUrl(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  const message = messageOf(cause);
  return typeof code === "string" && !message.includes(code) ? `${code} ${message}`.trim() : message;
};

async function readTag(request: DownloadRequest): Promise<Tag | null> {
  try {
    const tag = JSON.parse(await readFile(`${request.path}.tag`, "utf8")) as Tag;
    return tag.url === publicUrl(request.url) ? tag : null;
  } catch {
    return null;
  }
}

async function writeTag(request: DownloadRequest, response: Response): Promise<void> {
  const tag: Tag = {
    url: publicUrl(request.url),
    etag: response.headers.get("etag"),
    lastModified: response.headers.get("last-modified"),
  };
  await writeFile(`${request.path}.tag`, JSON.stringify(tag));
}

const sizeOf = async (path: string): Promise<number | null> => {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
};
