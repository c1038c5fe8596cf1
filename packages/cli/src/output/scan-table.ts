import { baseEcosystem, type SourceReport } from "@zerotrace/core";
import type { ScanCoverage, ScanFinding, ScanReport } from "@zerotrace/plugins/formats/report";
import { freshnessOf } from "@zerotrace/plugins/feeds/feed-facts";
import type { Cli } from "../cli.ts";
import { coverageOf, fixesOf, headlineOf } from "../scan/fixes.ts";
import { findingsTable } from "./findings-table.ts";
import { counted, coverageLine, headline } from "./headline.ts";
import { ageText } from "./sources.ts";
import { type Paint, paintFor, printable, widthOf } from "./style.ts";

const FIXES_SHOWN = 3;
/** Faults and licenses that are listed (count). */
const LISTED_MAX = 10;

const NOT_COVERED: Readonly<Record<string, string>> = {
  no_feed: "no source speaks of it",
  end_of_life: "past its end of life, and no source speaks of it",
  no_stream: "the stream of its module is not told",
};

/** The report for a person: one sentence, findings, what to fix first, what nobody covers. */
export const writeTable = (cli: Cli, report: ScanReport, sources: readonly SourceReport[], limit: number): void => {
  const paint = paintFor(cli, cli.out);
  const line = (text = ""): void => cli.out.write(`${text}\n`);
  const covered = coverageOf(report.coverage);
  line(paint("bold", headline(headlineOf(report.findings, covered))));
  if (report.findings.length > 0) writeFindings(cli, report.findings, limit, paint);
  const { notAffected = [], ignored = [], faults = [], licenses = [] } = report;
  if (notAffected.length > 0) {
    line(`\n${counted(notAffected.length, "finding")} not affected, as VEX statements say; --format json shows them`);
  }
  for (const by of ["rule", "baseline"] as const) {
    const count = ignored.filter((one) => one.ignored.by === by).length;
    const why = by === "rule" ? "by rules of the policy" : "for they were there before";
    if (count > 0) line(`\n${counted(count, "finding")} left out ${why}; --format json shows them`);
  }
  writeListed(line, "Image", faults, (fault) => `${fault.severity}: ${fault.says} ${fault.fix}`);
  writeListed(line, "Licenses", licenses, ({ package: name, version, license, verdict }) => {
    const isMissing = license === "" ? "no license is declared" : `${license} is no SPDX license`;
    return `${`${name} ${version}`.trim()}: ${verdict === "denied" ? `${license} is not allowed` : isMissing}`;
  });
  writeTargets(line, report);
  if (report.components > 0) line(`\n${coverageLine(covered)}`);
  for (const row of report.coverage) writeCoverage(line, row, sources, paint);
};

type Line = (text?: string) => void;

const writeFindings = (cli: Cli, findings: readonly ScanFinding[], limit: number, paint: Paint): void => {
  const { text, lineCount, shownCount } = findingsTable(findings, limit, paint, widthOf(cli.out));
  cli.out.write(`\n${text}`);
  if (shownCount < lineCount) cli.out.write(`... and ${lineCount - shownCount} more lines; --limit shows them\n`);
  const fixes = fixesOf(findings).slice(0, FIXES_SHOWN);
  if (fixes.length > 0) cli.out.write("\nFix first:\n");
  for (const fix of fixes) {
    const share = `${Math.round(fix.riskShare * 100)} % of the risk`;
    const said = `  ${fix.package} to ${fix.fixedIn}: ${counted(fix.findingCount, "advisory", "advisories")}, ${share}`;
    cli.out.write(`${printable(said)}${wayOf(findings, fix.package)}\n`);
  }
};

/** ` (through express@4.17.1)`: who brings a package that the project did not ask for. */
const wayOf = (findings: readonly ScanFinding[], name: string): string => {
  const all = findings.filter((f) => f.package === name && f.via !== undefined && f.via.length > 0);
  const tops = [...new Set(all.map((f) => f.via![0]!))].sort();
  if (tops.length === 0) return "";
  const more = tops.length > 1 ? ` and ${tops.length - 1} more` : "";
  return printable(` (through ${tops[0]}${more})`);
};

const writeListed = <T>(line: Line, title: string, all: readonly T[], say: (one: T) => string): void => {
  if (all.length === 0) return;
  line(`\n${title}:`);
  for (const one of all.slice(0, LISTED_MAX)) line(`  ${printable(say(one))}`);
  if (all.length > LISTED_MAX) line(`  ... and ${all.length - LISTED_MAX} more`);
};

const writeTargets = (line: Line, { targets }: ScanReport): void => {
  for (const { name, base } of targets) {
    const share = Math.round((base?.riskShare ?? 0) * 100);
    if (base) line(`\n${printable(`${name} stands on ${base.reference}: ${share} % of the risk`)}`);
  }
  if (targets.length < 2) return;
  line("\nTargets:");
  for (const one of targets)
    line(printable(`  ${one.name}: ${counted(one.components, "component")} in ${counted(one.places, "place")}`));
};

const writeCoverage = (line: Line, row: ScanCoverage, sources: readonly SourceReport[], paint: Paint): void => {
  const { ecosystem, reason, owned } = row;
  const said = reason && NOT_COVERED[reason];
  if (said) line(`  ${printable(ecosystem)}: ${said}`);
  else if (row.sources.length > 0) line(ageLine(row, sources, paint));
  if (owned === undefined) return;
  const inside = `${counted(owned, "language package")} inside its packages, judged with these`;
  line(paint("dim", `  ${printable(ecosystem)}: ${inside}`));
};

/** Of a source that was read in part, what it says of this ecosystem. */
const partOf = (source: SourceReport, ecosystem: string): SourceReport => {
  const part = source.parts?.find((one) => one.ecosystem === baseEcosystem(ecosystem));
  return part === undefined ? source : { ...source, dataAt: part.dataAt, recordCount: part.recordCount };
};

/** `  Debian:12: osv, data 3 hours old`; of several sources the freshest counts. */
const ageLine = (row: ScanCoverage, sources: readonly SourceReport[], paint: Paint): string => {
  const now = new Date();
  const [freshest] = sources
    .filter((source) => row.sources.includes(source.feed))
    .map((source) => freshnessOf(partOf(source, row.ecosystem), now))
    .sort((a, b) => (a.ageHours ?? Infinity) - (b.ageHours ?? Infinity));
  const age = freshest ? ageText(freshest.ageHours) : "of no date";
  const line = `  ${printable(row.ecosystem)}: ${row.sources.join(", ")}, data ${age}`;
  return freshest?.isStale === false ? paint("dim", line) : `${line}: stale`;
};
