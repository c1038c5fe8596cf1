import { AppError, messageOf } from "@zerotrace/core";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import yauzl from "yauzl";
import type { Entry, ZipFile } from "yauzl";

/** Entries of one archive that are looked at (count). */
const MAX_ENTRIES = 500_000;
/** Entries of one archive that are read (count). */
const MAX_READ = 50_000;
/** Bytes of one entry, inflated. */
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;
/** Bytes of all entries that are read, inflated. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

const openZip = promisify<string, yauzl.Options, ZipFile>((path, options, done) =>
  yauzl.open(path, options, done as never),
);

export interface ZipSource {
  /** As error texts name it. */
  readonly path: string;
  readonly realPath: string;
  readonly signal: AbortSignal;
}

/**
 * Gives the entries of an archive that `isWanted` chooses by name, in the archive's order, one at a time in memory. Nothing
 * is written to disk. Throws AppError UNREADABLE when it is no archive, when an entry is broken, or over a limit.
 */
export const zipEntries = async (
  { path, realPath, signal }: ZipSource,
  isWanted: (name: string) => boolean,
  take: (name: string, bytes: Uint8Array) => void,
): Promise<void> => {
  let zip: ZipFile | null = null;
  try {
    zip = await openZip(realPath, { lazyEntries: true, autoClose: false });
    let readCount = 0;
    let totalBytes = 0;
    for (const entry of await wantedIn(zip, isWanted, signal)) {
      signal.throwIfAborted();
      const bytes = await bytesOf(zip, entry);
      totalBytes += bytes.length;
      if (++readCount > MAX_READ || totalBytes > MAX_TOTAL_BYTES) throw new Error("it holds too much to be read");
      take(entry.fileName, bytes);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { cause });
  } finally {
    zip?.close();
  }
};

const wantedIn = (zip: ZipFile, isWanted: (name: string) => boolean, signal: AbortSignal): Promise<Entry[]> =>
  new Promise((resolve, reject) => {
    const wanted: Entry[] = [];
    let count = 0;
    zip.on("entry", (entry: Entry) => {
      if (signal.aborted || ++count > MAX_ENTRIES) return reject(new Error(`it lists more than ${MAX_ENTRIES} files`));
      if (isWanted(entry.fileName)) wanted.push(entry);
      return zip.readEntry();
    });
    zip.on("end", () => resolve(wanted));
    zip.on("error", reject);
    zip.readEntry();
  });

const bytesOf = async (zip: ZipFile, entry: Entry): Promise<Uint8Array> => {
  if (entry.uncompressedSize > MAX_ENTRY_BYTES) throw new Error(`${entry.fileName} is too large`);
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const chunks: Buffer[] = [];
  // The library ends a stream that gives more than the entry declares.
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
