import { type AdvisoryIndex, openIndex } from "@zerotrace/core";
import { acceptBundle, type Trust } from "@zerotrace/plugins/feeds/bundle-accept";
import { isBundleLocation } from "@zerotrace/plugins/feeds/bundle-location";
import { trustFile } from "@zerotrace/plugins/feeds/bundle-trust";
import { compileInWorker } from "@zerotrace/plugins/feeds/compile-worker";
import { generationsDirectory, openGenerations } from "@zerotrace/plugins/feeds/generation-store";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftovers } from "../feeds/leftovers.ts";
import { openFile, openInParts, readShared } from "./read-index.ts";
import type { ScanIndexOptions } from "./scan-index.ts";

/** Compiled indexes that are kept, newest first (count). */
const KEPT_MAX = 4;

const COMPILING = "compiling-";

const prune = async (folder: string): Promise<void> => {
  await removeLeftovers(folder, COMPILING);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ztx"));
  const files = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  files.sort((a, b) => b.at - a.at);
  for (const { name } of files.slice(KEPT_MAX)) await rm(join(folder, name), { force: true });
};

/** Compiles an index in a process of its own and leaves it at `path`. Throws as `compileFeeds`. */
export const compileIndex = async (options: ScanIndexOptions, folder: string, path: string): Promise<AdvisoryIndex> => {
  const outDir = join(folder, `${COMPILING}${process.pid}`);
  try {
    const isKept = options.keep === true || options.generation !== undefined || options.feeds.some(isBundleLocation);
    const { indexPath } = await compileInWorker({
      locations: options.feeds,
      ...(options.generation === undefined ? {} : { generation: options.generation }),
      ...(isKept ? { generationsDir: generationsDirectory(options.dataDir) } : {}),
      ...(options.ecosystems === undefined ? {} : { ecosystems: options.ecosystems }),
      ...(options.publicSources === undefined ? {} : { publicSources: options.publicSources }),
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
  return options.isBrief === true ? openInParts(path) : openIndex(await readShared(path));
};

const generationIndexPath = (folder: string, hash: string): string => join(folder, `generation-${hash}.ztx`);

const trustOf = ({ dataDir, feedKeys = [] }: ScanIndexOptions): Trust => ({ file: trustFile(dataDir), keys: feedKeys });

/** What is in a bundle never changes either; its signature is checked each time. `force` sees to it that it is kept. */
export const openBundleIndex = async (
  options: ScanIndexOptions,
  bundle: string,
  folder: string,
): Promise<AdvisoryIndex> => {
  const { header } = await acceptBundle(bundle, trustOf(options));
  const path = generationIndexPath(folder, header.generation);
  const known = await openFile(path, options.isBrief);
  const store = openGenerations(generationsDirectory(options.dataDir));
  const isGood = known !== null && (options.force !== true || (await store.touch(header.generation)));
  return isGood ? known : await compileIndex(options, folder, path);
};

/** A generation never changes, so its index is never too old. */
export const openGenerationIndex = async (
  options: ScanIndexOptions & { readonly generation: string },
  folder: string,
): Promise<AdvisoryIndex> => {
  const { hash } = await openGenerations(generationsDirectory(options.dataDir)).find(options.generation);
  const path = generationIndexPath(folder, hash);
  return (
    (await openFile(path, options.isBrief)) ??
    (await compileIndex({ ...options, feeds: [], generation: hash }, folder, path))
  );
};
