import { parentPort, workerData } from "node:worker_threads";
import { AppError, messageOf } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import { compileFeeds } from "./compile.ts";
import type { CompileOptions } from "./compile.ts";
import type { CompileMessage } from "./compile-worker.ts";

const PROGRESS_EVERY_MS = 100;

const say = (message: CompileMessage): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage(message);
};

async function main(options: Omit<CompileOptions, "signal" | "onProgress">): Promise<void> {
  const abort = new AbortController();
  parentPort?.on("message", () => abort.abort());
  let saidAt = 0;
  let saidLabel = "";
  const onProgress = (progress: Progress): void => {
    const now = performance.now();
    if (now - saidAt < PROGRESS_EVERY_MS && progress.label === saidLabel) return;
    saidAt = now;
    saidLabel = progress.label;
    say({ kind: "progress", progress });
  };
  try {
    say({ kind: "done", compiled: await compileFeeds({ ...options, signal: abort.signal, onProgress }) });
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError("INTERNAL", messageOf(error));
    say({ kind: "failed", code: known.code, detail: known.message, field: known.field });
  }
}

await main(workerData as CompileOptions);
parentPort?.close();
