import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { download, publicUrl } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { osvOfAdvisory } from "./advisory.ts";
import { addLayer, compact, idOf, readState, writeState } from "./copy.ts";
import type { CopyState, Read } from "./copy.ts";

const PAGE_SIZE = 100;
const PAGES_MAX = 20_000;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** How long to wait when GitHub does not say it, seconds. */
const BLOCKED_WAIT_S = 60;
const CHANGES_NAME = "changes.json";

interface Api {
  readonly context: FeedContext;
  readonly limits: DownloadLimits;
  readonly base: string;
  readonly folder: string;
  /** What the last answer said. */
  readonly last: { next: string | null; isUnchanged: boolean };
}

interface Page {
  readonly reads: readonly { readonly read: Read; readonly updatedAt: string | null }[];
  readonly next: string | null;
  readonly isUnchanged: boolean;
}

/** Folder of the copy. */
export const copyFolder = (context: FeedContext): string => join(context.cacheDir, "api");

/**
 * Brings the copy of all reviewed advisories up to date, oldest change first: an interrupted reading goes on where it
 * ended. Returns the state and, when it could not be brought up to date, why. Throws AppError FEEDS_UNAVAILABLE while the
 * first whole reading is not done, and BAD_FEED.
 */
export async function updateCopy(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ state: CopyState; stale: string | null }> {
  const url = new URL(location);
  const token = decodeURIComponent(url.password === "" ? url.username : url.password);
  url.username = "";
  url.password = "";
  const last = { next: null, isUnchanged: false };
  const folder = copyFolder(context);
  const api: Api = {
    context: { ...context, fetch: githubFetch(context, token, last) },
    limits,
    base: url.href,
    folder,
    last,
  };
  const kept = await readState(folder, publicUrl(url.href));
  try {
    const state = await readChanges(api, kept);
    return { state: await compact(folder, state, context.signal), stale: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!kept.isComplete || !(error instanceof AppError) || error.code !== "FEEDS_UNAVAILABLE") throw error;
    return { state: await readState(folder, publicUrl(url.href)), stale: error.message };
  }
}

/** GitHub's headers, its 403 for too many requests read as what it is, and the link to the next page kept. */
function githubFetch(context: FeedContext, token: string, last: Api["last"]): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("accept", "application/vnd.github+json");
    headers.set("x-github-api-version", "2022-11-28");
    headers.set("user-agent", "zerotrace");
    if (token !== "") headers.set("authorization", `Bearer ${token}`);
    const response = await context.fetch(input, { ...init, headers });
    last.isUnchanged = response.status === 304;
    last.next = nextLink(
      response.headers.get("link"),
      typeof input === "string" ? input : "url" in input ? input.url : input.href,
    );
    const isOver = response.headers.get("x-ratelimit-remaining") === "0";
    const wait = response.headers.get("retry-after");
    if (![403, 429].includes(response.status) || (!isOver && wait === null && response.status === 403)) return response;
    await response.body?.cancel();
    const resetMs = Number(response.headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000 - context.clock().getTime();
    const seconds = isOver && resetMs > 0 ? Math.ceil(resetMs / 1000) : BLOCKED_WAIT_S;
    return new Response(null, { status: 429, headers: { "retry-after": wait ?? String(seconds) } });
  };
}

/** The address of `rel="next"`, when it is of the same host. */
export function nextLink(link: string | null, from: string): string | null {
  for (const part of (link ?? "").slice(0, 8192).split(/,\s*(?=<)/)) {
    const url = /^<([^>]+)>\s*;(?:[^;]*;)*?\s*rel="?next"?/.exec(part)?.[1];
    if (url !== undefined && URL.canParse(url, from)) {
      const found = new URL(url, from);
      return found.origin === new URL(from).origin ? found.href : null;
    }
  }
  return null;
}

async function readChanges(api: Api, from: CopyState): Promise<CopyState> {
  let state = from;
  let pages = 0;
  for (;;) {
    const asked = state.until;
    let url: string | null = questionOf(api.base, asked);
    for (let isFirst = true; url !== null; isFirst = false) {
      if (++pages > PAGES_MAX)
        throw new AppError("BAD_FEED", `${publicUrl(api.base)} has more than ${PAGES_MAX} pages.`);
      const page = await readPage(api, url, isFirst && asked !== null, state);
      state = await keep(api, state, page);
      url = page.next;
    }
    if (asked === null && state.until === null) {
      throw new AppError("BAD_FEED", `${publicUrl(api.base)} has no advisory that can be used.`);
    }
    if (asked === state.until) break;
  }
  if (!state.isComplete) {
    state = { ...state, isComplete: true };
    await writeState(api.folder, state);
  }
  return state;
}

/** The question for all advisories, or for those changed at or after an instant. */
function questionOf(base: string, since: string | null): string {
  const url = new URL(base);
  const more = { type: "reviewed", per_page: String(PAGE_SIZE), sort: "updated", direction: "asc" };
  for (const [name, value] of Object.entries(more)) if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  if (since !== null) url.searchParams.set("updated", `>=${since}`);
  return url.href;
}

/** `isKept`: the answer stays, so that it can be asked whether it is still the same. */
async function readPage(api: Api, url: string, isKept: boolean, state: CopyState): Promise<Page> {
  const path = join(api.folder, isKept ? CHANGES_NAME : "page.json");
  const label = "Downloading GitHub advisories";
  const request = {
    url,
    path,
    maxBytes: MAX_PAGE_BYTES,
    label,
    onBytes: (doneBytes: number) => {
      const recordCount = state.layers.length * PAGE_SIZE;
      api.context.onProgress({ label, doneBytes, totalBytes: null, recordCount });
    },
  };
  let hasNews = true;
  try {
    const got = await download(api.context, request, api.limits);
    if (got === null) throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(url)} has no page.`);
    const reads = await readFileOf(path, publicUrl(url)).then((all) => all.filter((one) => isNew(one, state)));
    hasNews = reads.length > 0;
    const { isUnchanged, next } = api.last;
    return { reads, next: isUnchanged ? null : next, isUnchanged };
  } finally {
    // What brought something new is another question the next time.
    if (hasNews) for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
  }
}

const isNew = ({ read, updatedAt }: Page["reads"][number], { until, atUntil }: CopyState): boolean =>
  until === null || updatedAt === null || updatedAt > until || (updatedAt === until && !atUntil.includes(idOf(read)));

/** The advisories of a page, as the API answers. Throws AppError BAD_FEED when it is none. */
export async function readFileOf(path: string, shown: string): Promise<Page["reads"][number][]> {
  try {
    return pageOf(parseJson(await readFile(path)));
  } catch (error) {
    throw new AppError("BAD_FEED", `${shown} is no list of advisories: ${messageOf(error)}.`, { cause: error });
  }
}

/** The same of a value. Throws Error when it is no list. */
export function pageOf(value: unknown): Page["reads"][number][] {
  if (!Array.isArray(value)) throw new Error("it is no list");
  return value.map((advisory: unknown) => {
    const { ghsa_id: id, updated_at: at } = (advisory ?? {}) as { ghsa_id?: unknown; updated_at?: unknown };
    const updatedAt = typeof at === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z$/.test(at) ? at : null;
    try {
      return { read: { osv: osvOfAdvisory(advisory) }, updatedAt };
    } catch (error) {
      return { read: { bad: messageOf(error), id: String(id).slice(0, 40) }, updatedAt };
    }
  });
}

/** Takes a page into the copy. A time that has not come yet does not count: nothing would be asked for until then. */
async function keep(api: Api, from: CopyState, page: Page): Promise<CopyState> {
  if (page.reads.length === 0) return from;
  const now = api.context.clock().toISOString();
  let { until, atUntil } = from;
  for (const { read, updatedAt } of page.reads) {
    if (updatedAt === null || updatedAt > now || (until !== null && updatedAt < until)) continue;
    atUntil = updatedAt === until ? [...atUntil, idOf(read)] : [idOf(read)];
    until = updatedAt;
  }
  const layered = await addLayer(
    api.folder,
    from,
    page.reads.map(({ read }) => read),
  );
  const state = { ...layered, until, atUntil };
  await writeState(api.folder, state);
  return state;
}
