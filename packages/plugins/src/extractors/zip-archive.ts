import { inflateRawSync } from "node:zlib";
import { fileNumber, numbersOf } from "./program-bytes.ts";

/** Bytes that can be read in ranges: a file, a part of one, or memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fewer bytes only at the end. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

export interface ZipEntry {
  /** As it is written; it is never used as a path of this machine. */
  readonly name: string;
  readonly isPacked: boolean;
  readonly packedBytes: number;
  /** As the archive claims. */
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

/** Names of one archive (bytes), read at once. 500,000 entries have about 50 MB. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const END = 0x0605_4b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_64 = 0x0706_4b50;
const LOCATOR_BYTES = 20;
const END_64 = 0x0606_4b50;
const ENTRY = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const UNSET_32 = 0xffff_ffff;

/** Memory as a source. */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
  sizeBytes: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
});

/**
 * The entries that a ZIP archive's directory lists (APPNOTE 6.3.10, with ZIP64), what was written before it passed over.
 * Entries that are encrypted or packed otherwise than by deflate are left out. Throws Error when the archive has no
 * directory, contradicts itself, or lists more than `maxEntries`.
 */
export const archiveEntries = async (source: ByteSource, maxEntries: number): Promise<ZipEntry[]> => {
  const { offset, sizeBytes, count, shift } = await directoryOf(source);
  if (count > maxEntries) throw new Error(`it has more than ${maxEntries} entries`);
  if (sizeBytes > MAX_DIRECTORY_BYTES) throw new Error(`its directory is larger than ${MAX_DIRECTORY_BYTES} bytes`);
  const bytes = bufferOf(await source.read(offset, sizeBytes));
  const fields = numbersOf(bytes, true);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count && at + 46 <= bytes.length;) {
    if (fields.u32(at) !== ENTRY) throw new Error("its directory is broken");
    const [nameBytes, extraBytes, commentBytes] = [fields.u16(at + 28), fields.u16(at + 30), fields.u16(at + 32)];
    const end = at + 46 + nameBytes + extraBytes + commentBytes;
    if (end > bytes.length) throw new Error("its directory is broken");
    const method = fields.u16(at + 10);
    if ((fields.u16(at + 8) & ENCRYPTED) === 0 && (method === STORED || method === DEFLATED)) {
      const sizes = [fields.u32(at + 24), fields.u32(at + 20), fields.u32(at + 42)] as const;
      const extra = bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
      const [size, packedBytes, headerOffset] = sizes.includes(UNSET_32) ? longSizes(extra, sizes) : sizes;
      entries.push({
        name: bytes.toString("utf8", at + 46, at + 46 + nameBytes),
        isPacked: method === DEFLATED,
        packedBytes,
        sizeBytes: size,
        headerOffset: headerOffset + shift,
      });
    }
    at = end;
  }
  return entries;
};

/** What the entry holds. Throws Error when that is more than `maxBytes`, or cannot be unpacked. */
export const readEntry = async (source: ByteSource, entry: ZipEntry, maxBytes: number): Promise<Uint8Array> => {
  const packed = await packedSource(source, entry);
  if (entry.packedBytes > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
  // Sooner than zlib, which speaks of its buffers; it stops those whose size is a lie.
  if (entry.sizeBytes > maxBytes) throw new Error(`it would unpack to more than ${maxBytes} bytes`);
  const bytes = await packed.read(0, packed.sizeBytes);
  return entry.isPacked ? inflateRawSync(bytes, { maxOutputLength: maxBytes }) : bytes;
};

/** The bytes of an entry as they lie in the archive; those of one that is not packed need not be copied. */
export const packedSource = async (source: ByteSource, entry: ZipEntry): Promise<ByteSource> => {
  const header = numbersOf(await source.read(entry.headerOffset, LOCAL_BYTES), true);
  if (header.u32(0) !== LOCAL) throw new Error("an entry is not where the directory says");
  const start = entry.headerOffset + LOCAL_BYTES + header.u16(26) + header.u16(28);
  const sizeBytes = Math.min(entry.packedBytes, Math.max(0, source.sizeBytes - start));
  return {
    sizeBytes,
    read: (offset, length) => source.read(start + offset, Math.max(0, Math.min(length, sizeBytes - offset))),
  };
};

interface Directory {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly count: number;
  /** What lies before the archive: a program that starts it, or the mark of a jmod (bytes). */
  readonly shift: number;
}

const directoryOf = async (source: ByteSource): Promise<Directory> => {
  const tailAt = Math.max(0, source.sizeBytes - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await source.read(tailAt, source.sizeBytes - tailAt);
  const fields = numbersOf(tail, true);
  let at = tail.length - END_BYTES;
  while (at >= 0 && !(tail[at] === 0x50 && fields.u32(at) === END)) at--;
  if (at < 0) throw new Error("it is no ZIP archive, or cut off");
  const said = { count: fields.u16(at + 10), sizeBytes: fields.u32(at + 12), offset: fields.u32(at + 16) };
  const isZip64 = said.count === 0xffff || said.sizeBytes === UNSET_32 || said.offset === UNSET_32;
  const long = isZip64 ? await longDirectory(source, tailAt + at) : null;
  const { count, sizeBytes, offset, endsAt } = long ?? { ...said, endsAt: tailAt + at };
  const shift = endsAt - sizeBytes - offset;
  if (shift < 0) throw new Error("its directory is broken");
  return { offset: offset + shift, sizeBytes, count, shift };
};

const longDirectory = async (
  source: ByteSource,
  end: number,
): Promise<(Omit<Directory, "shift"> & { endsAt: number }) | null> => {
  if (end < LOCATOR_BYTES) return null;
  const locator = numbersOf(await source.read(end - LOCATOR_BYTES, LOCATOR_BYTES), true);
  if (locator.u32(0) !== LOCATOR_64) return null;
  const endsAt = fileNumber(locator.u64(8));
  const record = numbersOf(await source.read(endsAt, 56), true);
  if (record.u32(0) !== END_64) return null;
  return {
    count: fileNumber(record.u64(32)),
    sizeBytes: fileNumber(record.u64(40)),
    offset: fileNumber(record.u64(48)),
    endsAt,
  };
};

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sizes that have no room in 32 bits are in the extra field, in this order. */
const longSizes = (extra: Uint8Array, sizes: readonly [number, number, number]): [number, number, number] => {
  const long: [number, number, number] = [...sizes];
  const fields = numbersOf(extra, true);
  for (let at = 0; at + 4 <= extra.length; at += 4 + fields.u16(at + 2)) {
    if (fields.u16(at) !== 1) continue;
    let next = at + 4;
    sizes.forEach((size, index) => {
      if (size !== UNSET_32 || next + 8 > extra.length) return;
      long[index] = fileNumber(fields.u64(next));
      next += 8;
    });
    break;
  }
  return long;
};
