import { AppError } from "@zerotrace/core";
import { Worker } from "node:worker_threads";
import { readInto } from "./index-bytes.ts";
import type { ToJudge } from "./sql.ts";

/** One judged component as a worker answers it. */
export interface WorkerVerdict {
  readonly id: number;
  readonly verdict: "affected" | "not_affected" | "unknown";
  readonly reason: string | null;
  readonly matches: readonly {
    advisory: string;
    recordId: string;
    fixedIn: string | null;
    urgency: string;
    risk: number;
  }[];
}

/** Worker threads that read one index held in shared memory. */
export interface MatchPool {
  /** Puts an index file in force for all threads; nothing happens when that generation already is. */
  load(generation: number, indexFile: string): Promise<void>;
  /** The generation in force, or null. */
  generation(): number | null;
  /** Verdicts in the order of `components`, all of the generation in force. */
  judge(components: readonly ToJudge[]): Promise<WorkerVerdict[]>;
  close(): Promise<void>;
}

/** A thread's garbage is short-lived; a larger young heap costs memory and gains nothing. */
const YOUNG_HEAP_MB = 8;
/** Components sent to a thread in one message. */
const SLICE = 2_000;

interface Thread {
  readonly worker: Worker;
  ask<T>(message: object): Promise<T>;
}

const startThread = (): Thread => {
  const worker = new Worker(new URL("./match-worker.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
  });
  worker.unref();
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  let last = 0;
  worker.on("message", (answer: { ask: number; result: never; error?: string }) => {
    const asked = waiting.get(answer.ask);
    waiting.delete(answer.ask);
    if (answer.error === undefined) asked?.resolve(answer.result);
    else asked?.reject(new AppError("BAD_FEED", answer.error));
  });
  worker.on("error", (error) => {
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  });
  return {
    worker,
    ask: (message) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.postMessage({ ask: last, ...message });
      }),
  };
};

/** A pool of `size` threads, which start with the first `load`. */
export const createMatchPool = (size: number): MatchPool => {
  const threads: Thread[] = [];
  let inForce: number | null = null;

  return {
    generation: () => inForce,
    async load(generation, indexFile) {
      if (generation === inForce) return;
      const { buffer: shared } = await readInto(indexFile, (byteCount) => new SharedArrayBuffer(byteCount));
      while (threads.length < size) threads.push(startThread());
      await Promise.all(threads.map((thread) => thread.ask({ load: shared })));
      inForce = generation;
    },
    async judge(components) {
      const slices: Promise<WorkerVerdict[]>[] = [];
      for (let from = 0; from < components.length; from += SLICE) {
        const thread = threads[slices.length % threads.length] as Thread;
        slices.push(thread.ask<WorkerVerdict[]>({ judge: components.slice(from, from + SLICE) }));
      }
      return (await Promise.all(slices)).flat();
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.worker.terminate()));
    },
  };
};
