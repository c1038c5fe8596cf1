import { AppError, messageOf } from "@zerotrace/core";
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { READ_BATCH, type ReadHead, type ReadMessage, type ReadOrder, type ReadPackage } from "./reading.ts";

const PROGRESS_EVERY_MS = 300;

const port = parentPort;
const say = (message: ReadMessage): void => port?.postMessage(message);

/** Says it and waits until it was taken: what waits to be taken costs memory there. */
const sayAndWait = async (message: ReadMessage): Promise<void> => {
  if (port === null) return;
  const taken = once(port, "message");
  say(message);
  await taken;
};

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

try {
  const { head, packages } = await read(workerData as ReadOrder);
  await sayAndWait({ says: "head", head });
  for (let from = 0; from < packages.length; from += READ_BATCH) {
    await sayAndWait({ says: "packages", packages: packages.slice(from, from + READ_BATCH) });
  }
  say({ says: "end" });
} catch (error) {
  const code = error instanceof AppError ? error.code : "UNREADABLE";
  say({ says: "refused", code, message: messageOf(error) });
}
