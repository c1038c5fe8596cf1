import { type Command, Option } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import { type Cli, EXIT } from "../cli.ts";
import { connect } from "../local.ts";
import {
  dataDirOption,
  formatOption,
  isOverPolicy,
  limitOption,
  policyOf,
  serverOption,
  tokenOption,
} from "../options.ts";
import { type FindingLine, findingsTable } from "../output/findings-table.ts";
import { counted } from "../output/headline.ts";
import { paintFor } from "../output/style.ts";
import { pagesOf } from "../pages.ts";

/** A finding of the server as a line of the table. */
export const lineOf = (f: Answer<typeof contract.findings.listFindings>["rows"][number]): FindingLine => ({
  ...f,
  id: f.advisory,
  kev: f.kevAddedAt !== null,
});

/** `zerotrace findings` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("findings")
    .description("list findings, highest risk first")
    .argument("[text]", "part of a package, advisory or alias")
    .option("--severity <list>", "comma-separated severities")
    .option("--kev", "only those known to be exploited")
    .addOption(new Option("--fix <yes|no>", "only those with or without a fix").choices(["yes", "no"] as const))
    .addOption(
      new Option("--status <status>", "life of a finding")
        .choices(["open", "fixed", "all"] as const)
        .default("open" as const),
    )
    .option("--fail-on <list>", "exit 1 when one of these is listed: severities, kev, any")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (q, { format, limit, severity, kev, fix, status, failOn, ...options }) => {
      const policy = policyOf(failOn);
      const { call } = await connect(cli, options);
      const query = { q, severity, kev: kev ? ("true" as const) : undefined, fix, status };
      const { rows, count } = await pagesOf(
        (page) => call(contract.findings.listFindings, { query: { ...query, ...page } }),
        limit,
      );
      const lines = rows.map(lineOf);
      if (lines.some((line) => isOverPolicy(policy, line))) cli.exitCode = EXIT.overPolicy;
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.findings/1", count, findings: rows })}\n`);
        return;
      }
      cli.out.write(findingsTable(lines, limit, paintFor(cli, cli.out)).text);
      cli.err.write(`${counted(rows.length, "finding")} of ${count}\n`);
      const { pendingJobs } = await call(contract.stats.getStats);
      if (pendingJobs > 0) cli.err.write("Work is still running; the figures are moving.\n");
    });
};
