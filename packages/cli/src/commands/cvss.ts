import { scores } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { answerLines } from "../lines.ts";

const answer = (line: string): string => {
  const vector = line.trim();
  const result = scores(vector);
  if (result === null) return "invalid";
  const { version, base, temporal, environmental } = result;
  const columns = version === "4.0" ? [base] : [base, temporal ?? base, environmental ?? temporal ?? base];
  return [vector, ...columns.map((score) => score.toFixed(1))].join("\t");
};

/** `zerotrace cvss` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("cvss")
    .description("score CVSS vectors of stdin, one a line: vector, base, temporal, environmental; v4: vector, score")
    .action(() => answerLines(cli, "invalid", answer));
};
