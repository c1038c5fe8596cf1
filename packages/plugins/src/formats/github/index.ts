import type { FindingPlace, ScanFinding, WriteReport } from "../report.ts";
import { fixOf, headlineOf, sourcePaths } from "../sentences.ts";

/** GitHub shows 10 annotations of each kind of a step; more only fill the log. */
const MAX_ANNOTATIONS = 50;
const COMMANDS = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  none: "notice",
  unknown: "warning",
} as const;

/** The scan as workflow commands of GitHub Actions: an annotation on the line of the lockfile that brings each finding. */
export const write: WriteReport = function* (scan) {
  const { report } = scan;
  const sourcePath = sourcePaths(scan);
  let count = 0;
  for (const finding of report.findings) {
    for (const place of finding.places.slice(0, 1)) {
      if (++count > MAX_ANNOTATIONS) break;
      yield annotationOf(finding, { ...place, path: sourcePath(finding.target, place.path) });
    }
  }
  for (const { source, error } of report.unreadable ?? []) {
    yield `::warning title=${property("Could not be read")}::${data(`${source}: ${error}`)}\n`;
  }
  if (report.findings.length > count)
    yield `::notice::${report.findings.length - count} more findings; see the summary.\n`;
};

const annotationOf = (finding: ScanFinding, { path, line }: FindingPlace): string => {
  const at = `file=${property(path)}${line === undefined ? "" : `,line=${line}`}`;
  return `::${COMMANDS[finding.severity]} ${at},title=${property(headlineOf(finding))}::${data(fixOf(finding))}\n`;
};

/** Escapes as GitHub's toolkit does: text from outside must not become a command. */
const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
