import { type Answer, type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { lineOf } from "../commands/findings.ts";
import { findingsTable } from "../output/findings-table.ts";
import { counted, coverageLine, headline } from "../output/headline.ts";
import { durationText } from "../output/progress.ts";
import { sourceLines } from "../output/sources.ts";
import { paintFor, printable, widthOf } from "../output/style.ts";

const TOP_LINES = 10;
/** So that the top shows different problems, not one package's hundred. */
const TOP_LINES_PER_PACKAGE = 2;
const FIXES = 3;
/** Assets whose unreadable sources are looked for, riskiest first, and lines for them (counts). */
const ASSETS_LOOKED_AT = 50;
const UNREADABLE_SHOWN = 3;

const headlineText = (
  stats: Answer<typeof contract.stats.getStats>,
  fixes: Answer<typeof contract.fixes.listFixes>,
): string =>
  headline({
    severities: stats.findings,
    packageCount: stats.packageCount,
    kevCount: stats.kevCount,
    coverage: stats.coverage,
    fixShares: fixes.rows.filter((fix) => fix.fixedIn !== null).map((fix) => fix.riskShare),
  });

/** Writes what a person wants to know first: headline, top findings, what to fix, coverage, sources. Throws ApiError. */
export const writeOutcome = async (cli: Cli, call: Client): Promise<void> => {
  const [stats, fixes, findings, feeds, coverage, assets] = await Promise.all([
    call(contract.stats.getStats),
    call(contract.fixes.listFixes, { query: { limit: FIXES } }),
    call(contract.findings.listFindingSources, { query: { limit: TOP_LINES, perPackage: TOP_LINES_PER_PACKAGE } }),
    call(contract.feeds.getFeeds),
    call(contract.feeds.getCoverage),
    call(contract.assets.listAssets, { query: { limit: ASSETS_LOOKED_AT } }),
  ]);
  const paint = paintFor(cli, cli.out);
  const lines = [""];
  if (feeds.generation === null) lines.push("No advisories are in force: nothing could be judged yet");
  else if (stats.assetCount === 0) lines.push("No machine has reported yet");
  else lines.push(paint("bold", headlineText(stats, fixes)));
  if (findings.rows.length > 0) {
    const { text } = findingsTable(findings.rows.map(lineOf), TOP_LINES, paint, widthOf(cli.out));
    lines.push("", text.trimEnd(), "", "Fix first:");
    for (const fix of fixes.rows.filter((one) => one.fixedIn !== null)) {
      const share = `${Math.round(fix.riskShare * 100)} % of the risk`;
      lines.push(
        printable(
          `  ${fix.package} to ${fix.fixedIn}: ${counted(fix.advisoryCount, "advisory", "advisories")}, ${share}`,
        ),
      );
    }
  }
  if (stats.assetCount > 0) lines.push("", coverageLine(stats.coverage));
  for (const row of coverage.rows.filter((one) => one.notCovered > 0)) {
    lines.push(printable(`  ${row.ecosystem}: ${counted(row.notCovered, "component")} that no source speaks of`));
  }
  for (const asset of assets.rows.filter((one) => one.unreadableSources.length > 0).slice(0, UNREADABLE_SHOWN)) {
    lines.push(
      printable(`  ${asset.name}: ${asset.unreadableSources.join(", ")} could not be read: unknown, not empty`),
    );
  }
  lines.push("Sources:", ...sourceLines(feeds.sources));
  if (feeds.lastError !== null) lines.push(printable(`Last sync failed: ${feeds.lastError.message}`));
  cli.out.write(`${lines.join("\n")}\n`);
};

/** "database 0.6 s, migrations 0.2 s, … ; ready in 4.1 s" */
export const timesLine = (timings: readonly { step: string; ms: number }[], totalMs: number): string => {
  const steps = timings.map(({ step, ms }) => `${step} ${durationText(ms)}`).join(", ");
  return `Ready in ${durationText(totalMs)}${steps === "" ? "" : ` (${steps})`}`;
};
