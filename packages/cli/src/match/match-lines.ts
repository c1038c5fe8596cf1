import type { AdvisoryIndex } from "@zerotrace/core";
import { availableParallelism } from "node:os";
import type { Sink } from "../cli.ts";
import { createAnswers } from "./answers.ts";
import { eachLine, wholeLines } from "./lines.ts";
import { type Answered, type MatchThreads, startMatchThreads } from "./match-threads.ts";

/** Text that is gathered before it is written, in bytes. */
const WRITE_BYTES = 256 * 1024;
/** Lines that are named at most when they are malformed; the rest are counted. */
export const NAMED_MAX = 1000;
/** A thread starts in a tenth of a second, in which one alone judges so many bytes of lines. */
const THREADS_FROM_BYTES = 2 * 1024 * 1024;
/** More threads wait for the one that reads and writes. */
const THREADS_MAX = 8;
/** Chunks given out to each thread at most, so that none waits for the next: bounds what is read and answered ahead. */
const AHEAD = 3;

/** Answers wait for more lines so long; then they are written, however few: whoever writes slowly waits for them. */
const IDLE_MS = 100;

/** What came of a stream of lines. */
export interface MatchedLines {
  readonly lineCount: number;
  readonly malformedCount: number;
}

export interface MatchLinesOptions {
  readonly index: AdvisoryIndex;
  /** The bytes of `index`, when threads may judge by them alone. */
  readonly shared?: SharedArrayBuffer;
  /** Threads to judge with at most; as many as there are processors when absent. */
  readonly threadCount?: number;
  /** Bytes of lines from which on threads are worth their start; `THREADS_FROM_BYTES` when absent. */
  readonly threadsFromBytes?: number;
  readonly input: AsyncIterable<Uint8Array>;
  readonly out: Sink;
  readonly signal: AbortSignal;
  /** Called for each malformed line, up to `NAMED_MAX`, with its number from 1. */
  readonly onMalformed: (lineNumber: number) => void;
  /** Called with the lines done, each time something was written. */
  readonly onProgress: (lineCount: number) => void;
}

/** Counts lines, names malformed ones, and writes answers as the output takes them. */
const createOutput = ({ out, signal, onMalformed, onProgress }: MatchLinesOptions) => {
  let lineCount = 0;
  let malformedCount = 0;
  return {
    result: (): MatchedLines => ({ lineCount, malformedCount }),
    count: (isGood: boolean): void => {
      lineCount += 1;
      if (isGood) return;
      malformedCount += 1;
      if (malformedCount <= NAMED_MAX) onMalformed(lineCount);
    },
    write: async (text: Uint8Array): Promise<void> => {
      if (out.writeBytes) out.writeBytes(text);
      else out.write(new TextDecoder().decode(text));
      onProgress(lineCount);
      await out.drained?.();
      signal.throwIfAborted();
    },
  };
};

type Output = ReturnType<typeof createOutput>;

/** Judges lines here. `end` writes what is left. */
const createOwnWork = (index: AdvisoryIndex, output: Output) => {
  const answers = createAnswers(index);
  return {
    take: async (lines: Buffer): Promise<void> => {
      for (let at = 0; at < lines.length;) {
        at = eachLine(lines, at, (start, end, isText) => {
          output.count(answers.add(lines, start, end, isText));
          return answers.length < WRITE_BYTES;
        });
        if (answers.length >= WRITE_BYTES) await output.write(answers.take());
      }
    },
    end: async (): Promise<void> => {
      if (answers.length > 0) await output.write(answers.take());
    },
  };
};

/** Judges lines in threads and writes the answers in their order. */
const createSharedWork = (threads: MatchThreads, output: Output) => {
  const given: { readonly lines: Uint8Array; readonly answer: Promise<Answered> }[] = [];
  const give = (lines: Uint8Array): (typeof given)[number] => {
    const answer = threads.answer(lines);
    // Whoever awaits it hears of it; until then it is no unhandled rejection.
    answer.catch(() => undefined);
    return { lines, answer };
  };
  const writeNext = async (): Promise<void> => {
    const first = given.shift();
    if (first === undefined) return;
    const { text, readBytes, lineCount, malformed } = await first.answer;
    // What a line brings may be much: the rest comes before all that was given out after it.
    if (readBytes < first.lines.length) given.unshift(give(first.lines.subarray(readBytes)));
    const bad = new Set(malformed);
    for (let i = 0; i < lineCount; i += 1) output.count(!bad.has(i));
    await output.write(text);
  };
  return {
    take: async (lines: Buffer): Promise<void> => {
      while (given.length >= threads.size * AHEAD) await writeNext();
      given.push(give(lines));
    },
    end: async (): Promise<void> => {
      while (given.length > 0) await writeNext();
    },
  };
};

/** The chunks of lines, with `onIdle` called, and awaited, where none comes for a while. Throws what either throws. */
async function* withIdle(chunks: AsyncGenerator<Buffer>, onIdle: () => Promise<void>): AsyncGenerator<Buffer> {
  let isWaiting = false;
  try {
    for (;;) {
      const next = chunks.next();
      isWaiting = true;
      // Whoever awaits it hears of it; until then it is no unhandled rejection.
      next.catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const idle = new Promise<null>((resolve) => (timer = setTimeout(resolve, IDLE_MS, null)));
      const first = await Promise.race([next, idle]).finally(() => clearTimeout(timer));
      if (first === null) await onIdle();
      const { done, value } = first ?? (await next);
      isWaiting = false;
      if (done === true) return;
      yield value;
    }
  } finally {
    // What waits for input would be closed only when some comes.
    if (!isWaiting) await chunks.return(undefined);
  }
}

/**
 * Judges lines of `ecosystem<TAB>name<TAB>version` and writes one JSON object a line, in their order. Memory does not grow
 * with the input: it goes on only when `out` takes more. Many lines are judged by several threads. Throws what the input throws,
 * and the signal's reason when aborted.
 */
export const matchLines = async (options: MatchLinesOptions): Promise<MatchedLines> => {
  const { index, input, shared, threadCount = availableParallelism(), threadsFromBytes = THREADS_FROM_BYTES } = options;
  const output = createOutput(options);
  let work = createOwnWork(index, output);
  let threads: MatchThreads | null = null;
  let readBytes = 0;
  try {
    for await (const lines of withIdle(wholeLines(input), () => work.end())) {
      if (threads === null && shared !== undefined && threadCount > 1 && readBytes >= threadsFromBytes) {
        await work.end();
        threads = startMatchThreads(shared, Math.min(THREADS_MAX, threadCount));
        work = createSharedWork(threads, output);
      }
      readBytes += lines.length;
      await work.take(lines);
    }
    await work.end();
  } finally {
    await threads?.close();
  }
  return output.result();
};
