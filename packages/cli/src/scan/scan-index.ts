import { type AdvisoryIndex, AppError, baseEcosystem, messageOf } from "@zerotrace/core";
import { isBundleLocation } from "@zerotrace/plugins/feeds/bundle-location";
import type { PublicSources } from "@zerotrace/plugins/feeds/plan";
import type { Progress } from "@zerotrace/plugins/plugin";
import { createHash } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readImported } from "../feeds/imported.ts";
import { openFile } from "./read-index.ts";

/** An index younger than this is used again while its feeds are the same. */
const FRESH_MS = 6 * 3600 * 1000;
/** An imported bundle that is older is told each time it is used: sources publish daily. */
const IMPORT_OLD_MS = 48 * 3600 * 1000;
/** The source that is read in part. */
const PUBLIC_FEED = "osv";
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
  /** Of the public sources only what judges components of these ecosystems, and what was read before; all of it when absent. */
  readonly ecosystems?: readonly string[];
  /** Other addresses of the public sources, for tests and mirrors. */
  readonly publicSources?: PublicSources;
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
    for (const name of (await readdir(path).catch((): string[] => [])).sort()) {
      if (lines.length >= FILES_MAX) return;
      const child = join(path, name);
      // what a link leads to may change as well
      const file = await stat(child).catch(() => null);
      if (file?.isDirectory() === true && depth > 0) await walk(child, depth - 1);
      else if (file?.isFile() === true) lines.push(`${child} ${file.size} ${file.mtimeMs}`);
    }
  };
  await walk(folder, 2);
  return lines;
};

const keyOf = async (options: ScanIndexOptions): Promise<string> => {
  const hash = createHash("sha256");
  for (const location of options.feeds) {
    const lines = isUrl(location) ? [] : await stampOf(resolve(location));
    // a folder is the same one however it is written
    hash.update(`${JSON.stringify([lines.length === 0 ? location : resolve(location), lines])}\n`);
  }
  hash.update(JSON.stringify([options.dpkgStatusPath ?? "", options.osReleasePath ?? ""]));
  return hash.digest("hex").slice(0, 16);
};

/** The code of feeds, bundles and generations, which an index at hand does not need. */
const compiling = () => import("./compile-index.ts");

/** The index of the bundle that was imported; null when none was, or it is kept no longer. */
const openImported = async (options: ScanIndexOptions, folder: string): Promise<AdvisoryIndex | null> => {
  const imported = await readImported(options.dataDir);
  if (imported === null) return null;
  const { generation, builtAt } = imported;
  const named = `the imported bundle of ${builtAt.slice(0, 10)}`;
  const mend = "Import a newer one, name others with --feeds, or run `feeds sync --unpin` to read the sources again.";
  try {
    const index = await (await compiling()).openGenerationIndex({ ...options, generation }, folder);
    if (Date.now() - Date.parse(builtAt) > IMPORT_OLD_MS) options.warn(`What decides is ${named}. ${mend}`);
    return index;
  } catch (error) {
    options.signal.throwIfAborted();
    options.warn(`The sources decide, as ${named} cannot be used: ${messageOf(error)} ${mend}`);
    return null;
  }
};

/**
 * The index of these feeds, or of a generation or a bundle: the compiled one when it is fresh, else compiled in a worker.
 * Where neither is named, that of the bundle that was imported last, if any. When the feeds cannot be read an older index of the same feeds stays in use, and `warn` says so; without one it throws
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
  const imported = options.feeds.length === 0 ? await openImported(options, folder) : null;
  if (imported !== null) return imported;
  const path = join(folder, `${await keyOf(options)}.ztx`);
  const known = await openFile(path, options.isBrief);
  const union = await unionOf(options, known);
  const ageMs = known === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(known.meta.builtAt);
  const isFresh = ageMs < FRESH_MS && union.missing.length === 0;
  const tellMissing = (mend: string): void => {
    if (union.uncovered.length === 0) return;
    options.warn(
      `The data at hand does not cover ${union.uncovered.join(", ")}: nothing is known of what is there; ${mend}.`,
    );
  };
  if (known !== null && (isFresh || options.isOffline === true) && options.force !== true) {
    tellMissing(
      options.isOffline === true ? "run once without --offline" : "the public source was away when it was read",
    );
    return known;
  }
  if (options.isOffline === true && (options.feeds.length === 0 || options.feeds.some(isUrl))) {
    const mend = "run once without --offline, or name a folder or a bundle with --feeds";
    throw new AppError("FEEDS_UNAVAILABLE", `No feeds are at hand; ${mend}.`, { field: "feeds" });
  }
  try {
    return await (await compiling()).compileIndex({ ...options, ecosystems: union.ecosystems }, folder, path);
  } catch (error) {
    options.signal.throwIfAborted();
    if (known === null) throw error;
    const { builtAt } = known.meta;
    options.warn(`The feeds could not be refreshed (${messageOf(error)}); the index of ${builtAt} is used.`);
    tellMissing("try again");
    return known;
  }
};

interface Union {
  /** What is asked for and what the index at hand has; undefined: all of it. */
  readonly ecosystems: readonly string[] | undefined;
  /** Asked for, and not in the index at hand: it is compiled anew. */
  readonly missing: readonly string[];
  /** As `missing`, and what a package mirror that stands in for the source does not hold. */
  readonly uncovered: readonly string[];
}

/** What is to be read of the public sources. Of named feeds everything is, and of a package mirror. */
const unionOf = async ({ feeds, ecosystems }: ScanIndexOptions, known: AdvisoryIndex | null): Promise<Union> => {
  const osv = known?.meta.sources.find(({ feed }) => feed === PUBLIC_FEED);
  const isWhole = osv !== undefined && osv.parts === undefined;
  if (feeds.length > 0 || ecosystems === undefined || isWhole) {
    const missing = isWhole || osv === undefined ? [] : ["all other ecosystems"];
    return { ecosystems: undefined, missing, uncovered: missing };
  }
  const { publicEcosystems } = await import("@zerotrace/plugins/feeds/public-ecosystems");
  const wanted = publicEcosystems(ecosystems);
  const parts = osv?.parts?.map(({ ecosystem }) => ecosystem) ?? [];
  const covered = osv === undefined ? coveredBy(known) : new Set(parts);
  const uncovered = wanted.filter((one) => !covered.has(one));
  return {
    ecosystems: [...new Set([...parts, ...wanted])].sort(),
    missing: osv === undefined ? [] : uncovered,
    uncovered,
  };
};

const coveredBy = (known: AdvisoryIndex | null): ReadonlySet<string> =>
  new Set(known?.meta.sources.flatMap(({ covers }) => covers.map(baseEcosystem)));
