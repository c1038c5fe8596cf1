import type { ScanFinding, ScanReport, WriteReport } from "../report.ts";
import {
  addressOf,
  countedText,
  fixOf,
  harmless,
  judgedCount,
  placeOf,
  shareOf,
  unreadSentence,
  unreadOf,
} from "../sentences.ts";

const STYLE = `:root{color-scheme:dark;--bg:#0b0f0e;--line:#22302b;--text:#d7e2dd;--dim:#8fa39b;--accent:#4ade80}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:24px 16px}h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}
p{margin:4px 0}.dim{color:var(--dim)}a{color:var(--accent)}code,td.mono{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600;font-size:13px}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.critical,.high{color:#ff7b72}.critical{font-weight:700}.medium{color:#e3b341}.low{color:#79c0ff}.none,.unknown{color:var(--dim)}
.kev{border:1px solid #ff7b72;color:#ff7b72;border-radius:4px;padding:0 4px;font-size:12px}ul{padding-left:20px}
@media print{:root{color-scheme:light;--bg:#fff;--line:#ccc;--text:#000;--dim:#444;--accent:#05603a}.critical,.high,.kev{color:#a11}.medium{color:#7a5200}.low{color:#0a4a8a}}`;

/** The scan as one HTML file that loads nothing and runs nothing. */
export const write: WriteReport = function* ({ report, at, toolVersion }) {
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>ZeroTrace: ${text(report.target)}</title><style>${STYLE}</style></head><body><main>
<h1>${text(report.target)}</h1><p class="dim">ZeroTrace ${text(toolVersion)}, data of ${text(at.slice(0, 10))}, ${countedText(report.components, "component")}</p>
<p>${sentenceOf(report)}</p>\n`;
  if (report.findings.length > 0) yield* findingsTable(report.findings);
  yield* listOf(
    "Licenses",
    (report.licenses ?? []).map(
      (one) =>
        `<code>${text(one.package)} ${text(one.version)}</code>: ${text(one.license || "none declared")} (${one.verdict})`,
    ),
  );
  yield* listOf(
    "Image",
    (report.faults ?? []).map(
      (fault) => `<span class="${fault.severity}">${fault.severity}</span> ${text(fault.says)} ${text(fault.fix)}`,
    ),
  );
  yield* listOf(
    "Could not be read",
    unreadOf(report).map((one) => `<code>${text(one.source)}</code>: ${text(one.error)}`),
  );
  yield* listOf("Policy", (report.policy?.warnings ?? []).map(text));
  yield* coverageTable(report);
  yield "</main></body></html>\n";
};

const sentenceOf = (report: ScanReport): string => {
  const { findings, components, policy } = report;
  const judged = `${judgedCount(report)} of ${countedText(components, "component")} could be judged`;
  const found = findings.length === 0 ? "No findings" : countedText(findings.length, "finding");
  const over =
    policy === undefined
      ? ""
      : policy.overCount > 0
        ? ` <strong>${policy.overCount} over the policy.</strong>`
        : " Nothing is over the policy.";
  return `<strong>${found}</strong>; ${judged}.${unreadSentence(report)}${over}`;
};

function* findingsTable(findings: readonly ScanFinding[]): Iterable<string> {
  yield `<h2>Findings</h2><div class="scroll"><table><thead><tr><th class="number">Risk</th><th>Severity</th><th>Package</th><th>Advisory</th><th class="number">EPSS</th><th>What to do</th><th>Where</th></tr></thead><tbody>\n`;
  for (const finding of findings) yield rowOf(finding);
  yield "</tbody></table></div>\n";
}

const rowOf = (f: ScanFinding): string => {
  const kev = f.kev ? ' <span class="kev">exploited</span>' : "";
  const where = f.places.length > 0 ? f.places.map((place) => text(placeOf(place))).join("<br>") : text(f.target);
  const title = f.title === "" ? "" : `<br><span class="dim">${text(f.title)}</span>`;
  return `<tr><td class="number">${f.risk.toFixed(1)}</td><td><span class="${f.severity}">${f.severity}</span>${kev}</td><td class="mono">${text(f.package)} ${text(f.version)}</td><td><a href="${text(addressOf(f.id))}" rel="noreferrer">${text(f.id)}</a>${title}</td><td class="number">${shareOf(f.epss)}</td><td>${text(fixOf(f))}</td><td class="mono">${where}</td></tr>\n`;
};

function* listOf(title: string, lines: readonly string[]): Iterable<string> {
  if (lines.length === 0) return;
  yield `<h2>${title}</h2><ul>\n`;
  for (const line of lines) yield `<li>${line}</li>\n`;
  yield "</ul>\n";
}

function* coverageTable({ coverage }: ScanReport): Iterable<string> {
  yield `<h2>Coverage</h2><div class="scroll"><table><thead><tr><th>Ecosystem</th><th class="number">Components</th><th class="number">Judged</th><th>Sources</th><th>Why not all</th></tr></thead><tbody>\n`;
  for (const row of coverage) {
    yield `<tr><td>${text(row.ecosystem)}</td><td class="number">${row.components}</td><td class="number">${row.covered}</td><td>${text(row.sources.join(", ") || "none")}</td><td>${text((row.reason ?? "").replaceAll("_", " "))}</td></tr>\n`;
  }
  yield "</tbody></table></div>\n";
}

const NAMED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (value: string): string => harmless(value).replaceAll(/[&<>"']/g, (character) => NAMED[character]!);
