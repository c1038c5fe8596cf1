import { type AdvisoryIndex, AppError, messageOf } from "@zerotrace/core";
import { isBundleLocation } from "@zerotrace/plugins/feeds/bundle-location";
import type { Progress } from "@zerotrace/plugins/plugin";
import { createHash } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openFile } from "./read-index.ts";

/** An index younger than this is used again while its feeds are the same. */
const FRESH_MS = 6 * 3600 * 1000;
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
  /** Few questions will be asked: only what they need is read of the index. */
  readonly isBrief?: boolean;
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

/** The code of feeds, bundles and generations, which an index at hand does not need. */
const compiling = () => import("./compile-index.ts");

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
    return (await compiling()).openGenerationIndex({ ...options, generation: options.generation }, folder);
  const [first = ""] = options.feeds;
  if (options.feeds.length === 1 && isBundleLocation(first)) {
    return (await compiling()).openBundleIndex(options, first, folder);
  }
  const path = join(folder, `${await keyOf(options)}.ztx`);
  const known = await openFile(path, options.isBrief);
  const ageMs = known === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(known.meta.builtAt);
  if (known !== null && (ageMs < FRESH_MS || options.isOffline === true) && options.force !== true) return known;
  if (options.isOffline === true && (options.feeds.length === 0 || options.feeds.some(isUrl))) {
    const mend = "run once without --offline, or name a folder or a bundle with --feeds";
    throw new AppError("FEEDS_UNAVAILABLE", `No feeds are at hand; ${mend}.`, { field: "feeds" });
  }
  try {
    return await (await compiling()).compileIndex(options, folder, path);
  } catch (error) {
    options.signal.throwIfAborted();
    if (known === null) throw error;
    options.warn(`The feeds could not be refreshed (${messageOf(error)}); the index of ${known.meta.builtAt} is used.`);
    return known;
  }
};
