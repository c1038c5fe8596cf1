import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createIndexBuilder, openIndex } from "@zerotrace/core";
import type { IndexMeta } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import type { Trust } from "./bundle-accept.ts";
import { generationAskedFor } from "./compile-source.ts";
import { readSteps } from "./compile-steps.ts";
import { CopyFile } from "./copy-file.ts";
import type { Generation } from "./generation-format.ts";
import { pour } from "./generation-pour.ts";
import { Spool } from "./generation-spool.ts";
import { openGenerations } from "./generation-store.ts";
import { planFeeds } from "./plan.ts";
import type { PublicSources } from "./plan.ts";

/** What `compileFeeds` needs; everything but `signal` and `onProgress` can be sent to a worker thread. */
export interface CompileOptions {
  /** Folders and addresses in the order given; `debian-archive` stands for the host's package mirror. Empty: the public sources, else the mirror. */
  readonly locations: readonly string[];
  /** Of the public sources only these ecosystems; see `PlanOptions`. */
  readonly ecosystems?: readonly string[];
  readonly cacheDir: string;
  readonly outDir: string;
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** True: write `records.copy` as well, for `COPY … (id, feed, modified_at, hash, doc) FROM STDIN BINARY`. */
  readonly recordsFile?: boolean;
  /** A folder of generations; what the feeds said is kept there, compactly, so that it can be judged by again. */
  readonly generationsDir?: string;
  /** Instead of any location: a generation of `generationsDir`, by the beginning of its hash. */
  readonly generation?: string;
  /** Whose bundles are taken; without it a location that is one is refused. */
  readonly trust?: Trust;
  readonly publicSources?: PublicSources;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Compiled {
  readonly indexPath: string;
  readonly recordsPath: string | null;
  readonly meta: IndexMeta;
}

/**
 * Reads all feeds, or the one bundle that is named, or a kept generation, into `outDir/index.ztx`, and on request `records.copy`. Of records with one id the
 * one modified last counts, once. The files appear whole and together at the end; on any error outDir is as it was. Throws
 * AppError FEEDS_UNAVAILABLE or BAD_FEED, and as `generationAskedFor`. Blocks its thread in bursts: see `compileInWorker`.
 */
export async function compileFeeds(options: CompileOptions): Promise<Compiled> {
  const now = new Date();
  await mkdir(options.outDir, { recursive: true });
  const asked = await generationAskedFor(options);
  if (asked !== null) {
    // One that is kept need not be kept again.
    const isKept = options.generation !== undefined;
    return compileGeneration(asked, isKept ? { ...options, generationsDir: undefined } : options);
  }
  const plan = await planFeeds(options, options.signal, now);
  const spool = new Spool(join(options.outDir, "spool.part"));
  try {
    const sources = await readSteps(options, plan, (feed) => spool.sink(feed));
    return await compileGeneration(spool.generation({ builtAt: now.toISOString(), sources }), options);
  } finally {
    spool.close();
  }
}

/** What `compileGeneration` writes besides the index. */
export type OutputOptions = Pick<CompileOptions, "outDir" | "recordsFile" | "generationsDir" | "signal" | "onProgress">;

/**
 * As `compileFeeds`, from a generation that is at hand, which is released: the same one gives the same index, byte by byte.
 * Throws AppError BAD_FEED when it is damaged.
 */
export async function compileGeneration(generation: Generation, options: OutputOptions): Promise<Compiled> {
  const { outDir, signal, onProgress } = options;
  const indexPath = join(outDir, "index.ztx");
  const recordsPath = options.recordsFile ? join(outDir, "records.copy") : null;
  const generationPath = options.generationsDir === undefined ? null : join(outDir, "generation.part");
  const written = recordsPath === null ? [indexPath] : [recordsPath, indexPath];
  await mkdir(outDir, { recursive: true });
  const copy = recordsPath === null ? null : new CopyFile(`${recordsPath}.part`);
  try {
    const builder = createIndexBuilder();
    const { hash } = await pour(generation, {
      builder,
      ...(copy && { onRecord: (id, feed, modifiedAt, raw) => copy.row(id, feed, modifiedAt, raw) }),
      ...(generationPath && { path: generationPath }),
      signal,
      onProgress: (recordCount) =>
        onProgress({ label: "Building the index", doneBytes: 0, totalBytes: null, recordCount }),
    });
    copy?.finish();
    // What was read is in the builder, which needs the room.
    generation.release?.();
    const { builtAt, sources } = generation.meta;
    const bytes = builder.finish({ builtAt, sources, generation: hash });
    writeWhole(`${indexPath}.part`, bytes);
    signal.throwIfAborted();
    if (generationPath) await openGenerations(options.generationsDir as string).keep(generationPath);
    signal.throwIfAborted();
    for (const path of written) await rename(`${path}.part`, path);
    return { indexPath, recordsPath, meta: openIndex(bytes).meta };
  } catch (error) {
    copy?.close();
    for (const path of written) await rm(`${path}.part`, { force: true });
    throw error;
  } finally {
    if (generationPath) await rm(generationPath, { force: true });
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "w", 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
