import { AppError } from "@zerotrace/core";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/** Bytes of one layer or archive when unpacked: the bound against archives that explode. */
export const MAX_LAYER_BYTES = 64 * 1024 ** 3;
/** Bytes that the unpacker gives at once. */
const PIECE_BYTES = 128 * 1024;
const ZSTD_MAGIC = 0xfd2fb528;
/** Frames that carry no bytes of the file, `184D2A50` to `184D2A5F`; a layer may begin with one. */
const SKIPPED_MAGIC = 0x184d2a50;

/** How the bytes are packed, by the first four of them. */
export const packingOf = (head: Buffer): "gzip" | "zstd" | "plain" => {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
  return magic === ZSTD_MAGIC || (magic & 0xfffffff0) >>> 0 === SKIPPED_MAGIC ? "zstd" : "plain";
};

/** The bytes of a layer, unpacked by what they are: gzip, zstd or plain. Throws AppError UNREADABLE above `maxBytes`. */
export async function* unpacked(chunks: AsyncIterable<Buffer>, maxBytes = MAX_LAYER_BYTES): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head = await headOf(iterator);
  if (head === null) return;
  const all = withFirst(head, iterator);
  const packing = packingOf(head);
  const plain =
    packing === "gzip"
      ? inflated(all, createGunzip({ chunkSize: PIECE_BYTES }))
      : packing === "zstd"
        ? inflated(all, createZstdDecompress({ chunkSize: PIECE_BYTES }))
        : all;
  let sizeBytes = 0;
  for await (const chunk of plain) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new AppError("UNREADABLE", `It unpacks to more than ${maxBytes} bytes.`);
    yield chunk;
  }
}

/** The first chunks until they hold four bytes; null when there are none. */
const headOf = async (iterator: AsyncIterator<Buffer>): Promise<Buffer | null> => {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  while (sizeBytes < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    parts.push(next.value);
    sizeBytes += next.value.length;
  }
  return sizeBytes === 0 ? null : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
};

/** The chunks with the first one before them. */
export const withFirst = (first: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> => {
  let isFirst = true;
  const next = (): Promise<IteratorResult<Buffer>> => {
    if (!isFirst) return rest.next();
    isFirst = false;
    return Promise.resolve({ value: first, done: false });
  };
  const end = async (): Promise<IteratorResult<Buffer>> => {
    await rest.return?.();
    return { value: undefined, done: true };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
};

async function* inflated(
  chunks: AsyncIterable<Buffer>,
  through: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks, { objectMode: false });
  source.on("error", (error) => through.destroy(error));
  source.pipe(through);
  try {
    for await (const chunk of through) yield chunk as Buffer;
  } finally {
    source.destroy();
    through.destroy();
  }
}
