import { spawn } from "node:child_process";
import { AppError, messageOf } from "@zerotrace/core";

const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** What is kept of a program's last output for the message when it fails (UTF-16 units), and how much of that is shown. */
const TAIL_CHARS = 4000;
const SHOWN_CHARS = 600;
const SHOWN_LINES = 4;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** What the program is called in messages; default: its first word. */
  readonly name?: string;
}

/**
 * The end of what a failed program said, for a message: its lines that say error (`E:`) or else its last ones, without control
 * characters, credentials in addresses and their queries.
 */
export const complaintOf = (output: string): string => {
  const lines = output
    .replaceAll(/\/\/[^\s/@]*@/g, "//")
    .replaceAll(/\?[^\s'"]*/g, "")
    // eslint-disable-next-line no-control-regex -- nothing that a terminal would obey may pass
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g, " ")
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, " ").trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) => line.startsWith("E: "));
  const shown = (errors.length > 0 ? errors : lines).slice(-SHOWN_LINES).join(" ");
  return shown.length > SHOWN_CHARS ? `…${shown.slice(-SHOWN_CHARS)}` : shown;
};

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
  let printed = "";
  const endOf = (text: string, chunk: Buffer): string =>
    (text + chunk.subarray(-TAIL_CHARS).toString()).slice(-TAIL_CHARS);
  child.stderr.on("data", (chunk: Buffer) => (complaint = endOf(complaint, chunk)));
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  // The loop below may leave first; the rejection is then nobody's.
  closed.catch(() => undefined);
  try {
    for await (const chunk of child.stdout) {
      printed = endOf(printed, chunk as Buffer);
      yield chunk as Buffer;
    }
    const code = await closed;
    // with `2>&1` all that it says is its output
    if (code !== 0)
      throw new Error(`exit code ${code}: ${complaintOf(complaint) || complaintOf(printed) || "no word"}`);
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = signal.aborted ? `took longer than ${options.timeoutMs} ms` : messageOf(error);
    throw new AppError("FEEDS_UNAVAILABLE", `${options.name ?? args[0]} failed: ${reason}`, { cause: error });
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
