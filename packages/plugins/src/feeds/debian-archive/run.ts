import { spawn } from "node:child_process";
import { AppError, messageOf } from "@zerotrace/core";

const MAX_TEXT_BYTES = 8 * 1024 * 1024;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly cwd?: string;
}

/**
 * Runs a program in the C locale with the caller's environment (proxies). Its output comes as chunks; leaving the loop early ends the
 * program. Throws AppError FEEDS_UNAVAILABLE when it cannot be started or runs longer than `timeoutMs`; an exit code
 * other than 0 throws too, after the output.
 */
export async function* runStream(args: readonly string[], options: RunOptions): AsyncGenerator<Buffer> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const child = spawn("/usr/bin/env", ["LC_ALL=C", ...args], {
    cwd: options.cwd,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  // The loop below may leave first; the rejection is then nobody's.
  closed.catch(() => undefined);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const code = await closed;
    if (code !== 0) throw new Error(`exit code ${code}: ${complaint.trim()}`);
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = signal.aborted ? `took longer than ${options.timeoutMs} ms` : messageOf(error);
    throw new AppError("FEEDS_UNAVAILABLE", `${args[0]} failed: ${reason}`, { cause: error });
  } finally {
    if (child.exitCode === null) child.kill();
  }
}

/** The whole output as text, at most 8 MiB. Errors as in `runStream`. */
export async function runText(args: readonly string[], options: RunOptions): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of runStream(args, options)) {
    size += chunk.length;
    if (size > MAX_TEXT_BYTES)
      throw new AppError("FEEDS_UNAVAILABLE", `${args[0]} printed more than ${MAX_TEXT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
