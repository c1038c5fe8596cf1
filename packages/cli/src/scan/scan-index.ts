import { type AdvisoryIndex, AppError, messageOf, openIndex } from "@zerotrace/core";
import {
  acceptBundle,
  compileInWorker,
  generationsDirectory,
  isBundleLocation,
  openGenerations,
  type Progress,
  type Trust,
  trustFile,
} from "@zerotrace/plugins";
import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

/** An index younger than this is used again while its feeds are the same. */
const FRESH_MS = 6 * 3600 * 1000;
/** Compiled indexes that are kept, newest first (count). */
const KEPT_MAX = 4;
/** Files whose size and date tell whether a folder of feeds changed (count). */
const FILES_MAX = 2000;

export interface ScanIndexOptions {
  readonly dataDir: string;
  readonly feeds: readonly string[];
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** Instead of `feeds`: a kept generation by the beginning of its hash, or the file of a bundle. */
  readonly generation?: string;
  /** Public keys whose bundles are taken besides the pinned ones. */
  readonly feedKeys?: readonly string[];
  /** Keep what the feeds said as a generation. */
  readonly keep?: boolean;
  /** Use a compiled index of these feeds however old it is; folders are read, addresses are not. */
  readonly isOffline?: boolean;
  /** Compile even when a fresh index is at hand. */
  readonly force?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly warn: (text: string) => void;
}

const isUrl = (location: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(location);

/** Name, size and date of the files one and two levels down: a replaced feed is another feed. */
const stampOf = async (folder: string): Promise<string[]> => {
  const lines: string[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    for (const entry of (await readdir(path, { withFileTypes: true }).catch(() => [])).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (lines.length >= FILES_MAX) return;
      const child = join(path, entry.name);
      if (entry.isDirectory() && depth > 0) await walk(child, depth - 1);
      else if (entry.isFile()) {
        const { size, mtimeMs } = await stat(child);
        lines.push(`${child} ${size} ${mtimeMs}`);
      }
    }
  };
  await walk(folder, 2);
  return lines;
};

const keyOf = async (options: ScanIndexOptions): Promise<string> => {
  const hash = createHash("sha256");
  for (const location of options.feeds) {
    const lines = isUrl(location) ? [] : await stampOf(resolve(location));
    hash.update(`${JSON.stringify([location, lines])}\n`);
  }
  hash.update(JSON.stringify([options.dpkgStatusPath ?? "", options.osReleasePath ?? ""]));
  return hash.digest("hex").slice(0, 16);
};

/** Reads an index into memory that threads can share. Throws what the file system throws. */
const readShared = async (path: string): Promise<Uint8Array> => {
  await using file = await open(path);
  const bytes = new Uint8Array(new SharedArrayBuffer((await file.stat()).size));
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes as NodeJS.ArrayBufferView, at);
    if (bytesRead === 0) break; // cut short meanwhile: the checksum tells
    at += bytesRead;
  }
  return bytes;
};

const openFile = async (path: string): Promise<AdvisoryIndex | null> => {
  try {
    return openIndex(await readShared(path));
  } catch {
    // Absent, or of another version: it is compiled anew.
    return null;
  }
};

const prune = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ztx"));
  const files = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  files.sort((a, b) => b.at - a.at);
  for (const { name } of files.slice(KEPT_MAX)) await rm(join(folder, name), { force: true });
};

const compile = async (options: ScanIndexOptions, folder: string, path: string): Promise<AdvisoryIndex> => {
  const outDir = join(folder, `compiling-${process.pid}`);
  try {
    const isKept = options.keep === true || options.generation !== undefined || options.feeds.some(isBundleLocation);
    const { indexPath } = await compileInWorker({
      locations: options.feeds,
      ...(options.generation === undefined ? {} : { generation: options.generation }),
      ...(isKept ? { generationsDir: generationsDirectory(options.dataDir) } : {}),
      trust: trustOf(options),
      cacheDir: join(options.dataDir, "feeds", "cache"),
      outDir,
      dpkgStatusPath: options.dpkgStatusPath,
      osReleasePath: options.osReleasePath,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    await rename(indexPath, path);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
  await prune(folder);
  return openIndex(await readShared(path));
};

const generationIndexPath = (folder: string, hash: string): string => join(folder, `generation-${hash}.ztx`);

const trustOf = ({ dataDir, feedKeys = [] }: ScanIndexOptions): Trust => ({ file: trustFile(dataDir), keys: feedKeys });

/** What is in a bundle never changes either; its signature is checked each time. `force` sees to it that it is kept. */
const openBundleIndex = async (options: ScanIndexOptions, bundle: string, folder: string): Promise<AdvisoryIndex> => {
  const { header } = await acceptBundle(bundle, trustOf(options));
  const path = generationIndexPath(folder, header.generation);
  const known = await openFile(path);
  const store = openGenerations(generationsDirectory(options.dataDir));
  const isGood = known !== null && (options.force !== true || (await store.touch(header.generation)));
  return isGood ? known : await compile(options, folder, path);
};

/** A generation never changes, so its index is never too old. */
const openGenerationIndex = async (
  options: ScanIndexOptions & { readonly generation: string },
  folder: string,
): Promise<AdvisoryIndex> => {
  const { hash } = await openGenerations(generationsDirectory(options.dataDir)).find(options.generation);
  const path = generationIndexPath(folder, hash);
  return (await openFile(path)) ?? (await compile({ ...options, feeds: [], generation: hash }, folder, path));
};

/**
 * The index of these feeds, or of a generation or a bundle: the compiled one when it is fresh, else compiled in a worker.
 * When the feeds cannot be read an older index of the same feeds stays in use, and `warn` says so; without one it throws
 * AppError FEEDS_UNAVAILABLE or BAD_FEED, and for bundles and generations what `compileFeeds` throws.
 */
export const openScanIndex = async (given: ScanIndexOptions): Promise<AdvisoryIndex> => {
  const { generation } = given;
  // a bundle is a location like any other
  const isBundle = generation !== undefined && isBundleLocation(generation);
  const options = isBundle ? { ...given, feeds: [generation], generation: undefined } : given;
  const folder = join(options.dataDir, "feeds", "scan");
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new AppError("UNREADABLE", `${folder} cannot be made: ${messageOf(cause)}. Name another with --data-dir.`, {
      field: "data-dir",
      cause,
    });
  }
  if (options.generation !== undefined)
    return openGenerationIndex({ ...options, generation: options.generation }, folder);
  const [first = ""] = options.feeds;
  if (options.feeds.length === 1 && isBundleLocation(first)) return openBundleIndex(options, first, folder);
  const path = join(folder, `${await keyOf(options)}.ztx`);
  const known = await openFile(path);
  const ageMs = known === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(known.meta.builtAt);
  if (known !== null && (ageMs < FRESH_MS || options.isOffline === true) && options.force !== true) return known;
  if (options.isOffline === true && (options.feeds.length === 0 || options.feeds.some(isUrl))) {
    const mend = "run once without --offline, or name a folder or a bundle with --feeds";
    throw new AppError("FEEDS_UNAVAILABLE", `No feeds are at hand; ${mend}.`, { field: "feeds" });
  }
  try {
    return await compile(options, folder, path);
  } catch (error) {
    options.signal.throwIfAborted();
    if (known === null) throw error;
    options.warn(`The feeds could not be refreshed (${messageOf(error)}); the index of ${known.meta.builtAt} is used.`);
    return known;
  }
};
