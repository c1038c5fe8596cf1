import type { Sink } from "../cli.ts";
import { printable } from "./style.ts";

const REDRAW_EVERY_MS = 80;
const LINE_EVERY_MS = 3000;
const BAR_WIDTH = 24;

/** How far a step is. Unknown figures are left out. */
export interface Figures {
  readonly doneBytes?: number;
  readonly totalBytes?: number | null;
  readonly recordCount?: number;
}

/** Steps that run, shown as they go: drawn again in place on a terminal, else a plain line every three seconds. */
export interface ProgressView {
  update(step: string, message: string, figures?: Figures): void;
  /** Ends a step with a line that stays. */
  done(step: string, line: string): void;
  /** A line that stays, above the steps that run. */
  line(text: string): void;
  /** Removes what is drawn. */
  close(): void;
}

/** Bytes for a person: `7.0 MB`. */
export const bytesText = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Milliseconds for a person: `1.2 s`, `2 min 5 s`. */
export const durationText = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

interface Running {
  message: string;
  figures: Figures;
  readonly startedMs: number;
  saidMs: number;
}

const figuresText = ({ doneBytes = 0, totalBytes = null, recordCount = 0 }: Figures, elapsedMs: number): string => {
  const parts: string[] = [];
  if (totalBytes !== null && totalBytes > 0) {
    const share = Math.min(1, doneBytes / totalBytes);
    const filled = Math.round(share * BAR_WIDTH);
    parts.push(`[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`);
    parts.push(`${bytesText(doneBytes)} of ${bytesText(totalBytes)}`);
    if (share > 0.02 && share < 1 && elapsedMs > 1000) {
      parts.push(`${durationText((elapsedMs / share) * (1 - share))} left`);
    }
  } else if (doneBytes > 0) parts.push(bytesText(doneBytes));
  if (recordCount > 0) parts.push(`${recordCount.toLocaleString("en-US")} records`);
  return parts.join(", ");
};

/** Shows progress on a stream. */
export const createProgress = (sink: Sink, clock: () => number = () => performance.now()): ProgressView => {
  const running = new Map<string, Running>();
  let drawnLines = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;

  const erase = (): void => {
    if (drawnLines > 0) sink.write(`\u001b[${drawnLines}A\u001b[J`);
    drawnLines = 0;
  };
  const textOf = (one: Running): string => {
    const figures = figuresText(one.figures, clock() - one.startedMs);
    return printable(`${one.message}${figures === "" ? "" : `  ${figures}`}`).slice(0, Math.max(20, sink.columns - 1));
  };
  const draw = (): void => {
    erase();
    for (const one of running.values()) sink.write(`${textOf(one)}\n`);
    drawnLines = running.size;
    drawnMs = clock();
  };
  const keep = (text: string): void => {
    if (sink.isTerminal) erase();
    sink.write(`${printable(text)}\n`);
    if (sink.isTerminal) draw();
  };

  return {
    update: (step, message, figures = {}) => {
      const known = running.get(step);
      const isNew = known === undefined;
      const one = known ?? { message, figures, startedMs: clock(), saidMs: clock() };
      Object.assign(one, { message, figures });
      running.set(step, one);
      if (sink.isTerminal) {
        if (isNew || clock() - drawnMs >= REDRAW_EVERY_MS) draw();
      } else if (clock() - one.saidMs >= LINE_EVERY_MS) {
        one.saidMs = clock();
        sink.write(`${textOf(one)}\n`);
      }
    },
    done: (step, line) => {
      running.delete(step);
      keep(line);
    },
    line: keep,
    close: () => {
      running.clear();
      if (sink.isTerminal) erase();
    },
  };
};
