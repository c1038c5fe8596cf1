import { AppError } from "@zerotrace/core";
import { Worker } from "node:worker_threads";

/** The answers to the lines that a thread took of what it was given. */
export interface Answered {
  /** JSON lines in UTF-8. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** Bytes of the lines answered; the rest was too much at once and is to be asked again. */
  readonly readBytes: number;
  readonly lineCount: number;
  /** Which of them are malformed, counted from 0. */
  readonly malformed: readonly number[];
}

/** Threads that answer lines by one index in shared memory. */
export interface MatchThreads {
  readonly size: number;
  /** Answers whole lines, by the thread that has least to do. Throws when a thread ends. */
  answer(lines: Uint8Array): Promise<Answered>;
  close(): Promise<void>;
}

/** A thread's garbage is short-lived; a larger young heap costs memory and gains little. */
const YOUNG_HEAP_MB = 16;

interface Thread {
  readonly worker: Worker;
  readonly waiting: { resolve: (answered: Answered) => void; reject: (error: unknown) => void }[];
}

const startThread = (index: SharedArrayBuffer): Thread => {
  const worker = new Worker(new URL("./match-thread.ts", import.meta.url), {
    workerData: index,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
  });
  const waiting: Thread["waiting"] = [];
  const failed = (error: unknown): void => {
    for (const asked of waiting.splice(0)) asked.reject(error);
  };
  // A thread answers in the order in which it was asked.
  worker.on("message", ({ answered, error }: { answered?: Answered; error?: string }) => {
    const asked = waiting.shift();
    if (answered === undefined) asked?.reject(new AppError("BAD_FEED", error ?? ""));
    else asked?.resolve(answered);
  });
  worker.on("error", failed);
  worker.on("exit", () => failed(new AppError("INTERNAL", "A matching thread ended.")));
  return { worker, waiting };
};

/** Starts threads over the bytes of an index. */
export const startMatchThreads = (index: SharedArrayBuffer, size: number): MatchThreads => {
  const threads = Array.from({ length: size }, () => startThread(index));
  return {
    size,
    answer: (lines) =>
      new Promise((resolve, reject) => {
        const idlest = threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
        idlest.waiting.push({ resolve, reject });
        idlest.worker.postMessage(lines);
      }),
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
};
