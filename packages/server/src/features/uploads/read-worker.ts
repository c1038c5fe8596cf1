import { AppError, messageOf } from "@zerotrace/core";
import { parentPort } from "node:worker_threads";
import { READ_BATCH, type ReadHead, type ReadMessage, type ReadOrder, type ReadPackage } from "./reading.ts";

const PROGRESS_EVERY_MS = 300;

const port = parentPort;
const say = (message: ReadMessage): void => port?.postMessage(message);

let wasTaken: (() => void) | null = null;

/** Says it and waits until it was taken: what waits to be taken costs memory there. */
const sayAndWait = (message: ReadMessage): Promise<void> =>
  new Promise((resolve) => {
    wasTaken = resolve;
    say(message);
  });

let saidAtMs = 0;
const onProgress = (text: string, doneBytes: number, totalBytes: number | null): void => {
  if (Date.now() - saidAtMs < PROGRESS_EVERY_MS) return;
  saidAtMs = Date.now();
  say({ says: "progress", text, doneBytes, totalBytes });
};

const read = async (order: ReadOrder): Promise<{ head: ReadHead; packages: ReadPackage[] }> => {
  if (order.kind === "sbom") return (await import("./read-sbom.ts")).readSbomFile(order.path);
  return (await import("./read-image.ts")).readImage(order, onProgress);
};

const serve = async (order: ReadOrder): Promise<void> => {
  try {
    const { head, packages } = await read(order);
    await sayAndWait({ says: "head", head });
    for (let from = 0; from < packages.length; from += READ_BATCH) {
      await sayAndWait({ says: "packages", packages: packages.slice(from, from + READ_BATCH) });
    }
    say({ says: "end" });
  } catch (error) {
    const code = error instanceof AppError ? error.code : "UNREADABLE";
    say({ says: "refused", code, message: messageOf(error) });
  }
};

port?.on("message", (message: ReadOrder | "next") => {
  if (message === "next") wasTaken?.();
  else void serve(message);
});
