import { createHash } from "node:crypto";
import type { FindingPlace, FinishedScan, ScanFinding, WriteReport } from "../report.ts";
import { addressOf, fixOf, headlineOf, sourcePaths, unreadOf } from "../sentences.ts";

/** The version of GitLab's security report schemas. */
const SCHEMA_VERSION = "15.2.1";
/** GitLab keeps so many names of a finding (count). */
const MAX_IDENTIFIERS = 20;
/** Lengths that its schema allows (characters). */
const MAX_NAME_CHARS = 255;
const MAX_SOLUTION_CHARS = 7000;
const SEVERITIES = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
  none: "Info",
  unknown: "Unknown",
} as const;

/** The scan as GitLab's security report: of containers when an image was scanned, else of dependencies. */
export const write: WriteReport = function* (scan) {
  const sourcePath = sourcePaths(scan);
  const image = scan.inventories.find((inventory) => inventory.image !== undefined);
  const type = image === undefined ? "dependency_scanning" : "container_scanning";
  const tool = { id: "zerotrace", name: "ZeroTrace", version: scan.toolVersion, vendor: { name: "ZeroTrace" } };
  // GitLab wants seconds without a zone.
  const at = scan.at.slice(0, 19);
  const run = {
    analyzer: tool,
    scanner: tool,
    type,
    start_time: at,
    end_time: at,
    // What could not be read may hold anything: such a scan has not succeeded.
    status: (scan.report.unreadable ?? []).length === 0 ? "success" : "failure",
    messages: messagesOf(scan),
  };
  yield `{"version":${JSON.stringify(SCHEMA_VERSION)},"scan":${JSON.stringify(run)},`;
  if (image === undefined) yield `"dependency_files":${JSON.stringify(filesOf(scan, sourcePath))},`;
  yield '"vulnerabilities":[';
  let count = 0;
  for (const finding of scan.report.findings) {
    const places = finding.places.length > 0 ? finding.places : [null];
    for (const place of places) {
      const os = scan.inventories.find(({ name }) => name === finding.target)?.os.prettyName || "unknown";
      const location =
        image === undefined
          ? dependencyAt(finding, place === null ? finding.target : sourcePath(finding.target, place.path))
          : { ...dependencyOf(finding), operating_system: os, image: finding.target };
      yield `${count++ === 0 ? "\n" : ",\n"}${JSON.stringify(entryOf(finding, place, location))}`;
    }
  }
  yield "\n]}\n";
};

const messagesOf = ({ report }: FinishedScan): object[] =>
  unreadOf(report).map(({ source, error }) => ({ level: "warn", value: `${source}: ${error}` }));

/** The lists that were read, without what is in them: the findings name that. */
const filesOf = ({ inventories }: FinishedScan, sourcePath: ReturnType<typeof sourcePaths>): object[] =>
  inventories.flatMap(({ name, places }) =>
    places
      .filter(({ status }) => status === "ok")
      .map(({ path, reader }) => ({ path: sourcePath(name, path), package_manager: reader, dependencies: [] })),
  );

const dependencyOf = ({ package: name, version, isDirect }: ScanFinding): object => ({
  dependency: { package: { name }, version, ...(isDirect === undefined ? {} : { direct: isDirect }) },
});

const dependencyAt = (finding: ScanFinding, file: string): object => ({
  file,
  ...dependencyOf(finding),
});

const entryOf = (finding: ScanFinding, place: FindingPlace | null, location: object): object => ({
  id: uuidOf([finding.target, finding.purl, finding.id, place?.path ?? ""]),
  name: headlineOf(finding).slice(0, MAX_NAME_CHARS),
  description: finding.title || headlineOf(finding),
  severity: SEVERITIES[finding.severity],
  solution: fixOf(finding).slice(0, MAX_SOLUTION_CHARS),
  identifiers: [finding.id, ...finding.aliases].slice(0, MAX_IDENTIFIERS).map((name) => ({
    type: name.startsWith("CVE-") ? "cve" : name.startsWith("GHSA-") ? "ghsa" : "osv",
    name,
    value: name,
    url: addressOf(name),
  })),
  links: [{ url: addressOf(finding.id) }],
  location,
});

/** A UUID that depends on nothing but what the finding is (RFC 9562, version 8). */
const uuidOf = (parts: readonly string[]): string => {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
