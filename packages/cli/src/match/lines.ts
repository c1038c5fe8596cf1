import { isAscii, isUtf8 } from "node:buffer";

/** Longest line that is read, in bytes; a longer one is malformed. */
export const LINE_BYTES_MAX = 64 * 1024;

/** One line without its end; null when it is too long or not UTF-8. */
export type Line = string | null;

const NEWLINE = 10;
const RETURN = 13;

const lineOf = (bytes: Buffer, start: number, end: number, ascii: boolean): Line => {
  const last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
  if (last - start > LINE_BYTES_MAX) return null;
  // A string of its own: what is kept of it does not keep the whole chunk.
  if (ascii) return bytes.toString("latin1", start, last);
  return isUtf8(bytes.subarray(start, last)) ? bytes.toString("utf8", start, last) : null;
};

/**
 * The lines of a stream of chunks of any size, ended by LF or CRLF; the last one needs no end. Memory is bounded by one
 * chunk and one line. Lines come in groups, one for each chunk, so that nobody waits between lines.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Line>> {
  let rest: Buffer = Buffer.alloc(0);
  let tooLong = false;

  function* split(chunk: Uint8Array): Generator<Line> {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    const ascii = isAscii(bytes);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield tooLong ? null : lineOf(bytes, start, end, ascii);
      tooLong = false;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length <= LINE_BYTES_MAX + 1) return;
    tooLong = true;
    rest = rest.subarray(0, 0);
  }

  for await (const chunk of chunks) yield split(chunk);
  if (tooLong) yield [null];
  else if (rest.length > 0) yield [lineOf(rest, 0, rest.length, isAscii(rest))];
}
