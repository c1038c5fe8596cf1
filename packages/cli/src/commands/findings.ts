import { type Command, Option } from "@commander-js/extra-typings";
import { AppError, SEVERITIES } from "@zerotrace/core";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import { type Cli, EXIT } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, policyOf, serverOption, tokenOption } from "../options.ts";
import { type FindingLine, findingsTable } from "../output/findings-table.ts";
import { counted, coverageLine } from "../output/headline.ts";
import { paintFor, widthOf } from "../output/style.ts";
import { pagesOf } from "../pages.ts";
import { registerWork } from "../findings/work.ts";

/** A finding of the server as a line of the table. */
export const lineOf = (
  f: Answer<typeof contract.findings.listFindings>["rows"][number] & { packages?: string[] },
): FindingLine => ({
  ...f,
  id: f.advisory,
  kev: f.kevAddedAt !== null,
});

const PER_PACKAGE_MAX = 1000;

/** A whole number of lines. Throws BAD_REQUEST. */
const perPackageOf = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= PER_PACKAGE_MAX) return count;
  throw new AppError("BAD_REQUEST", `--per-package ${text} is not a number from 1 to ${PER_PACKAGE_MAX}.`, {
    field: "per-package",
  });
};

interface Filter {
  readonly q?: string;
  readonly severity?: string;
  readonly kev?: "true";
  readonly fix?: "yes" | "no";
  readonly status: "open" | "fixed" | "all";
}

/** Whether the policy forbids any finding of the filter, also one beyond the lines shown. */
const isAnyOverPolicy = async (call: Client, policy: readonly string[], filter: Filter): Promise<boolean> => {
  const exists = async (more: Partial<Filter>): Promise<boolean> =>
    (await call(contract.findings.listFindings, { query: { ...filter, ...more, limit: 1 } })).rows.length > 0;
  if (policy.includes("any")) return await exists({});
  if (policy.includes("kev") && (await exists({ kev: "true" }))) return true;
  const wanted = filter.severity?.split(",").map((one) => one.trim());
  const severities = SEVERITIES.filter((one) => policy.includes(one) && (wanted?.includes(one) ?? true));
  return severities.length > 0 && (await exists({ severity: severities.join(",") }));
};

/** `zerotrace findings` */
export const register = (program: Command, cli: Cli): void => {
  const findings = program.command("findings").description("list findings, highest risk first, and say who does what");
  // what stands behind a verb is the verb's
  program.enablePositionalOptions();
  findings.enablePositionalOptions();
  registerWork(findings, cli);
  findings
    .argument("[text]", "part of a package, advisory or alias")
    .option("--severity <list>", "comma-separated severities")
    .option("--kev", "only those known to be exploited")
    .addOption(new Option("--fix <yes|no>", "only those with or without a fix").choices(["yes", "no"] as const))
    .addOption(
      new Option("--status <status>", "life of a finding")
        .choices(["open", "fixed", "all"] as const)
        .default("open" as const),
    )
    .option("--per-package <count>", "most lines of one source package (default: all)", perPackageOf)
    .option("--fail-on <list>", "exit 1 when one of these is found, shown or not: severities, kev, any")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (q, { format, limit, severity, kev, fix, status, failOn, perPackage, ...options }) => {
      const policy = policyOf(failOn);
      const { call } = await connect(cli, options);
      const query = { q, severity, kev: kev ? ("true" as const) : undefined, fix, status };
      if (await isAnyOverPolicy(call, policy, query)) cli.exitCode = EXIT.overPolicy;
      if (format === "json") {
        const { rows, count, countIsExact } = await pagesOf(
          (page) => call(contract.findings.listFindings, { query: { ...query, ...page } }),
          limit,
          cli,
        );
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.findings/1", count, countIsExact, findings: rows })}\n`);
        return;
      }
      const { rows, count, countIsExact } = await pagesOf(
        (page) => call(contract.findings.listFindingSources, { query: { ...query, perPackage, ...page } }),
        limit,
        cli,
      );
      const stats = await call(contract.stats.getStats);
      if (rows.length > 0) {
        cli.out.write(findingsTable(rows.map(lineOf), limit, paintFor(cli, cli.out), widthOf(cli.out)).text);
        const more = rows.length < count ? "; --limit shows more" : "";
        const all = `${countIsExact ? "" : "at least "}${count.toLocaleString("en-US")}`;
        cli.err.write(`${counted(rows.length, "line")} of ${all}${more}\n`);
      } else cli.err.write(`No finding of this filter. ${coverageLine(stats.coverage)}.\n`);
      if (stats.pendingJobs > 0) cli.err.write("Work is still running; the figures are moving.\n");
    });
};
