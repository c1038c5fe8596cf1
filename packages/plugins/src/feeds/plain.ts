import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { messageOf } from "@zerotrace/core";

const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0x28b52ffd;
const CHUNK_BYTES = 256 * 1024;

/** What reading one file may cost. */
export interface PlainOptions {
  /** Most bytes after inflating. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a file, inflated when it is gzip or zstd. The first bytes decide, not the name: some servers label such a file as
 * encoded and the client then unpacks it. Throws Error when it is damaged or holds more than `maxBytes`.
 */
export async function* plainChunks(path: string, options: PlainOptions): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of await openPlain(path, options.signal)) {
    total += (chunk as Buffer).length;
    if (total > options.maxBytes) throw new Error(`it holds more than ${options.maxBytes} bytes`);
    yield chunk as Buffer;
  }
}

/** All of it at once; see `plainChunks`. */
export async function plainBytes(path: string, options: PlainOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of plainChunks(path, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function openPlain(path: string, signal: AbortSignal): Promise<Readable> {
  const file = await open(path);
  const head = Buffer.alloc(4);
  try {
    await file.read(head, 0, 4, 0);
  } finally {
    await file.close();
  }
  const source = createReadStream(path, { signal, highWaterMark: CHUNK_BYTES });
  const isGzip = head.readUInt16BE(0) === GZIP_MAGIC;
  if (!isGzip && head.readUInt32BE(0) !== ZSTD_MAGIC) return source;
  const plain = isGzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  // Whoever stops reading early gives the file back too.
  plain.on("close", () => source.destroy());
  source.on("error", (error) => plain.destroy(new Error(messageOf(error), { cause: error })));
  return source.pipe(plain);
}
