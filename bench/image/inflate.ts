/** The least that could read an image: each layer of an archive read and unpacked, and nothing done with it. Plain Node. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Writable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { tarEntries } from "../../packages/plugins/src/tar.ts";

const PIECE_BYTES = 128 * 1024;
const path = process.argv[2] as string;
const file = await open(path);
const head = Buffer.alloc(4);
let unpackedBytes = 0;
for await (const { offset, sizeBytes } of tarEntries(file, { maxMembers: 1000 })) {
  await file.read(head, 0, 4, offset);
  const isGzip = head.readUInt16BE(0) === 0x1f8b;
  if (!isGzip && head.readUInt32LE(0) !== 0xfd2fb528) continue;
  await pipeline(
    createReadStream(path, { start: offset, end: offset + sizeBytes - 1, highWaterMark: PIECE_BYTES }),
    isGzip ? createGunzip({ chunkSize: PIECE_BYTES }) : createZstdDecompress({ chunkSize: PIECE_BYTES }),
    new Writable({
      write: (chunk: Buffer, _, done) => {
        unpackedBytes += chunk.length;
        done();
      },
    }),
  );
}
await file.close();
process.stdout.write(`${unpackedBytes}\n`);
