import { messageOf } from "@zerotrace/core";
import { spawn } from "node:child_process";

/** The longest that one command may take. */
export const STEP_TIMEOUT_MS = 10 * 60_000;
/** Kept of what a command says on each of its streams (UTF-16 units). */
const MAX_SAID = 64 * 1024;

/** Runs a program; `absent` when this machine has none of that name. Throws only what the signal throws. */
export type Exec = (program: string, args: readonly string[], folder: string) => Promise<Ran>;

export interface Ran {
  readonly outcome: "ok" | "failed" | "absent";
  /** The end of what it said, on both streams; why, when it could not be run. */
  readonly said: string;
}

/**
 * Programs of this machine, started with their arguments as they are: no shell reads them. They get no standard input, and end with the
 * signal or after STEP_TIMEOUT_MS.
 */
export const machineExec =
  (env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Exec =>
  async (program, args, folder) => {
    signal.throwIfAborted();
    const ran = Promise.withResolvers<Ran>();
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...env },
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      timeout: STEP_TIMEOUT_MS,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-MAX_SAID);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      // One that runs and is told to end may still write: it is waited for.
      if (child.pid !== undefined) return;
      ran.resolve({ outcome: error.code === "ENOENT" ? "absent" : "failed", said: messageOf(error) });
    });
    child.on("close", (code) => ran.resolve({ outcome: code === 0 ? "ok" : "failed", said }));
    const result = await ran.promise;
    signal.throwIfAborted();
    return result;
  };
