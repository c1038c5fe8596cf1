import { createHash } from "node:crypto";
import { readFile, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { download, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { JsonElements } from "../json-elements.ts";
import { plainChunks } from "../plain.ts";
import { entryOf, instantOf } from "./entry.ts";
import type { NvdEntry } from "./entry.ts";

const MAX_PACKED_BYTES = 512 * 1024 * 1024;
const MAX_PLAIN_BYTES = 4 * 1024 ** 3;
const MAX_META_BYTES = 64 * 1024;
const MAX_FILES = 1000;
/** The id and the times of an entry stand at its beginning. */
const HEAD_CHARS = 1000;
const FIRST_YEAR = 2002;

/** One file in the shape of NVD's feeds and of its API. */
export interface NvdFile {
  readonly path: string;
  /** SHA-256 of the inflated file, lower-case hexadecimal; null when the source publishes none. */
  readonly sha256: string | null;
  /** True: a copy of ours, to be forgotten when it is bad. */
  readonly isCopy: boolean;
}

/** What one file says besides its entries. */
export interface Envelope {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly elementCount: number;
  readonly timestamp: string | null;
}

/** An entry, or why there is none. */
export type Read = { readonly entry: NvdEntry } | { readonly bad: string; readonly id: string };

/** NVD's own files: `modified` and `recent` repeat entries of the yearly ones in a newer form, so they come first. */
const OWN_FILE = /nvdcve-2\.0-(?:modified|recent|\d{4})\./;
const order = (name: string): string => (/-(?:modified|recent)\./.test(name) ? `0${name}` : `1${name}`);

/** The files of a folder, or the one file that is named itself; null when there is none. */
export async function filesIn(place: string): Promise<NvdFile[] | null> {
  const isFile = (await stat(place).catch(() => null))?.isFile() ?? false;
  const folder = isFile ? dirname(place) : place;
  const names = isFile ? [basename(place)] : await readdir(folder).catch(() => []);
  const found: NvdFile[] = [];
  const wanted = names.filter((name) => /\.json(\.gz)?$/.test(name) && !/provenance/.test(name));
  for (const name of wanted.sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, MAX_FILES)) {
    const path = join(folder, name);
    if ((await stat(path)).size > MAX_PACKED_BYTES) {
      throw new AppError("BAD_FEED", `${path} is larger than ${MAX_PACKED_BYTES} bytes.`);
    }
    const metaPath = join(folder, name.replace(/\.json(\.gz)?$/, ".meta"));
    const meta = await readFile(metaPath, "utf8").catch(() => null);
    found.push({ path, sha256: meta === null ? null : sumOf(meta, metaPath), isCopy: false });
  }
  return found.length === 0 ? null : found;
}

/** Downloads NVD's yearly files under `base`; null when there is none. */
export async function filesAt(context: FeedContext, base: string, limits: DownloadLimits): Promise<NvdFile[] | null> {
  const names = ["modified", "recent"];
  for (let year = context.clock().getUTCFullYear(); year >= FIRST_YEAR; year--) names.push(String(year));
  const found: NvdFile[] = [];
  for (const name of names) {
    const get = (ending: string, maxBytes: number) =>
      download(
        context,
        {
          url: urlUnder(base, `nvdcve-2.0-${name}${ending}`),
          path: join(context.cacheDir, `nvdcve-2.0-${name}${ending}`),
          maxBytes,
          label: `Downloading NVD ${name}`,
          optional: true,
        },
        limits,
      );
    const file = await get(".json.gz", MAX_PACKED_BYTES);
    if (file === null) continue;
    const meta = await get(".meta", MAX_META_BYTES);
    const sha256 = meta === null ? null : sumOf(await readFile(meta.path, "utf8"), meta.path);
    found.push({ path: file.path, sha256, isCopy: true });
  }
  return found.length === 0 ? null : found;
}

function sumOf(meta: string, path: string): string {
  const sum = /^sha256:([0-9a-f]{64})\s*$/im.exec(meta)?.[1];
  if (sum === undefined) throw new AppError("BAD_FEED", `${path} has no line with a SHA-256.`);
  return sum.toLowerCase();
}

/**
 * Of the CVEs in files that are not NVD's own (made by others, in no known order): when each was modified last. Elements
 * are not parsed for it. Files that cannot be read say so when they are read.
 */
export async function newestInOthers(files: readonly NvdFile[], signal: AbortSignal): Promise<Map<string, string>> {
  const newest = new Map<string, string>();
  if (files.length < 2) return newest;
  for (const { path } of files) {
    if (OWN_FILE.test(path)) continue;
    const elements = new JsonElements("vulnerabilities");
    try {
      for await (const chunk of plainChunks(path, { maxBytes: MAX_PLAIN_BYTES, signal })) {
        for (const element of elements.push(chunk)) {
          const head = element?.toString("latin1", 0, HEAD_CHARS) ?? "";
          const id = /"id"\s*:\s*"(CVE-\d{4}-\d{4,19})"/.exec(head)?.[1];
          const modifiedAt = instantOf(/"lastModified"\s*:\s*"([^"]+)"/.exec(head)?.[1]);
          if (id !== undefined && modifiedAt !== null && modifiedAt > (newest.get(id) ?? ""))
            newest.set(id, modifiedAt);
        }
      }
    } catch {
      signal.throwIfAborted();
    }
  }
  return newest;
}

/**
 * Reads one file as a stream; tells every entry and returns what the envelope says. Throws AppError BAD_FEED when it is
 * no such file, is damaged or has another checksum than published.
 */
export async function readFileOf(
  file: NvdFile,
  shown: string,
  signal: AbortSignal,
  tell: (read: Read) => void,
): Promise<Envelope> {
  const elements = new JsonElements("vulnerabilities");
  const sum = file.sha256 === null ? null : createHash("sha256");
  try {
    for await (const chunk of plainChunks(file.path, { maxBytes: MAX_PLAIN_BYTES, signal })) {
      sum?.update(chunk);
      for (const element of elements.push(chunk)) tell(readElement(element, elements));
    }
    elements.finish();
    if (sum !== null && sum.digest("hex") !== file.sha256) throw new Error("its SHA-256 is not the published one");
  } catch (error) {
    signal.throwIfAborted();
    if (file.isCopy) await rm(file.path, { force: true });
    throw new AppError("BAD_FEED", `${shown} is no list of CVEs of NVD: ${messageOf(error)}.`, { cause: error });
  }
  const count = (name: string): number => {
    const value = elements.head.get(name);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  return {
    totalResults: count("totalResults"),
    startIndex: count("startIndex"),
    elementCount: elements.elementCount,
    timestamp: instantOf(elements.head.get("timestamp")),
  };
}

function readElement(element: Buffer | null, { head }: JsonElements): Read {
  if (element === null) return { bad: "it is too large", id: "(an element)" };
  try {
    const fallbackAt = instantOf(head.get("timestamp")) ?? new Date(0).toISOString();
    return { entry: entryOf(JSON.parse(element.toString("utf8")), fallbackAt) };
  } catch (error) {
    return { bad: messageOf(error), id: /CVE-\d{4}-\d+/.exec(element.toString("latin1", 0, 200))?.[0] ?? "(no id)" };
  }
}
