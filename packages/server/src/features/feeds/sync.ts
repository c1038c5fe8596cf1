import { AppError, messageOf } from "@zerotrace/core";
import { compileInWorker, openGenerations, type Progress, stampOf, type Trust } from "@zerotrace/plugins";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Database } from "../../platform/db/index.ts";
import { giveBackMemory } from "./give-back.ts";
import { feedsDirectory, generationsDirectory, importsDirectory, isIndexHere } from "./index-file.ts";
import { type Published, publish, type Publishing } from "./publish.ts";
import { confirmGeneration, generationInForce, type Origin } from "./sql.ts";

export interface SyncState {
  readonly syncing: boolean;
  readonly progress: Progress | null;
  readonly lastError: { at: string; message: string } | null;
  readonly lastSuccessAt: Date | null;
}

/**
 * What is to be put in force: what the feeds say now (`unpin`: even where a generation was put in force by hand), an
 * uploaded bundle by its file name, or a kept generation by its hash.
 */
export type FeedOrder =
  | { readonly kind: "sync"; readonly unpin: boolean }
  | { readonly kind: "import"; readonly file: string }
  | { readonly kind: "rollback"; readonly generation: string };

/** Brings the advisories up to date, one after the other. */
export interface FeedSync {
  /**
   * Joins a running sync of the same order. Null: a generation that was put in force by hand stays. Throws what the sync
   * threw; the former generation then stays in force.
   */
  run(signal: AbortSignal, order?: FeedOrder): Promise<Published | null>;
  state(): SyncState;
}

export interface FeedSyncOptions {
  readonly db: Database;
  readonly dataDir: string;
  readonly locations: readonly string[];
  /** This program: another one may read the same sources otherwise. */
  readonly version: string;
  /** Whose bundles are taken. */
  readonly trust: Trust;
  readonly onProgress: (progress: Progress) => void;
  /** Called before a generation is made, which takes long enough to get ready for its publication meanwhile. */
  readonly onCompile?: () => void;
  readonly publishing: Publishing;
  readonly onDone: (outcome: { ok: boolean; seconds: number; message: string }) => Promise<void>;
}

/** A cache of its own for each set of sources, so that changing them cannot mix what they sent. */
const cacheName = (locations: readonly string[]): string =>
  createHash("sha256").update(locations.join("\0")).digest("hex").slice(0, 12);

/** Reads the order of a job's payload; anything else is a sync. */
export const orderOf = (payload: Readonly<Record<string, unknown>>): FeedOrder => {
  const { kind, file, generation } = payload;
  if (kind === "import" && typeof file === "string") return { kind, file: basename(file) };
  if (kind === "rollback" && typeof generation === "string") return { kind, generation };
  return { kind: "sync", unpin: payload["unpin"] === true };
};

/** What to compile, and how it then came into force. */
interface Task {
  readonly origin: Origin;
  readonly locations: readonly string[];
  readonly generation?: string;
}

/** Null: what is in force by hand stays. One whose index is gone is built again from what was kept of it. */
const taskOf = async ({ db, dataDir, locations }: FeedSyncOptions, order: FeedOrder): Promise<Task | null> => {
  if (order.kind === "import") return { origin: "import", locations: [join(importsDirectory(dataDir), order.file)] };
  if (order.kind === "rollback") return { origin: "rollback", locations: [], generation: order.generation };
  const inForce = await db.asService(generationInForce);
  if (order.unpin || inForce === null || inForce.origin === "sync") return { origin: "sync", locations };
  if (isIndexHere(feedsDirectory(dataDir), inForce)) return null;
  const kept = await openGenerations(generationsDirectory(dataDir)).list();
  const { generation } = inForce.meta;
  if (generation === undefined || !kept.some(({ hash }) => hash === generation)) return { origin: "sync", locations };
  return { origin: inForce.origin, locations: [], generation };
};

/** Sources that look as they did when the generation in force was read are not read again; null when they do not. */
const confirm = async ({ db, dataDir }: FeedSyncOptions, stamp: string | null): Promise<Published | null> => {
  const inForce = stamp === null ? null : await db.asService(generationInForce);
  if (inForce?.origin !== "sync" || inForce.sourceStamp !== stamp) return null;
  if (!isIndexHere(feedsDirectory(dataDir), inForce)) return null;
  await db.asService((tx) => confirmGeneration(tx, inForce));
  const { recordCount } = inForce.meta;
  return { generation: inForce.id, recordCount, recordsChanged: 0, componentsToJudge: 0 };
};

export const createFeedSync = (options: FeedSyncOptions): FeedSync => {
  let state: SyncState = { syncing: false, progress: null, lastError: null, lastSuccessAt: null };
  let running: { name: string; result: Promise<Published | null> } | null = null;

  const compile = async (task: Task, sourceStamp: string | null, signal: AbortSignal): Promise<Published> => {
    const directory = feedsDirectory(options.dataDir);
    options.onCompile?.();
    // The feed reader beside this process needs room.
    await giveBackMemory();
    const compiled = await compileInWorker({
      locations: task.locations,
      ...(task.generation === undefined ? {} : { generation: task.generation }),
      cacheDir: join(directory, "cache", cacheName(task.locations)),
      outDir: join(directory, "next"),
      generationsDir: generationsDirectory(options.dataDir),
      trust: options.trust,
      recordsFile: true,
      isFrugal: true,
      signal,
      onProgress: (progress) => {
        state = { ...state, progress };
        options.onProgress(progress);
      },
    });
    const files = { indexPath: compiled.indexPath, recordsPath: compiled.recordsPath as string };
    return await publish(options.db, files, directory, {
      origin: task.origin,
      sourceStamp,
      publishing: options.publishing,
    });
  };

  const apply = async (order: FeedOrder, signal: AbortSignal): Promise<Published | null> => {
    const startedAt = Date.now();
    const task = await taskOf(options, order);
    if (task === null) return null;
    state = { ...state, syncing: true };
    try {
      const stamp = task.origin === "sync" ? await stampOf(task.locations, options.version, new Date()) : null;
      const published = (await confirm(options, stamp)) ?? (await compile(task, stamp, signal));
      if (order.kind === "import") await rm(join(importsDirectory(options.dataDir), order.file), { force: true });
      state = { syncing: false, progress: null, lastError: null, lastSuccessAt: new Date() };
      const message = `${published.recordCount} records in force`;
      await options.onDone({ ok: true, seconds: (Date.now() - startedAt) / 1000, message });
      return published;
    } catch (error) {
      const lastError = { at: new Date().toISOString(), message: messageOf(error) };
      state = { ...state, syncing: false, progress: null, lastError };
      await options.onDone({ ok: false, seconds: (Date.now() - startedAt) / 1000, message: lastError.message });
      throw error;
    }
  };

  return {
    run: (signal, order = { kind: "sync", unpin: false }) => {
      const name = JSON.stringify(order);
      if (running?.name === name) return running.result;
      const before = running?.result.catch(() => null) ?? Promise.resolve();
      const result = before.then(() => apply(order, signal));
      const mine = { name, result };
      running = mine;
      const clear = (): void => {
        if (running === mine) running = null;
      };
      result.then(clear, clear);
      return result;
    },
    state: () => state,
  };
};

/** Throws CONFLICT with the mend when what is in force was put there by hand. */
export const refuseWhilePinned = (generation: { readonly origin: Origin; readonly id: number } | null): void => {
  if (generation === null || generation.origin === "sync") return;
  const how = generation.origin === "import" ? "by the import of a bundle" : "by a rollback";
  const detail = `Generation ${generation.id} was put in force ${how} and stays until you say otherwise: \`zerotrace feeds sync --unpin\`.`;
  throw new AppError("CONFLICT", detail, { field: "unpin" });
};
