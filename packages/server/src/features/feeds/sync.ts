import { messageOf } from "@zerotrace/core";
import { compileInWorker, type Progress } from "@zerotrace/plugins";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Database } from "../../platform/db/index.ts";
import { feedsDirectory } from "./index-file.ts";
import { type Published, publish } from "./publish.ts";

export interface SyncState {
  readonly syncing: boolean;
  readonly progress: Progress | null;
  readonly lastError: { at: string; message: string } | null;
  readonly lastSuccessAt: Date | null;
}

/** Brings the advisories up to date, one sync at a time. */
export interface FeedSync {
  /** Joins a running sync. Throws what the sync threw; the former generation then stays in force. */
  run(signal: AbortSignal): Promise<Published>;
  state(): SyncState;
}

export interface FeedSyncOptions {
  readonly db: Database;
  readonly dataDir: string;
  readonly locations: readonly string[];
  readonly onProgress: (progress: Progress) => void;
  readonly onDone: (outcome: { ok: boolean; seconds: number; message: string }) => Promise<void>;
}

/** A cache of its own for each set of sources, so that changing them cannot mix what they sent. */
const cacheName = (locations: readonly string[]): string =>
  createHash("sha256").update(locations.join("\0")).digest("hex").slice(0, 12);

export const createFeedSync = (options: FeedSyncOptions): FeedSync => {
  let state: SyncState = { syncing: false, progress: null, lastError: null, lastSuccessAt: null };
  let running: Promise<Published> | null = null;

  const sync = async (signal: AbortSignal): Promise<Published> => {
    const startedAt = Date.now();
    state = { ...state, syncing: true };
    try {
      const directory = feedsDirectory(options.dataDir);
      const compiled = await compileInWorker({
        locations: options.locations,
        cacheDir: join(directory, "cache", cacheName(options.locations)),
        outDir: join(directory, "next"),
        recordsFile: true,
        signal,
        onProgress: (progress) => {
          state = { ...state, progress };
          options.onProgress(progress);
        },
      });
      const published = await publish(
        options.db,
        { indexPath: compiled.indexPath, recordsPath: compiled.recordsPath as string },
        directory,
      );
      state = { syncing: false, progress: null, lastError: null, lastSuccessAt: new Date() };
      const message = `${compiled.meta.recordCount} records in force`;
      await options.onDone({ ok: true, seconds: (Date.now() - startedAt) / 1000, message });
      return published;
    } catch (error) {
      const lastError = { at: new Date().toISOString(), message: messageOf(error) };
      state = { ...state, syncing: false, progress: null, lastError };
      await options.onDone({ ok: false, seconds: (Date.now() - startedAt) / 1000, message: lastError.message });
      throw error;
    } finally {
      running = null;
    }
  };

  return {
    run: (signal) => (running ??= sync(signal)),
    state: () => state,
  };
};
