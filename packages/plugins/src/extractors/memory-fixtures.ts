/** A thread with little memory that reads large files by every reader; it says which one it reads. For tests. */
import { parentPort } from "node:worker_threads";
import { NO_OS } from "./file-fixtures.ts";
import { FILE_EXTRACTORS } from "./files.ts";
import { sampleOf } from "./sample-fixtures.ts";

/** Size of each file (bytes). */
const LARGE_BYTES = 512 * 1024;

const { signal } = new AbortController();
for (const { id, load } of FILE_EXTRACTORS) {
  const sample = sampleOf(id);
  if (typeof sample?.content !== "string") continue;
  const { path, content } = sample;
  const { extract } = await load();
  for (const text of [content, '[{"a":', "<a>"]) {
    parentPort?.postMessage(`${id}: ${text.slice(0, 20)}`);
    const bytes = Buffer.from(text.repeat(Math.ceil(LARGE_BYTES / text.length)));
    const read = async (asked: string): Promise<Uint8Array | null> => (asked === path ? bytes : null);
    const file = { path, sizeBytes: bytes.length, realPath: "/nowhere" };
    await extract(file, { read, list: async () => null, os: NO_OS, signal }).catch(() => undefined);
  }
}
parentPort?.postMessage("done");
