import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { AppError, messageOf } from "@zerotrace/core";
import yauzl from "yauzl";
import type { Entry, ZipFile } from "yauzl";

const INNER_MAX_BYTES = 16 * 1024 ** 3;
const ENTRIES_LOOKED_AT = 100;

const openZip = promisify<string, yauzl.Options, ZipFile>((path, options, done) =>
  yauzl.open(path, options, done as never),
);

/**
 * Writes the archive that lies in the archive `path` to `innerPath` and returns that; null when there is none in it. Memory
 * stays at a few chunks. Throws AppError BAD_FEED when it is no archive or the inner one is larger than 16 GiB.
 */
export async function unwrapZip(path: string, innerPath: string, signal: AbortSignal): Promise<string | null> {
  try {
    const zip = await openZip(path, { lazyEntries: true, autoClose: false });
    try {
      const entry = await innerOf(zip);
      if (entry === null) return null;
      if (entry.uncompressedSize > INNER_MAX_BYTES) throw new Error(`${entry.fileName} is too large`);
      const source = await new Promise<Readable>((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
      });
      await pipeline(source, bounded(entry.uncompressedSize), createWriteStream(innerPath), { signal });
      return innerPath;
    } finally {
      zip.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("BAD_FEED", `${path} cannot be unwrapped: ${messageOf(error)}.`, { cause: error });
  }
}

/** The first archive among the first files. */
function innerOf(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    let count = 0;
    zip.on("entry", (entry: Entry) => {
      if (entry.fileName.endsWith(".zip")) resolve(entry);
      else if (++count >= ENTRIES_LOOKED_AT) resolve(null);
      else zip.readEntry();
    });
    zip.on("end", () => resolve(null));
    zip.on("error", reject);
    zip.readEntry();
  });
}

/** Ends a stream that gives more than it declared. */
function bounded(maxBytes: number): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      total += chunk.length;
      if (total > maxBytes) done(new Error("it holds more than it declares"));
      else done(null, chunk);
    },
  });
}
