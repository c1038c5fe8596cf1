import type { AdvisoryIndex } from "@zerotrace/core";
import type { Sink } from "../cli.ts";
import { type Line, readLines } from "./lines.ts";
import { createVerdictWriter, type Pieces, quote } from "./verdict-json.ts";

/** Text that is gathered before it is written, in characters. */
const WRITE_CHARS = 256 * 1024;
/** Lines that are named at most when they are malformed; the rest are counted. */
export const NAMED_MAX = 1000;

/** What came of a stream of lines. */
export interface MatchedLines {
  readonly lineCount: number;
  readonly malformedCount: number;
}

export interface MatchLinesOptions {
  readonly index: AdvisoryIndex;
  readonly input: AsyncIterable<Uint8Array>;
  readonly out: Sink;
  readonly signal: AbortSignal;
  /** Called for each malformed line, up to `NAMED_MAX`, with its number from 1. */
  readonly onMalformed: (lineNumber: number) => void;
  /** Called with the lines done, each time something was written. */
  readonly onProgress: (lineCount: number) => void;
}

/** Characters besides the tab that JSON text cannot hold as they are. */
// eslint-disable-next-line no-control-regex
const ESCAPED = /["\\\u0000-\u0008\u000a-\u001f]/;

/** Characters of a line's object around its fields. */
const HEAD_CHARS = 40;

const MALFORMED = `"verdict":"unknown","reason":"malformed","findings":[]}`;

/** The fields of a line; null when they are not three or one of them is empty. */
const fieldsOf = (line: string): readonly [string, string, string] | null => {
  const first = line.indexOf("\t");
  const second = line.indexOf("\t", first + 1);
  if (first <= 0 || second <= first + 1 || second === line.length - 1) return null;
  if (line.includes("\t", second + 1)) return null;
  return [line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1)];
};

const headOf = (ecosystem: string, name: string, version: string): string =>
  `{"ecosystem":${quote(ecosystem)},"name":${quote(name)},"version":${quote(version)},`;

const malformedOf = (line: Line): string => {
  const [ecosystem = "", name = "", ...version] = (line ?? "").split("\t");
  return headOf(ecosystem, name, version.join("\t")) + MALFORMED;
};

/**
 * Judges lines of `ecosystem<TAB>name<TAB>version` and writes one JSON object a line, in their order. Memory does not grow
 * with the input: it goes on only when `out` takes more. Throws what the input throws, and the signal's reason when aborted.
 */
export const matchLines = async (options: MatchLinesOptions): Promise<MatchedLines> => {
  const { index, out, signal } = options;
  const writeVerdict = createVerdictWriter(index);
  let pieces: Pieces = [];
  let chars = 0;
  let lineCount = 0;
  let malformedCount = 0;

  const answer = (line: Line): void => {
    lineCount += 1;
    const fields = line === null ? null : fieldsOf(line);
    if (fields) {
      const [ecosystem, name, version] = fields;
      if (ESCAPED.test(line!)) pieces.push(headOf(ecosystem, name, version));
      else pieces.push('{"ecosystem":"', ecosystem, '","name":"', name, '","version":"', version, '",');
      chars += HEAD_CHARS + line!.length + writeVerdict(pieces, index.match(ecosystem, name, version));
    } else {
      malformedCount += 1;
      if (malformedCount <= NAMED_MAX) options.onMalformed(lineCount);
      const text = malformedOf(line);
      chars += text.length;
      pieces.push(text);
    }
    pieces.push("\n");
  };
  const write = async (): Promise<void> => {
    out.write(pieces.join(""));
    pieces = [];
    chars = 0;
    options.onProgress(lineCount);
    await out.drained?.();
    signal.throwIfAborted();
  };
  for await (const lines of readLines(options.input)) {
    for (const line of lines) {
      answer(line);
      if (chars >= WRITE_CHARS) await write();
    }
  }
  if (pieces.length > 0) await write();
  return { lineCount, malformedCount };
};
