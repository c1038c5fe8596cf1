import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { crc32, inflateRawSync } from "node:zlib";
import { AppError, messageOf } from "@zerotrace/core";
import yauzl from "yauzl";
import type { Entry, ZipFile } from "yauzl";

/** Bounds of one archive. */
export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  /** All entries inflated, as a multiple of the archive's own size; with a floor for small ones. */
  readonly maxRatio: number;
  readonly floorBytes: number;
}

export const ZIP_LIMITS: ZipLimits = {
  maxEntries: 2_000_000,
  maxEntryBytes: 20 * 1024 * 1024,
  maxRatio: 200,
  floorBytes: 64 * 1024 * 1024,
};

/** Archives up to this size are read whole: about three times as fast as reading entry by entry. */
const WHOLE_BYTES = 96 * 1024 * 1024;
const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const ENTRIES_PER_TURN = 256;

/** One file of an archive. `bytes` is null when it alone breaks a bound; `reason` then says which. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Buffer | null;
  readonly reason: string;
  /** Where it lies in the archive: for progress. */
  readonly endBytes: number;
}

/**
 * The `.json` files (or those with another `ending`) of an archive in the order of its directory. Throws AppError BAD_FEED when it is no zip, is damaged
 * (length, CRC) or holds more than the bounds allow. Gives the event loop a turn every 256 files.
 */
export async function* zipMembers(
  path: string,
  limits: ZipLimits = ZIP_LIMITS,
  ending = ".json",
): AsyncGenerator<ZipMember> {
  const fd = openSync(path, "r");
  try {
    const sizeBytes = fstatSync(fd).size;
    const whole = sizeBytes <= WHOLE_BYTES ? readFileSync(fd) : null;
    const readAt = (offset: number, length: number): Buffer => {
      if (whole) return whole.subarray(offset, offset + length);
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
    };
    const zip = await openZip(whole, fd);
    if (zip.entryCount > limits.maxEntries) throw new Error(`it names ${zip.entryCount} files`);
    const maxTotal = Math.max(limits.floorBytes, sizeBytes * limits.maxRatio);
    let total = 0;
    let count = 0;
    for await (const entry of entriesOf(zip)) {
      if (++count > limits.maxEntries) throw new Error(`it holds more than ${limits.maxEntries} files`);
      if (!entry.fileName.endsWith(ending)) continue;
      const reason = refusal(entry, limits);
      const bytes = reason === "" ? memberBytes(entry, readAt) : null;
      total += bytes?.length ?? 0;
      if (total > maxTotal) throw new Error(`its files inflate to more than ${maxTotal} bytes`);
      const endBytes = entry.relativeOffsetOfLocalHeader + entry.compressedSize;
      yield { name: entry.fileName, bytes, reason, endBytes };
      if (count % ENTRIES_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("BAD_FEED", `${path} cannot be read as a zip archive: ${messageOf(error)}.`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

function refusal(entry: Entry, limits: ZipLimits): string {
  if (entry.uncompressedSize > limits.maxEntryBytes) return `it is larger than ${limits.maxEntryBytes} bytes`;
  if ((entry.generalPurposeBitFlag & 1) !== 0) return "it is encrypted";
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    return `compression method ${entry.compressionMethod} is not known`;
  }
  return "";
}

function memberBytes(entry: Entry, readAt: (offset: number, length: number) => Buffer): Buffer {
  const header = readAt(entry.relativeOffsetOfLocalHeader, LOCAL_HEADER_BYTES);
  if (header.length < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) {
    throw new Error(`${entry.fileName} is not where the directory says`);
  }
  const skip = LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = readAt(entry.relativeOffsetOfLocalHeader + skip, entry.compressedSize);
  if (packed.length !== entry.compressedSize) throw new Error(`${entry.fileName} is cut short`);
  const bytes =
    entry.compressionMethod === STORED
      ? packed
      : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) {
    throw new Error(`${entry.fileName} is damaged`);
  }
  return bytes;
}

const openZip = (whole: Buffer | null, fd: number): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false };
    const done = (error: Error | null, zip?: ZipFile): void =>
      zip ? resolve(zip) : reject(error ?? new Error("empty"));
    if (whole) yauzl.fromBuffer(whole, options, done);
    else yauzl.fromFd(fd, options, done);
  });

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  let settle: { resolve: (entry: Entry | null) => void; reject: (error: unknown) => void } | null = null;
  zip.on("entry", (entry: Entry) => settle?.resolve(entry));
  zip.on("end", () => settle?.resolve(null));
  zip.on("error", (error: unknown) => settle?.reject(error));
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<Entry | null>();
    settle = { resolve, reject };
    zip.readEntry();
    const entry = await promise;
    if (entry === null) return;
    yield entry;
  }
}
