import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { lastModifiedOf } from "./data-date.ts";
import { DocumentLog, documentLines, writeDocuments } from "./document-lines.ts";
import type { DocumentLine } from "./document-lines.ts";
import { download, publicUrl, urlUnder } from "./download.ts";
import type { DownloadLimits } from "./download.ts";
import type { FeedContext } from "./feed.ts";
import { documentOf, documentsIn, keyOf, MAX_DOCUMENT_BYTES } from "./csaf-files.ts";
import type { Convert } from "./csaf-files.ts";

/** Raised when what is made of a document changes: what an older program kept is then made anew. */
const KEPT_VERSION = 1;
const MAX_NAME_BYTES = 4096;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MAX_LISTED = 1_000_000;
const MAX_ARCHIVE_BYTES = 8 * 1024 ** 3;
const PARALLEL = 4;

/** A CSAF provider's directory. */
export interface CsafPlace {
  readonly url: string;
  /** False: where there is neither archive nor list of changes the place is not of this feed. */
  readonly isRequired: boolean;
  /** Documents asked for one by one in one run (count); the rest is left for the next. */
  readonly maxFetched: number;
}

/** What is at hand of a provider. */
export interface CsafFound {
  readonly documents: AsyncIterable<DocumentLine>;
  /** Listed documents that are still to be asked for. */
  readonly missingCount: number;
  readonly stale: string | null;
  readonly archivedAt: string | null;
}

interface Listed {
  /** Path below the directory, `2026/cve-2026-1234.json`. */
  readonly path: string;
  readonly at: string;
}

/**
 * Brings a provider's documents up to date: the archive where there is one (`archive_latest.txt` names it), then each that
 * `changes.csv` lists as newer and that is not here yet, without those of `deletions.csv`. Null when nothing is there.
 */
export async function fetchCsaf(
  context: FeedContext,
  place: CsafPlace,
  limits: DownloadLimits,
  convert: Convert,
): Promise<CsafFound | null> {
  const archive = await fetchArchive(context, place, limits, convert);
  const isRequired = place.isRequired && archive === null;
  const changes = await fetchList(context, place, "changes.csv", limits, isRequired);
  if (archive === null && changes === null) return null;
  const deletions = await fetchList(context, place, "deletions.csv", limits, false);
  const since = archive?.at ?? "";
  const newest = new Map((changes?.listed ?? []).filter(({ at }) => at > since).map((one) => [keyOf(one.path), one]));
  const deleted = new Map((deletions?.listed ?? []).map(({ path, at }) => [keyOf(path), at]));
  const isGone = (key: string): boolean => {
    const at = deleted.get(key);
    return at !== undefined && at > since && at >= (newest.get(key)?.at ?? "");
  };
  const log = await DocumentLog.open(join(context.cacheDir, `documents-${KEPT_VERSION}.jsonl`), context.signal);
  await log.keepOnly((key) => newest.has(key) && !isGone(key), context.signal);
  const wanted = [...newest].filter(([key, { at }]) => log.at(key) !== at && !isGone(key)).map(([, one]) => one);
  // The newest first: they are what people look for.
  wanted.sort((a, b) => (a.at === b.at ? (a.path < b.path ? -1 : 1) : a.at < b.at ? 1 : -1));
  const now = wanted.slice(0, place.maxFetched);
  await fetchDocuments(context, place, now, limits, convert, log);
  const documents = async function* () {
    for await (const line of documentLines(archive?.basePath ?? "", context.signal)) {
      if (!log.has(line.key) && !isGone(line.key)) yield line;
    }
    yield* log.documents(context.signal);
  };
  return {
    documents: documents(),
    missingCount: wanted.length - now.length,
    stale: archive?.stale ?? changes?.stale ?? null,
    archivedAt: archive?.at ?? null,
  };
}

interface Archive {
  /** Lines of what was made of its documents. */
  readonly basePath: string;
  /** As old as this; ISO. */
  readonly at: string;
  readonly stale: string | null;
}

async function fetchArchive(
  context: FeedContext,
  place: CsafPlace,
  limits: DownloadLimits,
  convert: Convert,
): Promise<Archive | null> {
  const namePath = join(context.cacheDir, "archive_latest.txt");
  const url = urlUnder(place.url, "archive_latest.txt");
  const label = "Asking for the archive";
  const named = await download(
    context,
    { url, path: namePath, maxBytes: MAX_NAME_BYTES, label, optional: true, allowStale: true },
    limits,
  );
  if (named === null) return null;
  const name = (await readFile(namePath, "utf8")).trim();
  // An archive in a form that cannot be unpacked here is as good as none.
  if (/^[\w.-]{1,120}\.tar\.(?:bz2|xz)$/.test(name)) return null;
  if (!/^[\w.-]{1,120}\.tar(?:\.(?:zst|gz))?$/.test(name)) {
    for (const ending of ["", ".tag"]) await rm(namePath + ending, { force: true });
    throw new AppError("BAD_FEED", `${publicUrl(url)} names no archive that can be read.`);
  }
  const path = join(context.cacheDir, "archive.tar");
  const sha256 = await sumOf(context, urlUnder(place.url, `${name}.sha256`), `${path}.sha256`, limits);
  const found = await download(
    context,
    {
      url: urlUnder(place.url, name),
      path,
      maxBytes: MAX_ARCHIVE_BYTES,
      label: `Downloading ${name}`,
      allowStale: true,
      ...(sha256 !== null && { sha256 }),
    },
    limits,
  );
  if (found === null) throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(urlUnder(place.url, name))} is not there.`);
  // Without a time nothing says which changes it has: then all of them are asked for.
  const at = (await lastModifiedOf(path)) ?? "";
  const basePath = await baseOf(context, path, `${name} ${at}`, convert);
  return { basePath, at, stale: named.stale ?? found.stale };
}

/** What was made of the archive, made anew when it is another one. */
async function baseOf(context: FeedContext, path: string, name: string, convert: Convert): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const mark = JSON.stringify([KEPT_VERSION, name, size, mtimeMs]);
  const basePath = join(context.cacheDir, "base.jsonl.zst");
  const markPath = join(context.cacheDir, "base.mark");
  if ((await readFile(markPath, "utf8").catch(() => "")) === mark) return basePath;
  await rm(markPath, { force: true });
  try {
    await writeDocuments(basePath, documentsIn(context, path, convert), context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
    throw new AppError("BAD_FEED", `The archive cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  await writeFile(markPath, mark, { flush: true });
  return basePath;
}

/** A published SHA-256; null when there is none. */
async function sumOf(context: FeedContext, url: string, path: string, limits: DownloadLimits): Promise<string | null> {
  const request = { url, path, maxBytes: MAX_NAME_BYTES, label: "Asking for a checksum", optional: true };
  const found = await download(context, { ...request, allowStale: true }, limits);
  if (found === null) return null;
  return /^\s*([0-9a-f]{64})\b/i.exec(await readFile(path, "latin1"))?.[1] ?? null;
}

async function fetchList(
  context: FeedContext,
  place: CsafPlace,
  name: string,
  limits: DownloadLimits,
  isRequired: boolean,
): Promise<{ listed: Listed[]; stale: string | null } | null> {
  const url = urlUnder(place.url, name);
  const path = join(context.cacheDir, name);
  const request = { url, path, maxBytes: MAX_LIST_BYTES, label: `Asking for ${name}`, optional: !isRequired };
  const found = await download(context, { ...request, allowStale: true }, limits);
  if (found === null) return null;
  const text = await readFile(path, "latin1");
  const listed = [...text.matchAll(/^"?([^",\r\n]{1,200})"?,"?([^",\r\n]{1,64})"?\r?$/gm)].slice(0, MAX_LISTED);
  const usable = listed.flatMap(([, own = "", time = ""]): Listed[] => {
    const at = Date.parse(time);
    const isOurs = /^(?:\d{4}\/)?cve-\d{4}-\d{4,19}\.json$/i.test(own);
    return isOurs && !Number.isNaN(at) ? [{ path: own, at: new Date(at).toISOString() }] : [];
  });
  if (usable.length > 0 || text.trim() === "") return { listed: usable, stale: found.stale };
  for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
  throw new AppError("BAD_FEED", `${publicUrl(url)} lists no document.`);
}

async function fetchDocuments(
  context: FeedContext,
  place: CsafPlace,
  wanted: readonly Listed[],
  limits: DownloadLimits,
  convert: Convert,
  log: DocumentLog,
): Promise<void> {
  let next = 0;
  const worker = async (number: number): Promise<void> => {
    const path = join(context.cacheDir, `document-${number}.json`);
    for (let one = wanted[next++]; one !== undefined; one = wanted[next++]) {
      context.onProgress({
        label: `Downloading ${one.path}`,
        doneBytes: next,
        totalBytes: wanted.length,
        recordCount: log.size,
      });
      const url = urlUnder(place.url, ...one.path.split("/"));
      const sumUrl = urlUnder(place.url, ...`${one.path}.sha256`.split("/"));
      for (const ending of ["", ".tag", ".sha256", ".sha256.tag"]) await rm(path + ending, { force: true });
      const sha256 = await sumOf(context, sumUrl, `${path}.sha256`, limits);
      const request = { url, path, maxBytes: MAX_DOCUMENT_BYTES, label: one.path, optional: true };
      const onBytes = (): void => undefined;
      const found = await download(context, { ...request, onBytes, ...(sha256 !== null && { sha256 }) }, limits);
      // Listed and gone: it was taken back in the meantime.
      const kept = found === null ? { records: [] } : documentOf(await readFile(path), convert);
      await log.put({ key: keyOf(one.path), at: one.at, kept });
    }
    for (const ending of ["", ".tag", ".sha256", ".sha256.tag"]) await rm(path + ending, { force: true });
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, wanted.length) }, (_, i) => worker(i)));
}
