import type { Command } from "@commander-js/extra-typings";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted, coverageLine } from "../output/headline.ts";
import { pagesOf } from "../pages.ts";
import { table } from "../output/table.ts";
import { registerDiff } from "../assets/diff.ts";
import { registerRemove } from "../assets/remove.ts";

const COLUMNS = [
  { title: "ASSET" },
  { title: "BRANCH" },
  { title: "KIND" },
  { title: "SYSTEM" },
  { title: "ONLINE" },
  { title: "COMPONENTS", align: "right" },
  { title: "CRITICAL", align: "right" },
  { title: "HIGH", align: "right" },
  { title: "UNKNOWN", align: "right" },
  { title: "KEV", align: "right" },
  { title: "RISK", align: "right" },
  { title: "COVERAGE" },
] as const;

/** `zerotrace assets`, `zerotrace assets diff`, `zerotrace assets remove` */
export const register = (program: Command, cli: Cli): void => {
  const assets = program.command("assets");
  registerDiff(assets, cli);
  registerRemove(assets, cli);
  assets
    .description("list what is protected, highest risk first")
    .argument("[text]", "part of a name")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (q, { format, limit, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows, count, countIsExact } = await pagesOf(
        (page) => call(contract.assets.listAssets, { query: { q, ...page } }),
        limit,
        cli,
      );
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.assets/1", count, countIsExact, assets: rows })}\n`);
        return;
      }
      const lines = rows.map((a) => [
        a.name,
        a.branch,
        a.kind,
        a.os,
        a.hasAgent ? (a.online ? "yes" : "no") : "",
        String(a.componentCount),
        String(a.findings.critical),
        String(a.findings.high),
        String(a.findings.unknown),
        String(a.kevCount),
        a.risk.toFixed(1),
        a.unreadableSources.length > 0 ? `unreadable: ${a.unreadableSources.join(", ")}` : coverageLine(a.coverage),
      ]);
      if (rows.length > 0) cli.out.write(table(COLUMNS, lines));
      const all = `${countIsExact ? "" : "at least "}${count.toLocaleString("en-US")}`;
      cli.err.write(`${counted(rows.length, "asset")} of ${all}\n`);
    });
};
