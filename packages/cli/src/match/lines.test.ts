import { expect, test } from "vitest";
import { type Line, LINE_BYTES_MAX, readLines } from "./lines.ts";

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const linesOf = async (bytes: Buffer, size: number): Promise<Line[]> => {
  const lines: Line[] = [];
  for await (const group of readLines(chunksOf(bytes, size))) lines.push(...group);
  return lines;
};

test("lines are the same wherever the chunks end, also within a character or a line end", async () => {
  const bytes = Buffer.concat([Buffer.from("a\tb\r\n\nzürich\t€\n"), Buffer.from([0xff, 10]), Buffer.from("end\r")]);
  for (let size = 1; size <= bytes.length; size += 1) {
    expect(await linesOf(bytes, size)).toEqual(["a\tb", "", "zürich\t€", null, "end"]);
  }
  expect(await linesOf(Buffer.alloc(0), 1)).toEqual([]);
});

test("a line over the bound is null, counted once, and what follows is read", async () => {
  const long = Buffer.from(`x\n${"a".repeat(LINE_BYTES_MAX)}\n${"a".repeat(3 * LINE_BYTES_MAX)}\ny\n`);
  for (const size of [1000, LINE_BYTES_MAX, long.length]) {
    expect((await linesOf(long, size)).map((line) => line?.length ?? null)).toEqual([1, LINE_BYTES_MAX, null, 1]);
  }
  expect(await linesOf(Buffer.from("b".repeat(LINE_BYTES_MAX + 2)), 4096)).toEqual([null]);
});
