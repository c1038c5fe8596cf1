import type { Environment } from "./env.ts";

/** Exit codes of every command. The last two are 128 and the number of the signal, as shells say it. */
export const EXIT = {
  ok: 0,
  overPolicy: 1,
  error: 2,
  nothingScanned: 3,
  dataTooOld: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** Shown below every help text. */
export const EXIT_HELP = `
Exit codes: 0 clean or done, 1 over the policy of --fail-on, 2 error, 3 nothing was scanned, 4 the data is too old, 130 Ctrl-C, 143 SIGTERM.`;

/** A stream to write to. */
export interface Sink {
  write(text: string): void;
  /** Writes text that is UTF-8 already, where the stream takes it as it is. */
  writeBytes?(text: Uint8Array): void;
  /** Resolves when what was written has gone out, where the stream does not take it at once. */
  drained?(): Promise<void>;
  /** Whether a person at a terminal reads it. */
  readonly isTerminal: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** What a command works with. Data goes to `out`, everything else to `err`. */
export interface Cli {
  readonly out: Sink;
  readonly err: Sink;
  /** Standard input. Only commands that read it touch it. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly env: Environment;
  /** Ends with the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the process ends with; 0 until a command says otherwise. */
  exitCode: number;
  /** What the process ends with once `signal` has ended the command; 130 where nothing says so. */
  stopCode?: number;
  /** Set by commands that do their work until they are stopped: that is no interruption. */
  isUntilStopped?: true;
}

/** What the process ends with as things stand. */
export const endCodeOf = ({ signal, exitCode, stopCode = EXIT.interrupted, isUntilStopped }: Cli): number =>
  signal.aborted && isUntilStopped !== true ? stopCode : exitCode;

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];
