import { once } from "node:events";
import { addAbortSignal } from "node:stream";
import type { WriteStream } from "node:tty";
import { type Cli, endCodeOf, EXIT, type Sink } from "./cli.ts";
import { readEnvironment } from "./env.ts";
import { runCli } from "./run.ts";

/** Width where the output goes to no terminal, in characters. */
const PLAIN_COLUMNS = 120;
/** A clean stop that takes longer is cut short, in milliseconds. */
const STOP_WITHIN_MS = 1900;

const sinkOf = (stream: WriteStream): Sink => ({
  write: (text) => void stream.write(text),
  writeBytes: (text) => void stream.write(text),
  drained: async () => {
    if (stream.writableNeedDrain) await once(stream, "drain");
  },
  isTerminal: stream.isTTY,
  get columns() {
    return stream.columns ?? PLAIN_COLUMNS;
  },
});

const abort = new AbortController();
const stopWith = (code: number) => (): void => {
  if (abort.signal.aborted) process.exit(code);
  cli.stopCode = code;
  abort.abort();
  setTimeout(() => process.exit(endCodeOf(cli)), STOP_WITHIN_MS).unref();
};
process.on("SIGINT", stopWith(EXIT.interrupted));
process.on("SIGTERM", stopWith(EXIT.terminated));
/** A closed pipe (`| head`) is the reader's wish; an output that cannot be written, such as a full disk, is an error. */
const onOutputError = (error: NodeJS.ErrnoException): void => {
  if (error.code === "EPIPE") process.exit(cli.exitCode);
  process.stderr.write(`error: The output cannot be written: ${error.message}\n`, () => process.exit(2));
};
process.stdout.on("error", onOutputError);
// Where even this stream is gone there is nobody to tell; the command goes on.
process.stderr.on("error", () => undefined);

const cli: Cli = {
  out: sinkOf(process.stdout),
  err: sinkOf(process.stderr),
  get input() {
    return addAbortSignal(abort.signal, process.stdin);
  },
  env: readEnvironment(),
  signal: abort.signal,
  exitCode: 0,
};
process.exitCode = await runCli(process.argv.slice(2), cli);
