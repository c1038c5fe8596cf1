import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SBOM_UPLOAD_BYTES } from "./contract.ts";

/** What a server that was killed left behind goes after this time (milliseconds). */
const LEFTOVER_MS = 6 * 3_600_000;

/** Writes the bytes of a document to a file of its own. Throws PAYLOAD_TOO_LARGE and BAD_REQUEST; then nothing is left. */
export const receive = async (
  body: unknown,
  folder: string,
  onProgress: (doneBytes: number) => void,
): Promise<{ path: string; sizeBytes: number }> => {
  if (!(body instanceof Readable)) {
    const says = "There is no document: send its bytes as application/octet-stream.";
    throw new AppError("BAD_REQUEST", says, { field: "body" });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found && Date.now() - found.mtimeMs > LEFTOVER_MS) await rm(join(folder, name), { force: true });
  }
  const path = join(folder, randomUUID());
  let sizeBytes = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _, done) {
      sizeBytes += chunk.length;
      if (sizeBytes > SBOM_UPLOAD_BYTES) {
        const says = `A document of more than ${SBOM_UPLOAD_BYTES} bytes is not taken: pack it with gzip or zstd, or split it.`;
        return done(new AppError("PAYLOAD_TOO_LARGE", says));
      }
      onProgress(sizeBytes);
      done(null, chunk);
    },
  });
  try {
    await pipeline(body, bounded, createWriteStream(path, { mode: 0o600 }));
  } catch (cause) {
    await rm(path, { force: true });
    if (cause instanceof AppError) throw cause;
    throw new AppError("BAD_REQUEST", "The upload broke off: send the document again.", { field: "body", cause });
  }
  return { path, sizeBytes };
};
