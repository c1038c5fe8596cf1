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

/**
 * Reads a document or an image in a thread of its own, which ends with it: neither its time nor its memory is this thread's.
 * Throws what the reader refused with, and when `signal` fires or `timeoutMs` have passed.
 */
export const readInThread = (
  order: ReadOrder,
  listener: ReadListener,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    const worker = new Worker(new URL("./read-worker.ts", import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    // A server that stops does not wait for it.
    worker.unref();
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const end = (settle: () => void): void => {
      late.removeEventListener("abort", cut);
      void worker.terminate();
      settle();
    };
    const cut = (): void =>
      end(() =>
        reject(
          signal.aborted ? signal.reason : new AppError("UNREADABLE", `It took longer than ${timeoutMs / 1000} s.`),
        ),
      );
    late.addEventListener("abort", cut);
    worker.on("error", (error: Error) => end(() => reject(fault(error))));
    worker.on("exit", () => end(() => reject(new AppError("UNREADABLE", "Reading it ended early: send it again."))));
    const hear = async (message: ReadMessage): Promise<void> => {
      if (message.says === "progress") listener.onProgress(message.text, message.doneBytes, message.totalBytes);
      else if (message.says === "refused") throw new AppError(message.code as ErrorCode, message.message);
      else if (message.says === "end") end(resolve);
      else {
        if (message.says === "head") await listener.onHead(message.head);
        else await listener.onPackages(message.packages);
        worker.postMessage("next");
      }
    };
    worker.on("message", (message: ReadMessage) => {
      hear(message).catch((error: unknown) => end(() => reject(error)));
    });
  });
