import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, createIndexBuilder, openIndex } from "@zerotrace/core";
import type { IndexBuilder, IndexMeta, SourceReport } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import { CopyFile } from "./copy-file.ts";
import type { FeedSink } from "./feed.ts";
import { nothingAt, planFeeds } from "./plan.ts";
import type { Plan, PublicSources } from "./plan.ts";

/** What `compileFeeds` needs; everything but `signal` and `onProgress` can be sent to a worker thread. */
export interface CompileOptions {
  /** Folders and addresses in the order given; `debian-archive` stands for the host's package mirror. Empty: the public sources, else the mirror. */
  readonly locations: readonly string[];
  readonly cacheDir: string;
  readonly outDir: string;
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** True: write `records.copy` as well, for `COPY … (id, feed, modified_at, hash, doc) FROM STDIN BINARY`. */
  readonly recordsFile?: boolean;
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
 * Reads all feeds into `outDir/index.ztx`, and on request `records.copy`. Of records with one id the one modified last
 * counts, once. Both files appear whole and together at the end; on any error outDir is as it was. Throws AppError
 * FEEDS_UNAVAILABLE or BAD_FEED. Blocks its thread in bursts: see `compileInWorker`.
 */
export async function compileFeeds(options: CompileOptions): Promise<Compiled> {
  const indexPath = join(options.outDir, "index.ztx");
  const recordsPath = options.recordsFile ? join(options.outDir, "records.copy") : null;
  await mkdir(options.outDir, { recursive: true });
  try {
    const now = new Date();
    const plan = await planFeeds(options, options.signal, now);
    const winners = new Winners();
    let built = await readOnce(options, plan, winners, recordsPath);
    // An older form of a record came first: now that the newest is known for each id, read again and take only these.
    built ??= await readOnce(options, plan, winners.secondPass(), recordsPath);
    if (built === null) throw new AppError("INTERNAL", "The second reading of the feeds gave nothing.");
    const bytes = built.builder.finish({ builtAt: now.toISOString(), sources: built.sources });
    writeWhole(`${indexPath}.part`, bytes);
    options.signal.throwIfAborted();
    if (recordsPath) await rename(`${recordsPath}.part`, recordsPath);
    await rename(`${indexPath}.part`, indexPath);
    return { indexPath, recordsPath, meta: openIndex(bytes).meta };
  } catch (error) {
    for (const path of [indexPath, recordsPath]) if (path) await rm(`${path}.part`, { force: true });
    throw error;
  }
}

/** Decides which of the records with one id is taken. */
class Winners {
  readonly #newest: Map<string, string>;
  readonly #taken: Set<string> | null;
  /** Records that came after an older form of themselves. */
  lateCount = 0;

  constructor(newest: Map<string, string> = new Map(), taken: Set<string> | null = null) {
    this.#newest = newest;
    this.#taken = taken;
  }

  secondPass(): Winners {
    return new Winners(this.#newest, new Set());
  }

  take(id: string, modifiedAt: string): boolean {
    const newest = this.#newest.get(id);
    if (this.#taken !== null) {
      if (this.#taken.has(id) || (newest !== undefined && modifiedAt < newest)) return false;
      this.#taken.add(id);
      return true;
    }
    if (newest !== undefined && modifiedAt > newest) this.lateCount++;
    if (newest === undefined || modifiedAt > newest) this.#newest.set(id, modifiedAt);
    return newest === undefined;
  }
}

/** Reads all feeds; null when an older form of a record came first, so that what was collected is of no use. */
async function readOnce(
  options: CompileOptions,
  plan: Plan,
  winners: Winners,
  recordsPath: string | null,
): Promise<{ builder: IndexBuilder; sources: SourceReport[] } | null> {
  // Given up as soon as it is of no use: the memory goes back before the next reading.
  let builder: IndexBuilder | null = createIndexBuilder();
  const copy = recordsPath ? new CopyFile(`${recordsPath}.part`) : null;
  const sinkFor = (feed: string): FeedSink => ({
    record(record, raw) {
      const isTaken = winners.take(record.id, record.modifiedAt);
      if (winners.lateCount > 0) builder = null;
      if (!isTaken || builder === null) return;
      builder.add(record);
      copy?.row(record.id, feed, record.modifiedAt, raw);
    },
    kev: (cveId, addedAt) => builder?.kev(cveId, addedAt),
    epss: (cveId, score, percentile) => builder?.epss(cveId, score, percentile),
    cve: (entry) => builder?.cve(entry),
    cwe: (id, name) => builder?.cwe(id, name),
    lifeCycle: (product) => builder?.lifeCycle(product),
  });
  try {
    const sources = await readSteps(options, plan, sinkFor);
    copy?.finish();
    return builder && { builder, sources };
  } catch (error) {
    copy?.close();
    throw error;
  }
}

async function readSteps(
  options: CompileOptions,
  plan: Plan,
  sinkFor: (feed: string) => FeedSink,
): Promise<SourceReport[]> {
  const sources: SourceReport[] = [];
  for (const step of plan.steps) {
    let found = false;
    for (const feed of step.feeds) {
      const { id } = feed.descriptor;
      const cacheDir = join(options.cacheDir, id);
      await mkdir(cacheDir, { recursive: true });
      const { signal, onProgress } = options;
      const { isShared } = step;
      const context = { cacheDir, isShared, fetch: globalThis.fetch, clock: () => new Date(), signal, onProgress };
      const report = await feed.read(context, step.location, sinkFor(id));
      if (report === null) continue;
      found = true;
      sources.push(report);
    }
    if (!found) throw nothingAt(step, plan);
  }
  if (!sources.some((source) => source.covers.length > 0)) {
    const detail = "The feeds named hold no advisories. Name one with <Ecosystem>/all.zip with --feeds.";
    throw new AppError("FEEDS_UNAVAILABLE", detail, { field: "feeds" });
  }
  return [...sources, ...plan.missing];
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
