import type { ScanFinding, ScanReport, WriteReport } from "../report.ts";
import { markdownText as cell } from "../markdown-text.ts";
import { addressOf, countedText, judgedCount, placeOf, shareOf, unreadOf, unreadSentence } from "../sentences.ts";

/** Rows of the table (count): a comment or a summary of a pipeline holds about a megabyte. */
const MAX_ROWS = 200;
const COLUMNS = ["Risk", "Severity", "Package", "Installed", "Fixed in", "Advisory", "EPSS", "Where"];

/** The scan as Markdown for comments and summaries of pipelines. */
export const write: WriteReport = function* ({ report }) {
  yield `## ZeroTrace: ${cell(report.target)}\n\n`;
  yield `${sentenceOf(report)}\n`;
  if (report.findings.length > 0) {
    yield `\n| ${COLUMNS.join(" | ")} |\n|${COLUMNS.map((name) => (name === "Risk" || name === "EPSS" ? "---:" : "---")).join("|")}|\n`;
    for (const finding of report.findings.slice(0, MAX_ROWS)) yield rowOf(finding);
    const more = report.findings.length - MAX_ROWS;
    if (more > 0) yield `\n${more} more findings are in the other formats.\n`;
  }
  const { licenses = [], faults = [] } = report;
  yield* section(
    "Licenses",
    licenses.map(
      (one) => `${cell(one.package)} ${cell(one.version)}: ${cell(one.license || "none declared")} (${one.verdict})`,
    ),
  );
  yield* section(
    "Image",
    faults.map((fault) => `**${fault.severity}** ${cell(fault.says)} ${cell(fault.fix)}`),
  );
  yield* section(
    "Could not be read",
    unreadOf(report).map((one) => `${cell(one.source)}: ${cell(one.error)}`),
  );
  yield* section("Policy", (report.policy?.warnings ?? []).map(cell));
  const open = report.coverage.filter((row) => row.covered < row.components);
  yield* section(
    "Not judged",
    open.map(
      (row) =>
        `${cell(row.ecosystem)}: ${row.components - row.covered} of ${row.components} components (${row.reason ?? "unknown"})`,
    ),
  );
};

const sentenceOf = (report: ScanReport): string => {
  const { findings, components, ignored = [], notAffected = [] } = report;
  const covered = judgedCount(report);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const parts = ["critical", "high", "medium", "low", "none", "unknown"]
    .filter((one) => count(one) > 0)
    .map((one) => `${count(one)} ${one}`);
  const kev = findings.filter((finding) => finding.kev).length;
  const found =
    findings.length === 0
      ? `**No findings** in the ${covered} of ${countedText(components, "component")} that could be judged.`
      : `**${countedText(findings.length, "finding")}**: ${parts.join(", ")}${kev > 0 ? `; ${kev} known to be exploited` : ""}. ${covered} of ${countedText(components, "component")} could be judged.`;
  const over =
    report.policy === undefined
      ? ""
      : report.policy.overCount > 0
        ? ` **${report.policy.overCount} over the policy.**`
        : " Nothing is over the policy.";
  const out = ignored.length + notAffected.length;
  return `${found}${unreadSentence(report)}${over}${out > 0 ? ` ${out} left out by rules, baseline or VEX.` : ""}`;
};

const rowOf = (finding: ScanFinding): string => {
  const [first] = finding.places;
  const more = finding.places.length > 1 ? ` and ${finding.places.length - 1} more` : "";
  const where = first === undefined ? finding.target : `${placeOf(first)}${more}`;
  const cells = [
    finding.risk.toFixed(1),
    `${finding.severity}${finding.kev ? " **KEV**" : ""}`,
    cell(finding.package),
    cell(finding.version),
    cell(finding.fixedIn ?? "-"),
    `[${cell(finding.id)}](${addressOf(finding.id)})`,
    shareOf(finding.epss),
    cell(where),
  ];
  return `| ${cells.join(" | ")} |\n`;
};

function* section(title: string, lines: readonly string[]): Iterable<string> {
  if (lines.length === 0) return;
  yield `\n### ${title}\n\n`;
  for (const line of lines.slice(0, MAX_ROWS)) yield `- ${line}\n`;
  if (lines.length > MAX_ROWS) yield `- and ${lines.length - MAX_ROWS} more\n`;
}
