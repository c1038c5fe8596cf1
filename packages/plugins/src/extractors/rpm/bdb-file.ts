const PAGE_BYTES = 4096;
const HEAD_BYTES = 26;
const ROOM = PAGE_BYTES - HEAD_BYTES;

/** The bytes of a Berkeley DB hash that holds the blobs as rpm wrote them before 4.16, in either byte order. For tests. */
export const bdbFile = (blobs: readonly Uint8Array[], isLittle = true): Uint8Array => {
  const perPage = 100;
  const bucketCount = Math.max(1, Math.ceil((blobs.length + 1) / perPage));
  const chunkCounts = blobs.map((blob) => Math.ceil(blob.length / ROOM));
  const pageCount = 1 + bucketCount + chunkCounts.reduce((a, b) => a + b, 0);
  const bytes = new Uint8Array(pageCount * PAGE_BYTES);
  const view = new DataView(bytes.buffer);
  const u32 = (at: number, value: number): void => view.setUint32(at, value, isLittle);
  const u16 = (at: number, value: number): void => view.setUint16(at, value, isLittle);
  u32(12, 0x061561);
  u32(16, 9);
  u32(20, PAGE_BYTES);
  bytes[25] = 8;
  u32(32, pageCount - 1);
  let chunkPage = 1 + bucketCount;
  const firstPages = blobs.map((blob, i) => {
    const first = chunkPage;
    for (let n = 0; n < chunkCounts[i]!; n += 1, chunkPage += 1) {
      const part = blob.subarray(n * ROOM, (n + 1) * ROOM);
      const at = chunkPage * PAGE_BYTES;
      u32(at + 8, chunkPage);
      u32(at + 16, n + 1 < chunkCounts[i]! ? chunkPage + 1 : 0);
      u16(at + 22, part.length);
      bytes[at + 25] = 7;
      bytes.set(part, at + HEAD_BYTES);
    }
    return first;
  });
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const page = 1 + bucket;
    const at = page * PAGE_BYTES;
    u32(at + 8, page);
    bytes[at + 25] = bucket % 2 === 0 ? 13 : 2;
    let end = PAGE_BYTES;
    let entries = 0;
    const item = (sizeBytes: number, write: (from: number) => void): void => {
      end -= sizeBytes;
      u16(at + HEAD_BYTES + entries * 2, end);
      entries += 1;
      write(at + end);
    };
    const key = (number: number): void => item(5, (from) => ((bytes[from] = 1), u32(from + 1, number)));
    if (bucket === 0) {
      key(0);
      item(5, (from) => ((bytes[from] = 1), u32(from + 1, blobs.length)));
    }
    for (let i = bucket * perPage; i < Math.min(blobs.length, (bucket + 1) * perPage); i += 1) {
      key(i + 1);
      item(12, (from) => {
        bytes[from] = 3;
        u32(from + 4, firstPages[i]!);
        u32(from + 8, blobs[i]!.length);
      });
    }
    u16(at + 20, entries);
  }
  return bytes;
};
