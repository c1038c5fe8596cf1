import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import { type Cli, EXIT } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Affected = Answer<typeof contract.affected.getAffected>;

const COLUMNS = [
  { title: "VERDICT" },
  { title: "ASSET" },
  { title: "BRANCH" },
  { title: "KIND" },
  { title: "COMPONENT" },
  { title: "INSTALLED" },
  { title: "FIXED-IN" },
  { title: "WHY" },
  { title: "RISK", align: "right" },
] as const;

const WORDS = { affected: "affected", unknown: "unknown", not_affected: "not affected" } as const;

const headline = ({ asked, totals, coverage }: Affected): string => {
  const said = asked.isKnown
    ? `${counted(totals.affected, "asset")} affected, ${totals.unknown} unknown, ${totals.notAffected} not affected, ${totals.without} without it`
    : `No feed in force says which packages ${asked.name} is about: unknown for ${counted(totals.unknown, "asset")}`;
  const gaps = [
    coverage.withoutInventory > 0 ? `${counted(coverage.withoutInventory, "asset")} sent no inventory yet` : "",
    coverage.partly > 0 ? `of ${counted(coverage.partly, "asset")} a part could not be read or named` : "",
  ].filter(Boolean);
  return `${said}${gaps.length > 0 ? `; ${gaps.join("; ")}` : ""}\n`;
};

/** `zerotrace affected` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("affected")
    .description("which assets have it: an advisory, a package URL, or a package and its versions")
    .argument("<question...>", "CVE-2021-44228, pkg:npm/lodash@4.17.20, 'log4j-core >=2.0 <2.17.1'")
    .option("--fail", "exit 1 when an asset is affected")
    .addOption(limitOption(100))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (question, { format, limit, fail, ...options }) => {
      const { call } = await connect(cli, options);
      const q = question.join(" ");
      const first: Affected[] = [];
      const { rows, count } = await pagesOf(async (page) => {
        const answer = await call(contract.affected.getAffected, { query: { q, ...page } });
        first.push(answer);
        return answer;
      }, limit);
      const answer = first[0] as Affected;
      if (format === "json") {
        const { asked, totals, coverage } = answer;
        const body = { schema: "zerotrace.affected/1", asked, totals, coverage, count, assets: rows };
        cli.out.write(`${JSON.stringify(body)}\n`);
      } else {
        const lines = rows.map((row) => {
          const [component] = row.components;
          return [
            WORDS[row.verdict],
            printable(row.name),
            printable(row.branch),
            row.kind,
            printable(component?.name ?? ""),
            printable(component?.version ?? ""),
            printable(component?.fixedIn ?? ""),
            (component?.reason ?? "").replaceAll("_", " "),
            row.risk.toFixed(1),
          ];
        });
        if (lines.length > 0) cli.out.write(table(COLUMNS, lines));
        cli.err.write(printable(headline(answer).trimEnd()) + "\n");
      }
      if (fail === true && answer.totals.affected > 0) cli.exitCode = EXIT.overPolicy;
    });
};
