import { AppError } from "@zerotrace/core";
import type { Cli } from "./cli.ts";

/** Longest line that is read, in UTF-16 code units. */
const LINE_CHARS_MAX = 65_536;

const tooLong = (lineNumber: number): AppError =>
  new AppError("BAD_REQUEST", `Line ${lineNumber} is longer than ${LINE_CHARS_MAX} characters.`, { field: "stdin" });

/**
 * Answers standard input line by line: `answer` gets each line without its end and its number from 1, and what it
 * returns is written as one line. Memory does not grow with the input. Throws BAD_REQUEST for a line over the bound,
 * and what `answer` throws; the answers to the lines before are written first.
 */
export const answerLines = async (cli: Cli, answer: (line: string, lineNumber: number) => string): Promise<void> => {
  const decoder = new TextDecoder();
  let rest = "";
  let lineNumber = 0;
  let answers = "";
  const add = (line: string): void => {
    lineNumber++;
    if (line.length > LINE_CHARS_MAX) throw tooLong(lineNumber);
    answers += `${answer(line.endsWith("\r") ? line.slice(0, -1) : line, lineNumber)}\n`;
  };
  const take = (text: string): void => {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      add(text.slice(from, end));
      from = end + 1;
    }
    rest = text.slice(from);
    if (rest.length > LINE_CHARS_MAX) throw tooLong(lineNumber + 1);
  };
  try {
    for await (const chunk of cli.input) {
      take(rest + decoder.decode(chunk, { stream: true }));
      cli.out.write(answers);
      answers = "";
      await cli.out.drained?.();
    }
    const last = rest + decoder.decode();
    if (last !== "") add(last);
  } finally {
    if (answers !== "") cli.out.write(answers);
  }
};
