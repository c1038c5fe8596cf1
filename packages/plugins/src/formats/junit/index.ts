import type { LicenseFinding, ScanFinding, WriteReport } from "../report.ts";
import { fixOf, harmless, headlineOf, judgedCount, placeOf, shareOf } from "../sentences.ts";

/** The scan as JUnit XML: a suite for a place, a failed case for a finding; what cannot be read is an error, never a pass. */
export const write: WriteReport = function* ({ report }) {
  const byPlace = new Map<string, ScanFinding[]>();
  for (const finding of report.findings) {
    const paths = new Set(finding.places.length > 0 ? finding.places.map((place) => place.path) : [finding.target]);
    for (const path of paths) {
      const known = byPlace.get(path);
      if (known === undefined) byPlace.set(path, [finding]);
      else known.push(finding);
    }
  }
  const unreadable = report.unreadable ?? [];
  const denied = (report.licenses ?? []).filter(({ verdict }) => verdict === "denied");
  const failures = [...byPlace.values()].reduce((sum, all) => sum + all.length, 0) + denied.length;
  const isClean = failures + unreadable.length === 0;
  const judged = judgedCount(report);
  // Nobody judged is not clean.
  const isSkipped = isClean && judged === 0;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="zerotrace" tests="${failures + unreadable.length + (isClean ? 1 : 0)}" failures="${failures}" errors="${unreadable.length}" skipped="${isSkipped ? 1 : 0}">\n`;
  for (const [path, findings] of [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield `  <testsuite name="${escaped(path)}" tests="${findings.length}" failures="${findings.length}" errors="0">\n`;
    for (const finding of findings) yield caseOf(path, finding);
    yield "  </testsuite>\n";
  }
  if (denied.length > 0) yield licenseSuite(denied);
  for (const { source, error } of unreadable) {
    yield `  <testsuite name="${escaped(source)}" tests="1" failures="0" errors="1">\n    <testcase classname="${escaped(source)}" name="read">\n      <error message="${escaped(error)}"/>\n    </testcase>\n  </testsuite>\n`;
  }
  if (isClean) {
    const name = `no findings in ${judged} of ${report.components} components`;
    const body = isSkipped ? '>\n      <skipped message="nothing could be judged"/>\n    </testcase>' : "/>";
    yield `  <testsuite name="${escaped(report.target)}" tests="1" failures="0" errors="0" skipped="${isSkipped ? 1 : 0}">\n    <testcase classname="${escaped(report.target)}" name="${name}"${body}\n  </testsuite>\n`;
  }
  yield "</testsuites>\n";
};

const licenseSuite = (denied: readonly LicenseFinding[]): string => {
  const cases = denied.map(({ package: name, version, license }) => {
    const says = escaped(`${license} is not allowed`);
    return `    <testcase classname="licenses" name="${escaped(`${name} ${version}`)}">\n      <failure type="license" message="${says}"/>\n    </testcase>\n`;
  });
  return `  <testsuite name="licenses" tests="${denied.length}" failures="${denied.length}" errors="0">\n${cases.join("")}  </testsuite>\n`;
};

const caseOf = (path: string, finding: ScanFinding): string => {
  const place = finding.places.find((one) => one.path === path);
  const lines = [
    finding.title,
    fixOf(finding),
    `CVSS ${finding.cvss ?? "-"}, EPSS ${shareOf(finding.epss)}, risk ${finding.risk}`,
    ...(place === undefined ? [] : [placeOf(place)]),
  ];
  const text = lines
    .filter((line) => line !== "")
    .map(escaped)
    .join("\n");
  const name = escaped(headlineOf(finding));
  return `    <testcase classname="${escaped(path)}" name="${name}">\n      <failure type="${finding.severity}" message="${name}">${text}</failure>\n    </testcase>\n`;
};

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Characters that XML 1.0 cannot hold become `?`. */
const escaped = (text: string): string =>
  harmless(text)
    .replaceAll(NOT_XML, "?")
    .replaceAll(/[&<>"']/g, (character) => NAMED[character]!);
