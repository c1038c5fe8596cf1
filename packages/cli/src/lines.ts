import type { Cli } from "./cli.ts";

/** Longest line that is read, in UTF-16 code units. */
const LINE_CHARS_MAX = 65_536;

/**
 * Answers standard input line by line: `answer` gets each line without its end and its number from 1, and what it
 * returns is written as one line; a line over the bound gets `tooLong`. Memory does not grow with the input. Throws what
 * `answer` throws; the answers to the lines before are written first.
 */
export const answerLines = async (
  cli: Cli,
  tooLong: string,
  answer: (line: string, lineNumber: number) => string,
): Promise<void> => {
  const decoder = new TextDecoder();
  let rest = "";
  let isPassing = false;
  let lineNumber = 0;
  let answers = "";
  const add = (line: string): void => {
    lineNumber++;
    const isTooLong = isPassing || line.length > LINE_CHARS_MAX;
    isPassing = false;
    answers += `${isTooLong ? tooLong : answer(line.endsWith("\r") ? line.slice(0, -1) : line, lineNumber)}\n`;
  };
  const take = (text: string): void => {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      add(text.slice(from, end));
      from = end + 1;
    }
    rest = text.slice(from);
    if (rest.length <= LINE_CHARS_MAX) return;
    isPassing = true;
    rest = "";
  };
  try {
    for await (const chunk of cli.input) {
      take(rest + decoder.decode(chunk, { stream: true }));
      cli.out.write(answers);
      answers = "";
      await cli.out.drained?.();
    }
    const last = rest + decoder.decode();
    if (last !== "" || isPassing) add(last);
  } finally {
    if (answers !== "") cli.out.write(answers);
  }
};
