import { fork } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError, messageOf } from "@zerotrace/core";
import type { ErrorCode } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import type { Compiled, CompileOptions } from "./compile.ts";

const STOP_GRACE_MS = 1500;
const ENTRY = fileURLToPath(new URL("./compile-process.ts", import.meta.url));
/** Node's own WebAssembly (it takes the types out of the sources) is not worth compiling twice. */
const COMMON_FLAGS = ["--liftoff-only"];
/**
 * Reading makes much garbage and keeps little: with room for the records of a few hundredths of a second, next to nothing is alive when
 * the young heap is collected. Helpers of the collector are not worth waiting for where so little is to be moved.
 */
const HEAP_FLAGS = [...COMMON_FLAGS, "--max-semi-space-size=16", "--no-parallel-scavenge"];
/** A small young heap, and an old one that is collected early and kept compact: 60 MB less at the peak for a third more CPU time. */
const FRUGAL_FLAGS = [...COMMON_FLAGS, "--max-semi-space-size=2", "--optimize-for-size"];

/** How `compileInWorker` runs. */
export interface WorkerOptions extends CompileOptions {
  /** Little memory counts more than time: for a process that stays large beside the one that reads. */
  readonly isFrugal?: boolean;
}

/**
 * The caller's environment, passed on unread, and: one arena for glibc's allocator, because each of several would keep
 * what was freed in it, and 128 KB of free memory at most that it keeps; a place for compiled sources, the caller's where it has one, because
 * compiling them takes 15 MB that never go back.
 */
const environment = (cacheDir: string, own: string | undefined = getCompileCacheDir()): NodeJS.ProcessEnv => ({
  ...process.env,
  MALLOC_ARENA_MAX: "1",
  MALLOC_TRIM_THRESHOLD_: "131072",
  // of a caller's it is the part for its version of Node and its flags
  NODE_COMPILE_CACHE: own === undefined ? join(cacheDir, "code") : dirname(own),
});

/** What the reading process says. */
export type CompileMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly compiled: Compiled }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly detail: string; readonly field?: string };

/**
 * `compileFeeds` in a process of its own: the caller's event loop stays free, and the memory goes back to the system
 * with it. Progress comes at most ten times a second. Errors are those of `compileFeeds`; after an abort it rejects with
 * the signal's reason, within two seconds. The process ends with the caller's.
 */
export async function compileInWorker(options: WorkerOptions): Promise<Compiled> {
  const { signal, onProgress, isFrugal = false, ...compile } = options;
  signal.throwIfAborted();
  const child = fork(ENTRY, [], {
    execArgv: isFrugal ? FRUGAL_FLAGS : HEAP_FLAGS,
    env: environment(compile.cacheDir),
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Compiled>();
  let graceTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (child.connected) child.send("stop", () => undefined);
    graceTimer = setTimeout(() => void child.kill("SIGKILL"), STOP_GRACE_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  child.on("message", (message: CompileMessage) => {
    if (message.kind === "progress") onProgress(message.progress);
    else if (message.kind === "done") resolve(message.compiled);
    else reject(new AppError(message.code, message.detail, { field: message.field }));
  });
  child.on("error", (error) => reject(new AppError("INTERNAL", messageOf(error), { cause: error })));
  child.on("exit", (code, by) =>
    reject(new AppError("INTERNAL", `The feed reader stopped without a result (${by ?? code ?? "unknown"}).`)),
  );
  child.send({ compile }, (error) => {
    if (error) reject(new AppError("INTERNAL", messageOf(error), { cause: error }));
  });
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(graceTimer);
    child.kill("SIGKILL");
  }
}
