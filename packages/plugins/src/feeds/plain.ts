import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { messageOf } from "@zerotrace/core";

/** What reading one file may cost. */
export interface PlainOptions {
  /** Most bytes after inflating. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a file, inflated when it is gzip. The first bytes decide, not the name: some servers label such a file as
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
  const head = Buffer.alloc(2);
  try {
    await file.read(head, 0, 2, 0);
  } finally {
    await file.close();
  }
  const source = createReadStream(path, { signal, highWaterMark: 256 * 1024 });
  if (head[0] !== 0x1f || head[1] !== 0x8b) return source;
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  // Whoever stops reading early gives the file back too.
  plain.on("close", () => source.destroy());
  source.on("error", (error) => plain.destroy(new Error(messageOf(error), { cause: error })));
  return source.pipe(plain);
}
