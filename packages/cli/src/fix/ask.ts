import type { Cli } from "../cli.ts";

/** The longest answer that is waited for (bytes). */
const MAX_ANSWER_BYTES = 1024;

/** Asks questions on stderr and reads the answers, line by line, from standard input: only `y` and `yes` mean yes. */
export const asker = (cli: Cli): ((question: string) => Promise<boolean>) => {
  const chunks = cli.input[Symbol.asyncIterator]();
  let waiting = "";
  return async (question) => {
    cli.err.write(`${question} [y/N] `);
    while (!waiting.includes("\n")) {
      const { value, done } = await chunks.next();
      if (done === true || waiting.length > MAX_ANSWER_BYTES) break;
      waiting += new TextDecoder().decode(value);
    }
    const [answer = "", ...rest] = waiting.split("\n");
    waiting = rest.join("\n");
    return /^\s*y(?:es)?\s*$/i.test(answer);
  };
};
