import type { Environment } from "./env.ts";

/** Exit codes of every command. */
export const EXIT = { ok: 0, overPolicy: 1, error: 2, nothingScanned: 3, dataTooOld: 4 } as const;

/** Shown below every help text. */
export const EXIT_HELP = `
Exit codes: 0 clean or done, 1 over the policy of --fail-on, 2 error, 3 nothing was scanned, 4 the data is too old.`;

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
}

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];
