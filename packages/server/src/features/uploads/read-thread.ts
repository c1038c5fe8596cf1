import { AppError, type ErrorCode } from "@zerotrace/core";
import { Worker } from "node:worker_threads";
import type { ReadHead, ReadMessage, ReadOrder, ReadPackage } from "./reading.ts";

/** Memory of a thread that reads, in MiB: a document of the largest size that is taken needs about half. */
const HEAP_MB = 1_536;

export interface ReadListener {
  onProgress(text: string, doneBytes: number, totalBytes: number | null): void;
  onHead(head: ReadHead): Promise<void>;
  /** The next packages come when it resolves. */
  onPackages(packages: readonly ReadPackage[]): Promise<void>;
}

const fault = (error: Error): AppError => {
  const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
  const says = isMemory ? `It needs more than ${HEAP_MB} MiB of memory to be read: split it.` : "It cannot be read.";
  return new AppError("UNREADABLE", says, { field: "body", cause: error });
};

/** A thread that has nothing to do is kept so long, for the next document: starting one costs more than reading most (milliseconds). */
const IDLE_MS = 60_000;
/** After a document of more components a thread ends, and its memory with it. */
const KEPT_UP_TO = 20_000;

let idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout } | null = null;

const startThread = (): Worker => {
  const worker = new Worker(new URL("./read-worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  // A server that stops does not wait for it.
  worker.unref();
  // Of an idle one nobody needs to know why it ended.
  worker.on("error", () => undefined);
  worker.on("exit", () => {
    if (idle?.worker === worker) idle = null;
  });
  return worker;
};

const takeThread = (): Worker => {
  const kept = idle;
  idle = null;
  if (kept === null) return startThread();
  clearTimeout(kept.timer);
  return kept.worker;
};

const keepThread = (worker: Worker): void => {
  if (idle !== null) return void worker.terminate();
  const timer = setTimeout(() => {
    idle = null;
    void worker.terminate();
  }, IDLE_MS).unref();
  idle = { worker, timer };
};

/**
 * Reads a document or an image in a thread: its time is not this thread's, and its memory ends with it. Throws what the reader
 * refused with, and when `signal` fires or `timeoutMs` have passed.
 */
export const readInThread = (
  order: ReadOrder,
  listener: ReadListener,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    const worker = takeThread();
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let packageCount = 0;
    const leave = (isReusable: boolean): void => {
      late.removeEventListener("abort", cut);
      worker.off("message", hear).off("error", broke).off("exit", ended);
      if (isReusable && packageCount <= KEPT_UP_TO) keepThread(worker);
      else void worker.terminate();
    };
    const fail = (error: unknown, isReusable = false): void => {
      leave(isReusable);
      reject(error);
    };
    const cut = (): void =>
      fail(signal.aborted ? signal.reason : new AppError("UNREADABLE", `It took longer than ${timeoutMs / 1000} s.`));
    const broke = (error: Error): void => fail(fault(error));
    const ended = (): void => fail(new AppError("UNREADABLE", "Reading it ended early: send it again."));
    const pass = async (message: ReadMessage): Promise<void> => {
      if (message.says === "progress") return listener.onProgress(message.text, message.doneBytes, message.totalBytes);
      if (message.says === "refused") return fail(new AppError(message.code as ErrorCode, message.message), true);
      if (message.says === "end") {
        leave(true);
        return resolve();
      }
      if (message.says === "head") {
        ({ packageCount } = message.head);
        await listener.onHead(message.head);
      } else await listener.onPackages(message.packages);
      worker.postMessage("next");
    };
    const hear = (message: ReadMessage): void => void pass(message).catch((error: unknown) => fail(error));
    late.addEventListener("abort", cut);
    worker.on("message", hear).on("error", broke).on("exit", ended);
    worker.postMessage(order);
  });
