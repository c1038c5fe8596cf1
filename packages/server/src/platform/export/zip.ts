import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

/** A file of an archive, written as it comes. */
export interface ZipEntry {
  readonly name: string;
  readonly text: Iterable<string> | AsyncIterable<string>;
}

/** 2.0: deflate. */
const VERSION = 20;
/** Sizes and checksum follow the file; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1980-01-01: the same rows make the same bytes. */
const DATE = 0x0021;
/** Most bytes that a field of the format holds. */
const BYTES_MAX = 0xffff_ffff;

interface Written {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
}

const header = (signature: number, size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(signature, 0);
  return bytes;
};

const localHeader = (name: Buffer): Buffer => {
  const bytes = header(0x0403_4b50, 30);
  bytes.writeUInt16LE(VERSION, 4);
  bytes.writeUInt16LE(FLAGS, 6);
  bytes.writeUInt16LE(DEFLATE, 8);
  bytes.writeUInt16LE(DATE, 12);
  bytes.writeUInt16LE(name.length, 26);
  return Buffer.concat([bytes, name]);
};

const descriptor = (w: Written): Buffer => {
  const bytes = header(0x0807_4b50, 16);
  bytes.writeUInt32LE(w.crc, 4);
  bytes.writeUInt32LE(w.packedBytes, 8);
  bytes.writeUInt32LE(w.bytes, 12);
  return bytes;
};

const centralHeader = (w: Written): Buffer => {
  const bytes = header(0x0201_4b50, 46);
  bytes.writeUInt16LE(VERSION, 4);
  bytes.writeUInt16LE(VERSION, 6);
  bytes.writeUInt16LE(FLAGS, 8);
  bytes.writeUInt16LE(DEFLATE, 10);
  bytes.writeUInt16LE(DATE, 14);
  bytes.writeUInt32LE(w.crc, 16);
  bytes.writeUInt32LE(w.packedBytes, 20);
  bytes.writeUInt32LE(w.bytes, 24);
  bytes.writeUInt16LE(w.name.length, 28);
  bytes.writeUInt32LE(w.offset, 42);
  return Buffer.concat([bytes, w.name]);
};

const endOf = (count: number, size: number, offset: number): Buffer => {
  const bytes = header(0x0605_4b50, 22);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
};

const within = (bytes: number): number => {
  if (bytes > BYTES_MAX) throw new RangeError("an archive of this format holds no more than 4 GiB");
  return bytes;
};

/**
 * A ZIP archive, entry by entry as they come, holding none of them in memory. Throws RangeError where an entry or all of them
 * exceed 4 GiB, and what `entries` throws.
 */
export async function* zipStream(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const { name, text } of entries) {
    const nameBytes = Buffer.from(name);
    const start = localHeader(nameBytes);
    yield start;
    let [crc, bytes, packedBytes] = [0, 0, 0];
    const counted = async function* () {
      for await (const part of text) {
        const chunk = Buffer.from(part);
        crc = crc32(chunk, crc);
        bytes = within(bytes + chunk.length);
        yield chunk;
      }
    };
    // what goes wrong in the source ends the iteration below
    const packed = pipeline(Readable.from(counted()), createDeflateRaw(), () => undefined);
    for await (const chunk of packed as AsyncIterable<Buffer>) {
      packedBytes += chunk.length;
      yield chunk;
    }
    const w = { name: nameBytes, offset, crc, packedBytes, bytes };
    const end = descriptor(w);
    yield end;
    written.push(w);
    offset = within(offset + start.length + packedBytes + end.length);
  }
  const directory = Buffer.concat(written.map(centralHeader));
  yield directory;
  yield endOf(written.length, directory.length, offset);
}
