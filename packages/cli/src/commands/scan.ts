import { AppError, type SourceReport, SYSTEM_ECOSYSTEM } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { collectHost, freshnessOf, type HostInventory } from "@zerotrace/plugins";
import { type Cli, EXIT } from "../cli.ts";
import {
  configOf,
  configOption,
  dataDirOption,
  feedsOption,
  formatOption,
  generationOption,
  vexOption,
  isOverPolicy,
  limitOption,
  policyOf,
} from "../options.ts";
import { findingsTable } from "../output/findings-table.ts";
import { type Coverage, counted, coverageLine, headline } from "../output/headline.ts";
import { createProgress, durationText } from "../output/progress.ts";
import { ageText, sourceLines } from "../output/sources.ts";
import { type Paint, paintFor, printable, widthOf } from "../output/style.ts";
import { fixesOf, headlineOf, judge, type Judged } from "../scan/judge.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { readVexFiles } from "../scan/vex-files.ts";

const DAY_MS = 24 * 3600 * 1000;
const FIXES_SHOWN = 3;

const unreadableOf = (inventory: HostInventory): { source: string; error: string }[] =>
  inventory.sources
    .filter((source) => source.status === "unreadable")
    .map(({ source, error }) => ({ source, error: error ?? "It cannot be read." }));

const coverageOf = (rows: Judged["coverage"]): Coverage => {
  const sum = (pick: (c: Judged["coverage"][number]) => number): number =>
    rows.reduce((total, one) => total + pick(one), 0);
  const missing = (reason: string): number => sum((c) => (c.reason === reason ? c.components - c.covered : 0));
  return {
    covered: sum((c) => c.covered),
    notCovered: missing("no_feed") + missing("end_of_life"),
    unparsable: missing("unparsable"),
  };
};

const NOT_COVERED: Readonly<Record<string, string>> = {
  no_feed: "no source speaks of it",
  end_of_life: "past its end of life, and no source speaks of it",
};

/** `  Debian:12: osv, data 3 hours old`; of several sources the freshest counts. */
const ageLine = (c: Judged["coverage"][number], sources: readonly SourceReport[], paint: Paint): string => {
  const now = new Date();
  const ages = sources
    .filter((source) => c.sources.includes(source.feed))
    .map((source) => freshnessOf(source, now))
    .sort((a, b) => (a.ageHours ?? Infinity) - (b.ageHours ?? Infinity));
  const freshest = ages[0];
  const age = freshest ? ageText(freshest.ageHours) : "of no date";
  const line = `  ${printable(c.ecosystem)}: ${c.sources.join(", ")}, data ${age}`;
  return freshest?.isStale === false ? paint("dim", line) : `${line}: stale`;
};

const writeTable = (cli: Cli, result: Judged, sources: readonly SourceReport[], limit: number): void => {
  const paint = paintFor(cli, cli.out);
  const { findings, coverage } = result;
  const covered = coverageOf(coverage);
  cli.out.write(`${paint("bold", headline(headlineOf(findings, covered)))}\n`);
  if (findings.length > 0) {
    const { text, lineCount, shownCount } = findingsTable(findings, limit, paint, widthOf(cli.out));
    cli.out.write(`\n${text}`);
    if (shownCount < lineCount) cli.out.write(`... and ${lineCount - shownCount} more lines; --limit shows them\n`);
    const fixes = fixesOf(findings).slice(0, FIXES_SHOWN);
    if (fixes.length > 0) cli.out.write("\nFix first:\n");
    for (const fix of fixes) {
      const share = `${Math.round(fix.riskShare * 100)} % of the risk`;
      const line = `  ${fix.package} to ${fix.fixedIn}: ${counted(fix.findingCount, "advisory", "advisories")}, ${share}`;
      cli.out.write(`${printable(line)}\n`);
    }
  }
  if (result.notAffected.length > 0) {
    const closed = counted(result.notAffected.length, "finding");
    cli.out.write(`\n${closed} not affected, as VEX statements say; --format json shows them\n`);
  }
  cli.out.write(`\n${coverageLine(covered)}\n`);
  for (const c of coverage) {
    const said = c.reason && NOT_COVERED[c.reason];
    if (said) cli.out.write(`  ${printable(c.ecosystem)}: ${said}\n`);
    else if (c.sources.length > 0) cli.out.write(`${ageLine(c, sources, paint)}\n`);
  }
  for (const { ecosystem, owned } of coverage) {
    if (owned === undefined) continue;
    const inside = `${counted(owned, "language package")} inside its packages, judged with these`;
    cli.out.write(`${paint("dim", `  ${printable(ecosystem)}: ${inside}`)}\n`);
  }
};

/** Days since the newest data of any advisory source; infinite when no source has a date. */
const dataAgeDays = (sources: readonly { covers: readonly string[]; dataAt: string | null }[]): number => {
  const dates = sources.filter((s) => s.covers.length > 0).map((s) => Date.parse(s.dataAt ?? ""));
  const newest = Math.max(...dates.filter((at) => !Number.isNaN(at)));
  return (Date.now() - newest) / DAY_MS;
};

const daysOf = (text: string): number => {
  const days = Number(text);
  if (days > 0) return days;
  throw new AppError("BAD_REQUEST", `--max-data-age ${text} is not a number of days.`, { field: "max-data-age" });
};

interface ScanOptions {
  readonly feeds?: string[];
  readonly dataDir?: string;
  readonly config?: string;
  readonly dpkgStatus?: string;
  readonly osRelease?: string;
  readonly root?: string;
  readonly failOn?: string;
  readonly maxDataAge?: number;
  readonly generation?: string;
  readonly vex?: string[];
  readonly limit: number;
  readonly format: string;
}

const collectAndOpen = async (cli: Cli, options: ScanOptions) => {
  const { dataDir, feeds, config: file, dpkgStatus: dpkgStatusPath, osRelease: osReleasePath } = options;
  const { config } = configOf(cli, { dataDir, feeds, config: file });
  const { signal } = cli;
  const inventory = await collectHost({ root: options.root, dpkgStatusPath, osReleasePath, signal });
  const view = createProgress(cli.err);
  try {
    const index = await openScanIndex({
      dataDir: config.dataDir,
      feeds: config.feeds,
      feedKeys: config.feedKeys,
      generation: options.generation,
      dpkgStatusPath,
      osReleasePath,
      signal,
      onProgress: (p) => view.update("feeds", p.label, p),
      warn: (text) => view.line(`warning: ${text}`),
    });
    return { inventory, index };
  } finally {
    view.close();
  }
};

const scanHost = async (cli: Cli, options: ScanOptions): Promise<void> => {
  const startedMs = performance.now();
  const policy = policyOf(options.failOn);
  const { inventory, index } = await collectAndOpen(cli, options);
  const components = inventory.sources.flatMap((source) => source.components);
  const result = judge(components, index, await readVexFiles(cli, options.vex));
  const unreadable = unreadableOf(inventory);
  const tooOld = options.maxDataAge !== undefined && dataAgeDays(index.meta.sources) > options.maxDataAge;

  if (options.dpkgStatus !== undefined && options.osRelease === undefined && options.root === undefined) {
    const { ecosystem, prettyName } = inventory.facts.os;
    const release = printable(ecosystem || prettyName || "an unknown system");
    cli.err.write(`warning: judged as ${release}, as this machine is; name the file's own system with --os-release\n`);
  }
  for (const { source, error } of unreadable) cli.err.write(`warning: ${source} cannot be read: ${printable(error)}\n`);
  for (const { source, problems } of inventory.sources) {
    for (const problem of problems) cli.err.write(`warning: ${source}: ${printable(problem)}\n`);
  }
  if (options.format === "json") {
    const target = inventory.facts.hostname;
    const { coverage, findings, notAffected } = result;
    const answer = {
      schema: "zerotrace.scan/1",
      target,
      components: components.length,
      ...(unreadable.length > 0 ? { unreadable } : {}),
      coverage,
      findings,
      ...(notAffected.length > 0 ? { notAffected } : {}),
    };
    cli.out.write(`${JSON.stringify(answer)}\n`);
  } else {
    if (components.length > 0) writeTable(cli, result, index.meta.sources, options.limit);
    cli.err.write(`Sources:\n${sourceLines(index.meta.sources).join("\n")}\n`);
    cli.err.write(`${counted(components.length, "component")} in ${durationText(performance.now() - startedMs)}\n`);
  }
  if (components.every((component) => component.ecosystem === SYSTEM_ECOSYSTEM)) {
    cli.err.write("Nothing was scanned: no package database was found. Name one with --dpkg-status or --root.\n");
    cli.exitCode = EXIT.nothingScanned;
  } else if (result.findings.some((f) => isOverPolicy(policy, f))) cli.exitCode = EXIT.overPolicy;
  else if (tooOld) {
    cli.err.write(`The newest data is older than ${counted(options.maxDataAge ?? 0, "day")}: refresh the feeds.\n`);
    cli.exitCode = EXIT.dataTooOld;
  }
};

/** `zerotrace scan host` */
export const register = (program: Command, cli: Cli): void => {
  const scan = program.command("scan").description("look for weaknesses without a server");
  scan
    .command("host")
    .description("this machine's packages, or those of a status file or a file tree")
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(vexOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .option("--dpkg-status <file>", "a dpkg status file (plain or .gz) instead of this machine's packages")
    .option("--os-release <file>", "the os-release file that belongs to it")
    .option("--root <folder>", "a file tree instead of /")
    .option("--fail-on <list>", "exit 1 when one of these is found: severities, kev, any")
    .option("--max-data-age <days>", "exit 4 when the newest advisory data is older", daysOf)
    .addOption(limitOption(30))
    .addOption(formatOption())
    .action((options) => scanHost(cli, options));
};
