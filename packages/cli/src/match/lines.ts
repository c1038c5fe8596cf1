import { isAscii, isUtf8 } from "node:buffer";

/** Longest line that is read, in bytes; a longer one is malformed. */
export const LINE_BYTES_MAX = 64 * 1024;

/**
 * Takes a line: where it begins and ends, without its end, and whether it is text: neither too long nor other than UTF-8. Answers
 * whether to go on.
 */
export type TakeLine = (start: number, end: number, isText: boolean) => boolean;

/** Of a line over the bound so much is kept: it stays over the bound, also without a CR. */
const CUT_BYTES = LINE_BYTES_MAX + 2;

const NEWLINE = 10;
const RETURN = 13;

/** The mark that some editors write before UTF-8 text. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The first chunk of text without its mark. */
const withoutMark = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes);

/**
 * A stream of chunks of any size as chunks that begin and end with a line, as little joined as that takes. A line over the bound is cut
 * short, yet stays over it, so that memory is bounded by one chunk and one line. A byte order mark at the beginning is left out.
 */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const lines of joined(chunks)) {
    const text = isFirst ? withoutMark(lines) : lines;
    isFirst = false;
    if (text.length > 0) yield text;
  }
}

async function* joined(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (rest.length > CUT_BYTES) {
      const next = bytes.indexOf(NEWLINE);
      rest = rest.subarray(0, CUT_BYTES);
      if (next < 0) continue;
      bytes = bytes.subarray(next);
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield rest.length === 0 ? bytes.subarray(0, end) : Buffer.concat([rest, bytes.subarray(0, end)]);
      rest = Buffer.from(bytes.subarray(end));
    } else rest = Buffer.concat([rest, bytes]);
  }
  if (rest.length > 0) yield rest;
}

/**
 * Gives whole lines, ended by LF or CRLF, the last one with or without an end, from a place on until `take` says no. Answers the
 * place behind the last one given.
 */
export const eachLine = (bytes: Buffer, from: number, take: TakeLine): number => {
  const ascii = isAscii(bytes);
  for (let start = from; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
    const isText = last - start <= LINE_BYTES_MAX && (ascii || isUtf8(bytes.subarray(start, last)));
    const goesOn = take(start, last, isText);
    start = end + 1;
    if (!goesOn) return Math.min(start, bytes.length);
  }
  return bytes.length;
};
