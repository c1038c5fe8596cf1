import type { FindingPlace, ScanFinding } from "../formats/report.ts";
import type { ClosedFinding, Unfixed } from "./report.ts";

/** The findings as reports of fixes name them, by risk. */
export const closedOf = (findings: readonly ScanFinding[]): ClosedFinding[] =>
  findings
    .map(({ id, severity, kev, risk }) => ({ id, severity, kev, risk }))
    .sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1));

interface Left {
  readonly first: ScanFinding;
  readonly findings: readonly ScanFinding[];
  readonly places: readonly FindingPlace[];
}

/** What to do about findings without an upgrade. `fixedIn` is the version that closes them and was not wanted. */
export const unfixedOf = ({ first, findings, places }: Left, fixedIn: string | null, totalRisk: number): Unfixed => ({
  target: first.target,
  paths: [...new Set(places.map(({ path }) => path))].sort(),
  ecosystem: first.ecosystem,
  package: first.package,
  version: first.version,
  reason: fixedIn === null ? "no_fix" : "major_version",
  fixedIn,
  findings: closedOf(findings),
  riskShare: totalRisk > 0 ? (findings.reduce((sum, { risk }) => sum + risk, 0) * places.length) / totalRisk : 0,
  alternatives: alternativesOf(first, findings),
});

const alternativesOf = (first: ScanFinding, findings: readonly ScanFinding[]): Unfixed["alternatives"] => {
  const top = first.via?.[0];
  const brought = top === undefined ? "" : `, or ${top}, which brings it,`;
  const ids = findings.map(({ id }) => id).sort();
  const named = ids.slice(0, 3).join(", ") + (ids.length > 3 ? ` and ${ids.length - 3} more` : "");
  const dev = first.isDev === true ? " It is needed only to develop: keep it away from what is shipped." : "";
  return [
    { kind: "replace", says: `Replace ${first.package}${brought} by a package that is cared for, or do without it.` },
    {
      kind: "mitigate",
      says: `Read ${named}: where the weak part cannot be reached, say so in a VEX statement (not_affected); else shield it.${dev}`,
    },
    { kind: "watch", says: "Scan on every change with --fail-on fixable: it tells when a fix appears." },
  ];
};
