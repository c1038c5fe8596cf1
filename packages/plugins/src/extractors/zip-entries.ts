import { AppError, messageOf } from "@zerotrace/core";
import { open } from "node:fs/promises";
import { archiveEntries, type ByteSource, readEntry } from "./zip-archive.ts";

/** Entries of one archive (count). */
const MAX_ENTRIES = 500_000;
/** Entries of one archive that are read (count). */
const MAX_READ = 50_000;
/** Bytes of one entry, unpacked. */
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;
/** Bytes of all entries that are read, unpacked. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

export interface ZipFile {
  /** As error texts name it. */
  readonly path: string;
  readonly realPath: string;
  readonly signal: AbortSignal;
}

export interface ZipReading {
  readonly isWanted: (name: string) => boolean;
  readonly take: (name: string, bytes: Uint8Array) => void;
  /** Hears of an entry that could not be read; the others are. */
  readonly problem: (text: string) => void;
}

/**
 * Gives the entries of a ZIP archive that are wanted, in the archive's order, one at a time in memory. Nothing is written
 * to disk. Throws AppError UNREADABLE, naming the file, when it is no archive or holds more than the limits.
 */
export const zipEntries = async ({ path, realPath, signal }: ZipFile, reading: ZipReading): Promise<void> => {
  const unreadable = (cause: unknown): AppError =>
    new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { cause });
  const handle = await open(realPath, "r").catch((cause: unknown) => {
    throw unreadable(cause);
  });
  try {
    const { size } = await handle.stat();
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    };
    await readWanted({ sizeBytes: size, read }, reading, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(cause);
  } finally {
    await handle.close();
  }
};

const readWanted = async (source: ByteSource, reading: ZipReading, signal: AbortSignal): Promise<void> => {
  const wanted = (await archiveEntries(source, MAX_ENTRIES)).filter(({ name }) => reading.isWanted(name));
  if (wanted.length > MAX_READ) throw new Error(`it holds more than ${MAX_READ} files of this kind`);
  let totalBytes = 0;
  for (const entry of wanted) {
    signal.throwIfAborted();
    let bytes: Uint8Array;
    try {
      bytes = await readEntry(source, entry, MAX_ENTRY_BYTES);
      if (bytes.length !== entry.sizeBytes) throw new Error("it is not as long as the archive says");
    } catch (error) {
      reading.problem(`${entry.name}: ${messageOf(error)}`);
      continue;
    }
    totalBytes += bytes.length;
    if (totalBytes > MAX_TOTAL_BYTES) throw new Error(`its files of this kind have more than ${MAX_TOTAL_BYTES} bytes`);
    reading.take(entry.name, bytes);
  }
};
