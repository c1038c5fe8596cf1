import type { FindingPlace, ScanFinding, WriteReport } from "../report.ts";
import { fixOf, harmless, headlineOf, sourcePaths, unreadOf } from "../sentences.ts";

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
  for (const finding of report.findings.slice(0, MAX_ANNOTATIONS)) {
    const [place] = finding.places;
    yield annotationOf(finding, place && { ...place, path: sourcePath(finding.target, place.path) });
  }
  for (const { package: name, version, license, verdict, target, places } of report.licenses ?? []) {
    if (verdict !== "denied") continue;
    const [place] = places;
    const file = place === undefined ? "" : `file=${property(sourcePath(target, place.path))},`;
    yield `::error ${file}title=${property(`License of ${name} ${version}`)}::${data(`${license} is not allowed.`)}\n`;
  }
  for (const { severity, says, fix } of report.faults ?? []) {
    yield `::${COMMANDS[severity]} title=${property("Image")}::${data(`${says} ${fix}`)}\n`;
  }
  for (const text of report.policy?.warnings ?? []) yield `::warning title=${property("Policy")}::${data(text)}\n`;
  for (const { source, error } of unreadOf(report)) {
    yield `::warning title=${property("Could not be read")}::${data(`${source}: ${error}`)}\n`;
  }
  const more = report.findings.length - MAX_ANNOTATIONS;
  if (more > 0) yield `::notice::${more} more findings; see the summary.\n`;
};

const annotationOf = (finding: ScanFinding, place: FindingPlace | undefined): string => {
  const line = place?.line === undefined ? "" : `line=${place.line},`;
  const at = place === undefined ? "" : `file=${property(place.path)},${line}`;
  return `::${COMMANDS[finding.severity]} ${at}title=${property(headlineOf(finding))}::${data(fixOf(finding))}\n`;
};

/** Escapes as GitHub's toolkit does: text from outside must not become a command. */
const data = (text: string): string =>
  harmless(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
