import type { Command } from "@commander-js/extra-typings";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted, coverageLine, headline } from "../output/headline.ts";
import { sourceLines } from "../output/sources.ts";

/** `zerotrace status` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("status")
    .description("what the server knows now: findings, coverage, agents, feeds")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call, url } = await connect(cli, options);
      const [stats, fixes, feeds] = await Promise.all([
        call(contract.stats.getStats),
        call(contract.fixes.listFixes, { query: { limit: 3 } }),
        call(contract.feeds.getFeeds),
      ]);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.status/1", url, stats, fixes: fixes.rows, feeds })}\n`);
        return;
      }
      const figures = {
        severities: stats.findings,
        packageCount: stats.packageCount,
        kevCount: stats.kevCount,
        coverage: stats.coverage,
        fixShares: fixes.rows.filter((fix) => fix.fixedIn !== null).map((fix) => fix.riskShare),
      };
      const lines = [
        feeds.generation === null ? "No advisories yet: the first feeds are being read" : headline(figures),
        coverageLine(stats.coverage),
        `${counted(stats.assetCount, "asset")}, ${stats.agentsOnline} of ${counted(stats.agentCount, "agent")} online`,
        ...(stats.pendingJobs > 0 ? [`${counted(stats.pendingJobs, "job")} running: the figures are moving`] : []),
        ...(feeds.stale ? ["The advisories are older than two sync intervals"] : []),
        ...(feeds.lastError === null ? [] : [`Last sync failed: ${feeds.lastError.message}`]),
        "Sources:",
        ...sourceLines(feeds.sources),
        url,
      ];
      cli.out.write(`${lines.join("\n")}\n`);
    });
};
