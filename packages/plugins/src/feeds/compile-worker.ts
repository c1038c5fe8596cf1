import { Worker } from "node:worker_threads";
import { AppError, messageOf } from "@zerotrace/core";
import type { ErrorCode } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import type { Compiled, CompileOptions } from "./compile.ts";

const STOP_GRACE_MS = 1500;

/** What the worker thread says. */
export type CompileMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly compiled: Compiled }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly detail: string; readonly field?: string };

/**
 * `compileFeeds` in a worker thread: the caller's event loop stays free. Progress comes at most ten times a second.
 * Errors are those of `compileFeeds`; after an abort it rejects with the signal's reason, within two seconds.
 */
export async function compileInWorker(options: CompileOptions): Promise<Compiled> {
  const { signal, onProgress, ...workerData } = options;
  signal.throwIfAborted();
  const worker = new Worker(new URL("./compile-thread.ts", import.meta.url), {
    workerData,
    name: "feeds",
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Compiled>();
  let graceTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    worker.postMessage("stop");
    graceTimer = setTimeout(() => void worker.terminate(), STOP_GRACE_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  worker.on("message", (message: CompileMessage) => {
    if (message.kind === "progress") onProgress(message.progress);
    else if (message.kind === "done") resolve(message.compiled);
    else reject(new AppError(message.code, message.detail, { field: message.field }));
  });
  worker.on("error", (error) => reject(new AppError("INTERNAL", messageOf(error), { cause: error })));
  worker.on("exit", () => reject(new AppError("INTERNAL", "The feed reader stopped without a result.")));
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(graceTimer);
    await worker.terminate();
  }
}
