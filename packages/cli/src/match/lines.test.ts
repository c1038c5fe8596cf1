import { expect, test } from "vitest";
import { eachLine, LINE_BYTES_MAX, wholeLines } from "./lines.ts";

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const linesOf = async (bytes: Buffer, size: number): Promise<(string | null)[]> => {
  const lines: (string | null)[] = [];
  for await (const whole of wholeLines(chunksOf(bytes, size))) {
    expect(whole.length).toBeLessThan(size + LINE_BYTES_MAX + 4);
    // one at a time, as a reader that pauses after each
    const take = (start: number, end: number, isText: boolean) =>
      lines.push(isText ? whole.toString("utf8", start, end) : null) < 0;
    for (let at = 0; at < whole.length;) at = eachLine(whole, at, take);
  }
  return lines;
};

test("lines are the same wherever the chunks end, also within a character or a line end", async () => {
  const bytes = Buffer.concat([Buffer.from("a\tb\r\n\nzürich\t€\n"), Buffer.from([0xff, 10]), Buffer.from("end\r")]);
  for (let size = 1; size <= bytes.length; size += 1) {
    expect(await linesOf(bytes, size)).toEqual(["a\tb", "", "zürich\t€", null, "end"]);
  }
  expect(await linesOf(Buffer.alloc(0), 1)).toEqual([]);
});

test("a byte order mark before the text is no part of its first line", async () => {
  const bytes = Buffer.from("\uFEFFa\n\uFEFFb\n");
  for (let size = 1; size <= bytes.length; size += 1) expect(await linesOf(bytes, size)).toEqual(["a", "\uFEFFb"]);
  expect(await linesOf(Buffer.from("\uFEFF"), 2)).toEqual([]);
});

test("a line over the bound is null, counted once, and what follows is read", async () => {
  const long = Buffer.from(`x\n${"a".repeat(LINE_BYTES_MAX)}\n${"a".repeat(3 * LINE_BYTES_MAX)}\ny\n`);
  for (const size of [1000, LINE_BYTES_MAX, long.length]) {
    expect((await linesOf(long, size)).map((line) => line?.length ?? null)).toEqual([1, LINE_BYTES_MAX, null, 1]);
  }
  expect(await linesOf(Buffer.from("b".repeat(LINE_BYTES_MAX + 2)), 4096)).toEqual([null]);
});
