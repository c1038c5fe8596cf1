import { AppError } from "@zerotrace/core";
import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionLoss } from "./platform/db/index.ts";

/** How long the start waits for a database that ended under it and is being started again. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 100;

/**
 * Runs a step of the start, and again when the database went away in it: a step must allow that. Throws what it threw last,
 * or the signal's reason.
 */
export const patiently = async <T>(step: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
  const endAt = performance.now() + PATIENCE_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      const isLost = isConnectionLoss(error) || (error instanceof AppError && isConnectionLoss(error.cause));
      if (!isLost || performance.now() > endAt) throw error;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
};
