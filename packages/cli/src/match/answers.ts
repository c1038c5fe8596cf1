import type { AdvisoryIndex } from "@zerotrace/core";
import { ByteText } from "./byte-text.ts";
import { createVerdictWriter } from "./verdict-json.ts";

/** Answers of lines as JSON lines in UTF-8, gathered until they are taken. */
export interface Answers {
  /** Answers the line between two places; false when it is malformed. */
  add(bytes: Buffer, start: number, end: number, isText: boolean): boolean;
  /** Bytes gathered. */
  readonly length: number;
  take(): Uint8Array<ArrayBuffer>;
}

const TAB = 9;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const ECOSYSTEM = encode('{"ecosystem":"');
const NAME = encode('","name":"');
const VERSION = encode('","version":"');
const END = encode('",');
const MALFORMED = `"verdict":"unknown","reason":"malformed","findings":[]}`;

const headOf = (ecosystem: string, name: string, version: string): string =>
  `{"ecosystem":${JSON.stringify(ecosystem)},"name":${JSON.stringify(name)},"version":${JSON.stringify(version)},`;

const malformedOf = (line: string): string => {
  const [ecosystem = "", name = "", ...version] = line.split("\t");
  return headOf(ecosystem, name, version.join("\t")) + MALFORMED;
};

/** Judges lines of `ecosystem<TAB>name<TAB>version`: one JSON object a line. White space around a field is no part of it. */
export const createAnswers = (index: AdvisoryIndex): Answers => {
  const writeVerdict = createVerdictWriter(index);
  const out = new ByteText();

  const writeHead = (bytes: Buffer, at: readonly [number, number, number, number]): boolean => {
    out.bytes(ECOSYSTEM);
    if (!out.plain(bytes, at[0], at[1])) return false;
    out.bytes(NAME);
    if (!out.plain(bytes, at[1] + 1, at[2])) return false;
    out.bytes(VERSION);
    if (!out.plain(bytes, at[2] + 1, at[3])) return false;
    out.bytes(END);
    return true;
  };
  /** Answers a line of three fields that are not empty; false where it is none. */
  const addJudged = (bytes: Buffer, start: number, end: number): boolean => {
    const line = bytes.toString("utf8", start, end);
    const first = line.indexOf("\t");
    const second = line.indexOf("\t", first + 1);
    if (first <= 0 || second <= first + 1 || second === line.length - 1) return false;
    if (line.includes("\t", second + 1)) return false;
    const ecosystem = line.slice(0, first).trim();
    const name = line.slice(first + 1, second).trim();
    const version = line.slice(second + 1).trim();
    if (ecosystem === "" || name === "" || version === "") return false;
    const before = out.length;
    const nameAt = line.length === end - start ? start + first : bytes.indexOf(TAB, start);
    const versionAt = line.length === end - start ? start + second : bytes.indexOf(TAB, nameAt + 1);
    if (!writeHead(bytes, [start, nameAt, versionAt, end])) {
      out.cut(before);
      out.text(headOf(line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1)));
    }
    writeVerdict(out, index.match(ecosystem, name, version));
    return true;
  };
  return {
    get length() {
      return out.length;
    },
    add: (bytes, start, end, isText) => {
      const isGood = isText && addJudged(bytes, start, end);
      if (!isGood) out.text(malformedOf(isText ? bytes.toString("utf8", start, end) : ""));
      out.text("\n");
      return isGood;
    },
    take: () => out.take(),
  };
};
