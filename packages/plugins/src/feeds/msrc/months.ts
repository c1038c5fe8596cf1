import { readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { DocumentLog } from "../document-lines.ts";
import type { DocumentLine, Kept } from "../document-lines.ts";
import { download, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { plainBytes } from "../plain.ts";
import { monthlyRecords } from "./document.ts";

/** Raised when what is made of a document changes: what an older program kept is then made anew. */
const KEPT_VERSION = 1;
const MAX_LIST_BYTES = 4 * 1024 * 1024;
/** The largest real ones have about 60 MB. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
const MAX_MONTHS = 2000;

/** All months at hand. */
export interface Months {
  /** Read twice: what a newer month says of a CVE counts. */
  readonly documents: () => AsyncIterable<DocumentLine>;
  readonly stale: string | null;
}

/** A month's line keeps the number of products without a build beside the records. */
const keptOf = (bytes: Uint8Array): Kept => {
  try {
    const { records, unknownCount } = monthlyRecords(parseJson(bytes));
    return { records: [...records, { unknownCount }] };
  } catch (error) {
    return { bad: messageOf(error) };
  }
};

/** Microsoft's API answers in XML unless it is asked for JSON. */
const askingForJson = (context: FeedContext): FeedContext => ({
  ...context,
  fetch: (input, init) =>
    context.fetch(input, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), accept: "application/json" },
    }),
});

interface Listed {
  readonly id: string;
  readonly releasedAt: string;
  readonly changedAt: string;
}

/** Brings every month up to date that the list of updates says has changed. Null when there is no list and it is optional. */
export async function fetchMonths(
  plain: FeedContext,
  base: string,
  isRequired: boolean,
  limits: DownloadLimits,
): Promise<Months | null> {
  const context = askingForJson(plain);
  const listPath = join(context.cacheDir, "updates.json");
  const url = urlUnder(base, "updates");
  const label = "Asking for Microsoft's updates";
  const list = await download(
    context,
    { url, path: listPath, maxBytes: MAX_LIST_BYTES, label, optional: !isRequired, allowStale: true },
    limits,
  );
  if (list === null) return null;
  const listed = await readList(listPath, url);
  const log = await DocumentLog.open(join(context.cacheDir, `months-${KEPT_VERSION}.jsonl`), context.signal);
  const ids = new Set(listed.map(({ id }) => id));
  await log.keepOnly((key) => ids.has(key), context.signal);
  for (const [done, month] of listed.entries()) {
    const at = `${month.releasedAt} ${month.changedAt}`;
    // Nothing vouches for what was no document: it is asked for again, a day later.
    const badAt = `${at} bad ${context.clock().toISOString().slice(0, 10)}`;
    const have = log.at(month.id);
    if (have === at || have === badAt) continue;
    context.onProgress({
      label: `Downloading ${month.id}`,
      doneBytes: done,
      totalBytes: listed.length,
      recordCount: 0,
    });
    const kept = await fetchMonth(context, base, month.id, limits);
    if (kept !== null) await log.put({ key: month.id, at: "bad" in kept ? badAt : at, kept });
  }
  return { documents: () => log.documents(context.signal), stale: list.stale };
}

/** Null for a month that is listed and not there yet. */
async function fetchMonth(
  context: FeedContext,
  base: string,
  id: string,
  limits: DownloadLimits,
): Promise<Kept | null> {
  const path = join(context.cacheDir, "month.json");
  for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
  const request = { url: urlUnder(base, "cvrf", id), path, maxBytes: MAX_DOCUMENT_BYTES, label: `Downloading ${id}` };
  const found = await download(context, { ...request, optional: true }, limits);
  const kept = found === null ? null : keptOf(await readFile(path));
  for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
  return kept;
}

async function readList(path: string, url: string): Promise<Listed[]> {
  try {
    const { value } = parseJson(await readFile(path)) as { value?: unknown };
    if (!Array.isArray(value)) throw new Error("it has no list `value`");
    const listed = value.slice(0, MAX_MONTHS).flatMap((one): Listed[] => {
      const { ID: id, InitialReleaseDate: first, CurrentReleaseDate: last } = (one ?? {}) as Record<string, unknown>;
      if (typeof id !== "string" || !/^\d{4}-[A-Za-z0-9-]{1,20}$/.test(id)) return [];
      const time = (text: unknown): string => (typeof text === "string" ? text.slice(0, 40) : "");
      return [{ id, releasedAt: time(first), changedAt: time(last) }];
    });
    if (listed.length === 0) throw new Error("it names no month");
    // The newest first: a first reading that ends early has what people look for.
    return listed.sort((a, b) => (a.releasedAt < b.releasedAt ? 1 : -1));
  } catch (error) {
    for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
    throw new AppError("BAD_FEED", `${publicUrl(url)} is no list of updates: ${messageOf(error)}.`, { cause: error });
  }
}

/** The documents of a folder, `2026-Jan.json(.gz|.zst)`; null when there is none. */
export async function monthsIn(context: FeedContext, folder: string): Promise<Months | null> {
  const names = await readdir(folder).catch(() => []);
  const wanted = names.filter((name) => /^\d{4}-[A-Za-z0-9-]{1,20}(?:\.json)?(?:\.gz|\.zst)?$/.test(name)).sort();
  if (wanted.length === 0) return null;
  const documents = async function* (): AsyncGenerator<DocumentLine> {
    for (const name of wanted.slice(0, MAX_MONTHS)) {
      context.signal.throwIfAborted();
      const path = join(folder, name);
      if ((await stat(path)).isDirectory()) continue;
      const key = name.replace(/\..*$/, "");
      yield { key, at: monthOf(key), kept: await keptOfFile(context, path) };
    }
  };
  return { documents, stale: null };
}

async function keptOfFile(context: FeedContext, path: string): Promise<Kept> {
  try {
    return keptOf(await plainBytes(path, { maxBytes: MAX_DOCUMENT_BYTES, signal: context.signal }));
  } catch (error) {
    context.signal.throwIfAborted();
    return { bad: messageOf(error) };
  }
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `2026-01` of `2026-Jan`, so that months sort. */
const monthOf = (id: string): string => {
  const [year = "", month = ""] = id.split("-");
  return `${year}-${String(MONTHS.indexOf(month.toLowerCase().slice(0, 3)) + 1).padStart(2, "0")}`;
};
