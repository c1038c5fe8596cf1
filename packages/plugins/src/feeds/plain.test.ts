import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { freshFolder } from "./fixtures.ts";
import { plainBytes, plainChunks } from "./plain.ts";

const { signal } = new AbortController();

function fileOf(bytes: Buffer): string {
  const path = join(freshFolder(), "file");
  writeFileSync(path, bytes);
  return path;
}

test("a file is read whether it is packed or not, the name does not matter", async () => {
  for (const text of ["", "x", "hello ".repeat(100_000)]) {
    for (const bytes of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
      expect((await plainBytes(fileOf(bytes), { maxBytes: 1_000_000, signal })).toString()).toBe(text);
    }
  }
});

test("more than the bound, a damaged file and one cut short are refused", async () => {
  const packed = gzipSync(Buffer.alloc(1_000_000));
  for (const bytes of [packed, Buffer.alloc(1000)]) {
    await expect(plainBytes(fileOf(bytes), { maxBytes: 999, signal })).rejects.toThrow("more than 999");
  }
  const damaged = Buffer.from(packed);
  damaged[damaged.length - 5]! ^= 1;
  for (const bytes of [packed.subarray(0, 100), damaged]) {
    await expect(plainBytes(fileOf(bytes), { maxBytes: 2_000_000, signal })).rejects.toThrow();
  }
});

test("it stops when told, and when nobody reads on", async () => {
  const path = fileOf(gzipSync(Buffer.alloc(5_000_000)));
  await expect(plainBytes(path, { maxBytes: 1e9, signal: AbortSignal.abort() })).rejects.toThrow();
  for await (const chunk of plainChunks(path, { maxBytes: 1e9, signal })) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
});
