import type { FindingPlace, ScanFinding, ScanReport, WriteReport } from "../report.ts";
import { countedText, fixOf, harmless, headlineOf, sourcePaths, unreadOf } from "../sentences.ts";

/** GitHub shows so many annotations of each kind of a step; more only fill the log (count). */
const MAX_OF_KIND = 10;
/** Of these, what may say that lists were not read, and what the policy warns of (count each). */
const MAX_REMARKS = 3;
const COMMANDS = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  none: "notice",
  unknown: "warning",
} as const;

type Command = (typeof COMMANDS)[keyof typeof COMMANDS];
type Annotation = readonly [Command, line: string];

/**
 * The scan as workflow commands of GitHub Actions: an annotation on each line of each lockfile that brings a finding, at most as many of a
 * kind as GitHub shows. What is left out is counted in the last one.
 */
export const write: WriteReport = function* ({ report, ...scan }) {
  const sourcePath = sourcePaths(scan);
  const left = { error: 0, warning: 0, notice: 0 };
  // The last notice counts what is left out.
  const room = { error: MAX_OF_KIND, warning: MAX_OF_KIND, notice: MAX_OF_KIND - 1 };
  const lines: string[] = [];
  const add = ([command, line]: Annotation): void => {
    if (room[command] > 0) lines.push(line);
    if (room[command] > 0) room[command] -= 1;
    else left[command] += 1;
  };
  for (const list of [unreadRemarks(report), policyRemarks(report)]) {
    for (const remark of list.slice(0, MAX_REMARKS)) add(remark);
    left.warning += Math.max(0, list.length - MAX_REMARKS);
  }
  for (const one of licenseAnnotations(report, sourcePath)) add(one);
  for (const { severity, says, fix } of report.faults ?? []) {
    add(annotation(COMMANDS[severity], "", "Image", `${says} ${fix}`));
  }
  for (const one of findingAnnotations(report, sourcePath)) add(one);
  yield* lines;
  const more = Object.entries(left).flatMap(([kind, count]) => (count > 0 ? [countedText(count, kind)] : []));
  if (more.length > 0) {
    yield `::notice::${more.join(", ")} more than GitHub shows of a step (${MAX_OF_KIND} of each kind); see the summary.\n`;
  }
};

/** Each finding at its first place before any at a further one: one that lies everywhere hides no other. */
const findingAnnotations = function* (
  { findings }: ScanReport,
  sourcePath: (target: string, path: string) => string,
): Iterable<Annotation> {
  for (const finding of findings) yield annotationOf(finding, finding.places[0], sourcePath);
  let rest = findings;
  for (let at = 1; rest.length > 0; at++) {
    rest = rest.filter(({ places }) => places.length > at);
    for (const finding of rest) yield annotationOf(finding, finding.places[at], sourcePath);
  }
};

const annotationOf = (
  finding: ScanFinding,
  place: FindingPlace | undefined,
  sourcePath: (target: string, path: string) => string,
): Annotation => {
  const line = place?.line === undefined ? "" : `line=${place.line},`;
  const at = place === undefined ? "" : `file=${property(sourcePath(finding.target, place.path))},${line}`;
  return annotation(COMMANDS[finding.severity], at, headlineOf(finding), fixOf(finding));
};

const licenseAnnotations = (
  { licenses = [] }: ScanReport,
  sourcePath: (target: string, path: string) => string,
): Annotation[] =>
  licenses
    .filter(({ verdict }) => verdict === "denied")
    .map(({ package: name, version, license, target, places: [place] }) => {
      const file = place === undefined ? "" : `file=${property(sourcePath(target, place.path))},`;
      return annotation("error", file, `License of ${name} ${version}`, `${license} is not allowed.`);
    });

const policyRemarks = ({ policy }: ScanReport): Annotation[] =>
  (policy?.warnings ?? []).map((text) => annotation("warning", "", "Policy", text));

const unreadRemarks = (report: ScanReport): Annotation[] =>
  unreadOf(report).map(({ source, error }) => annotation("warning", "", "Could not be read", `${source}: ${error}`));

const annotation = (command: Command, at: string, title: string, text: string): Annotation => [
  command,
  `::${command} ${at}title=${property(title)}::${data(text)}\n`,
];

/** Escapes as GitHub's toolkit does: text from outside must not become a command. */
const data = (text: string): string =>
  harmless(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
