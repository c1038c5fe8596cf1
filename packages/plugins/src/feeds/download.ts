import { hash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, requestFault } from "@zerotrace/core";
import {
  contentRange,
  dropPart,
  isResumable,
  readPart,
  readTag,
  retryAfterMs,
  sha256Of,
  sizeOf,
  writeTag,
} from "./download-parts.ts";
import type { Part, Tag } from "./download-parts.ts";
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
  /** Longest wait that a server's `Retry-After` can ask for; default one minute. */
  readonly retryAfterMaxMs?: number;
}

const RETRY_AFTER_MAX_MS = 60_000;

export const DOWNLOAD_LIMITS: DownloadLimits = {
  answerTimeoutMs: 15_000,
  windowMs: 30_000,
  minBytesPerWindow: 32 * 1024,
  attempts: 3,
  retryDelayMs: 500,
};

export interface DownloadRequest {
  readonly url: string;
  /** Where the bytes end up; `.part`, `.part.tag` and `.tag` stand beside it. */
  readonly path: string;
  readonly maxBytes: number;
  readonly label: string;
  /** True: an answer that says "not here" (403, 404, 410) gives null instead of an error. */
  readonly optional?: boolean;
  /** True: when the source cannot be reached, an earlier copy is used and `stale` says why. */
  readonly allowStale?: boolean;
  /** SHA-256 of the whole file, hexadecimal, as the source publishes it. A copy that has it is not asked for again. */
  readonly sha256?: string;
  /** Told the bytes as they arrive. Default: the context's `onProgress` for this file alone. */
  readonly onBytes?: (doneBytes: number, totalBytes: number | null) => void;
}

export interface Downloaded {
  readonly path: string;
  readonly sizeBytes: number;
  /** Why an older copy was used; null when it is what the source has now. */
  readonly stale: string | null;
}

class Retryable extends Error {
  /** What the server asked to wait, in milliseconds; null when it did not. */
  waitMs: number | null = null;
}

class WrongSum extends Retryable {}

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
 * Fetches into a file: asks with the ETag of the copy at hand, writes `.part`, renames when whole. A part that was cut off
 * is continued (`Range` with `If-Range`), now or in a later run. Null when `optional` and absent. Throws AppError
 * FEEDS_UNAVAILABLE (no answer, 5xx, 429, cut short, too slow) or BAD_FEED (over `maxBytes`, another checksum).
 */
export async function download(
  context: FeedContext,
  request: DownloadRequest,
  limits: DownloadLimits = DOWNLOAD_LIMITS,
): Promise<Downloaded | null> {
  await mkdir(dirname(request.path), { recursive: true });
  const have = await sizeOf(request.path);
  let tag = have === null ? null : await readTag(`${request.path}.tag`, addressOf(request.url));
  if (have !== null && request.sha256 !== undefined) {
    if ((await sha256Of(request.path)) === request.sha256.toLowerCase()) {
      return { path: request.path, sizeBytes: have, stale: null };
    }
    tag = null;
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptDownload(context, request, limits, tag);
    } catch (error) {
      const isOver = !(error instanceof Retryable) && !context.signal.aborted;
      if (isOver || (await readPart(request.path, addressOf(request.url))) === null) await dropPart(request.path);
      context.signal.throwIfAborted();
      if (!(error instanceof Retryable)) throw error;
      if (attempt >= limits.attempts) {
        if (request.allowStale && have !== null && tag !== null) {
          return { path: request.path, sizeBytes: have, stale: error.message };
        }
        const code = error instanceof WrongSum ? "BAD_FEED" : "FEEDS_UNAVAILABLE";
        throw new AppError(code, `${publicUrl(request.url)}: ${error.message}.`, { cause: error });
      }
      const asked = Math.min(error.waitMs ?? 0, limits.retryAfterMaxMs ?? RETRY_AFTER_MAX_MS);
      const waitMs = Math.max(asked, limits.retryDelayMs * 2 ** (attempt - 1));
      await sleep(waitMs, undefined, { signal: context.signal });
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
    const part = await readPart(request.path, addressOf(request.url));
    const response = await context.fetch(bareUrl(request.url), {
      headers: requestHeaders(request.url, tag, part),
      signal: AbortSignal.any([context.signal, abort.signal]),
    });
    clearTimeout(answerTimer);
    if (response.status === 304 && tag !== null) {
      await response.body?.cancel();
      return { path: request.path, sizeBytes: (await sizeOf(request.path)) ?? 0, stale: null };
    }
    if (!response.ok || response.body === null) return await refused(context, request, response);
    windowTimer = setInterval(() => {
      if (windowBytes < limits.minBytesPerWindow) abort.abort(new Error("the transfer stalled or is too slow"));
      windowBytes = 0;
    }, limits.windowMs);
    const sizeBytes = await writeBody(context, request, response, part, (count) => (windowBytes += count));
    await checkSum(request);
    await rename(`${request.path}.part`, request.path);
    await rm(`${request.path}.part.tag`, { force: true });
    await writeTag(`${request.path}.tag`, addressOf(request.url), response.headers);
    return { path: request.path, sizeBytes, stale: null };
  } catch (error) {
    if (error instanceof AppError || error instanceof Retryable) throw error;
    throw new Retryable(requestFault(abort.signal.aborted ? abort.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(answerTimer);
    clearInterval(windowTimer);
  }
}

async function refused(context: FeedContext, request: DownloadRequest, response: Response): Promise<null> {
  await response.body?.cancel();
  if (request.optional && [403, 404, 410].includes(response.status)) return null;
  const refusal = `it answered ${response.status}`;
  // 416: the part at hand is no beginning of what is there now.
  if (response.status === 416) await dropPart(request.path);
  if (response.status >= 500 || [408, 416, 429].includes(response.status)) {
    const retryable = new Retryable(refusal);
    retryable.waitMs = retryAfterMs(response.headers.get("retry-after"), context.clock());
    throw retryable;
  }
  throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(request.url)}: ${refusal}.`);
}

async function checkSum(request: DownloadRequest): Promise<void> {
  if (request.sha256 === undefined) return;
  const sum = await sha256Of(`${request.path}.part`);
  if (sum === request.sha256.toLowerCase()) return;
  await dropPart(request.path);
  throw new WrongSum(`its SHA-256 is ${sum}, published is ${request.sha256.slice(0, 64)}`);
}

/** Where the body's first byte belongs; throws when the server continues something else than the part at hand. */
async function startOf(request: DownloadRequest, response: Response, part: Part | null): Promise<number> {
  if (response.status !== 206) return 0;
  const range = contentRange(response.headers.get("content-range"));
  if (part !== null && range?.from === part.sizeBytes) return part.sizeBytes;
  await dropPart(request.path);
  await response.body?.cancel();
  throw new Retryable("it continued at another place than asked");
}

async function writeBody(
  context: FeedContext,
  request: DownloadRequest,
  response: Response,
  part: Part | null,
  onChunk: (count: number) => void,
): Promise<number> {
  const startBytes = await startOf(request, response, part);
  // With a content encoding the length speaks of other bytes than the ones that arrive here.
  const encoded = response.headers.get("content-encoding") !== null;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const totalBytes = encoded || Number.isNaN(length) ? null : startBytes + length;
  const tooLarge = () =>
    new AppError("BAD_FEED", `${publicUrl(request.url)} is larger than the bound of ${request.maxBytes} bytes.`);
  if (totalBytes !== null && totalBytes > request.maxBytes) throw tooLarge();
  if (startBytes === 0) {
    await dropPart(request.path);
    if (isResumable(response.headers)) {
      await writeTag(`${request.path}.part.tag`, addressOf(request.url), response.headers);
    }
  }
  const file = await open(`${request.path}.part`, startBytes === 0 ? "w" : "a");
  let doneBytes = startBytes;
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

function requestHeaders(url: string, tag: Tag | null, part: Part | null): Record<string, string> {
  // `identity`: the length then speaks of the very bytes that arrive.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (tag?.etag) headers["if-none-match"] = tag.etag;
  else if (tag?.lastModified) headers["if-modified-since"] = tag.lastModified;
  if (part !== null) {
    headers["range"] = `bytes=${part.sizeBytes}-`;
    headers["if-range"] = part.validator;
  }
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  return headers;
}

/** What a tag keeps of an address: the query counts, but a token in it is not written down. */
function addressOf(url: string): string {
  const { search } = new URL(url);
  return publicUrl(url) + (search === "" ? "" : `?${hash("sha256", search).slice(0, 16)}`);
}

/** fetch refuses addresses with credentials inside; they travel as a header instead. */
function bareUrl(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
