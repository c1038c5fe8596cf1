import type { WriteStream } from "node:tty";
import type { Cli, Sink } from "./cli.ts";
import { readEnvironment } from "./env.ts";
import { runCli } from "./run.ts";

/** Width where the output goes to no terminal, in characters. */
const PLAIN_COLUMNS = 120;
const EXIT_INTERRUPTED = 130;
/** A clean stop that takes longer is cut short, in milliseconds. */
const STOP_WITHIN_MS = 1900;

const sinkOf = (stream: WriteStream): Sink => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY,
  get columns() {
    return stream.columns ?? PLAIN_COLUMNS;
  },
});

const abort = new AbortController();
const interrupt = (): void => {
  if (abort.signal.aborted) process.exit(EXIT_INTERRUPTED);
  abort.abort();
  setTimeout(() => process.exit(cli.exitCode), STOP_WITHIN_MS).unref();
};
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
// A closed pipe (`| head`) is the reader's wish, not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

const cli: Cli = {
  out: sinkOf(process.stdout),
  err: sinkOf(process.stderr),
  env: readEnvironment(),
  signal: abort.signal,
  exitCode: 0,
};
process.exitCode = await runCli(process.argv.slice(2), cli);
