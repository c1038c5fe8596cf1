import { messageOf, openIndex } from "@zerotrace/core";
import { parentPort, workerData } from "node:worker_threads";
import { createAnswers } from "./answers.ts";
import { eachLine } from "./lines.ts";
import type { Answered } from "./match-threads.ts";

/** Text after which a thread answers what it has, in bytes: what is made ahead of the output has a bound. */
const ANSWER_BYTES = 4 * 1024 * 1024;

const answers = createAnswers(openIndex(new Uint8Array(workerData as SharedArrayBuffer)));

const answer = (given: Uint8Array): Answered => {
  const lines = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const malformed: number[] = [];
  let lineCount = 0;
  const readBytes = eachLine(lines, 0, (start, end, isText) => {
    if (!answers.add(lines, start, end, isText)) malformed.push(lineCount);
    lineCount += 1;
    return answers.length < ANSWER_BYTES;
  });
  return { text: answers.take(), readBytes, lineCount, malformed };
};

parentPort?.on("message", (lines: Uint8Array) => {
  try {
    const answered = answer(lines);
    parentPort?.postMessage({ answered }, [answered.text.buffer]);
  } catch (error) {
    parentPort?.postMessage({ error: messageOf(error) });
  }
});
