import { flushCompileCache } from "node:module";
import { AppError, messageOf } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import type { CompileMessage } from "./compile-worker.ts";
import { compileFeeds } from "./compile.ts";
import type { CompileOptions } from "./compile.ts";

const PROGRESS_EVERY_MS = 100;

/** Resolves once the message is handed over, so that the process may end. */
const say = (message: CompileMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });

async function main(options: Omit<CompileOptions, "signal" | "onProgress">, signal: AbortSignal): Promise<void> {
  let saidAt = 0;
  let saidLabel = "";
  const onProgress = (progress: Progress): void => {
    const now = performance.now();
    if (now - saidAt < PROGRESS_EVERY_MS && progress.label === saidLabel) return;
    saidAt = now;
    saidLabel = progress.label;
    void say({ kind: "progress", progress });
  };
  try {
    await say({ kind: "done", compiled: await compileFeeds({ ...options, signal, onProgress }) });
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError("INTERNAL", messageOf(error));
    await say({ kind: "failed", code: known.code, detail: known.message, field: known.field });
  }
  process.disconnect?.();
}

// the one who asked may end this process before it writes on its own
flushCompileCache();
const abort = new AbortController();
process.on("message", (message: { compile: Omit<CompileOptions, "signal" | "onProgress"> } | "stop") => {
  if (message === "stop") abort.abort();
  else void main(message.compile, abort.signal);
});
// who asked is gone: nobody waits for the result
process.on("disconnect", () => process.exit());
// a terminal's Ctrl-C reaches the whole group; the one who asked decides what ends
process.on("SIGINT", () => undefined);
