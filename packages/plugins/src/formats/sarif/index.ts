import { createHash } from "node:crypto";
import type { FindingPlace, FinishedScan, LicenseFinding, ScanFinding, ScanReport, WriteReport } from "../report.ts";
import {
  addressOf,
  fixOf,
  headlineOf,
  ignoreSnippetOf,
  placeOf,
  shareOf,
  sourcePaths,
  unreadOf,
} from "../sentences.ts";

/** GitHub's code scanning takes 25,000 results of a run. */
const MAX_RESULTS = 25_000;
const LEVELS = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  none: "note",
  unknown: "warning",
} as const;
/** Stands for a severity without a score, so that viewers sort it. */
const ASSUMED = { critical: 9.5, high: 8, medium: 5.5, low: 2, none: 0, unknown: 5 } as const;

/**
 * The scan as SARIF 2.1.0 (OASIS, 2020): a rule for an advisory on a package, a result for each place where it lies. What a rule of
 * zerotrace.yaml or VEX closes is a suppressed result.
 */
export const write: WriteReport = (scan) => documentOf(scan, true);

/** As `write`, without suppressed results: for readers that show those as open. */
export const writeOpen: WriteReport = (scan) => documentOf(scan, false);

const documentOf = function* (scan: FinishedScan, withSuppressed: boolean): Iterable<string> {
  const { rules, results, left } = bodyOf(scan, withSuppressed);
  const driver = {
    name: "ZeroTrace",
    semanticVersion: scan.toolVersion,
    informationUri: "https://github.com/zerotrace/zerotrace",
    rules: [...rules.values()],
  };
  const says = [
    ...unreadOf(scan.report).map(({ source, error }) => `${source}: ${error}`),
    ...(left > 0 ? [`${left} more results were left out: the document holds ${MAX_RESULTS}.`] : []),
  ];
  const notifications = says.map((text) => ({ level: "warning", message: { text } }));
  // What could not be read may hold anything: such a run has not succeeded.
  const executionSuccessful = (scan.report.unreadable ?? []).length === 0;
  const invocation = { executionSuccessful, toolExecutionNotifications: notifications };
  const head = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0" };
  const run = { tool: { driver }, invocations: [invocation], columnKind: "utf16CodeUnits" };
  // Written in pieces: one string of all results may be larger than a string can be.
  const text = JSON.stringify({ ...head, runs: [run] });
  yield `${text.slice(0, -3)},"results":[`;
  for (let at = 0; at < results.length; at++) yield `${at === 0 ? "\n" : ",\n"}${JSON.stringify(results[at])}`;
  yield "\n]}]}\n";
};

const bodyOf = (scan: FinishedScan, withSuppressed: boolean) => {
  const { report } = scan;
  const locate = locationIn(sourcePaths(scan));
  const rules = new Map<string, object>();
  const positions = new Map<string, number>();
  const results: object[] = [];
  let left = 0;
  const add = (
    ruleId: string,
    rule: () => object,
    places: readonly FindingPlace[],
    result: (place: FindingPlace | null) => object,
  ): void => {
    if (!positions.has(ruleId)) {
      positions.set(ruleId, positions.size);
      rules.set(ruleId, rule());
    }
    for (const place of places.length > 0 ? places : [null]) {
      if (results.length >= MAX_RESULTS) left += 1;
      else results.push({ ruleId, ruleIndex: positions.get(ruleId), ...result(place) });
    }
  };
  // Of all results or of none: only then a reader knows that what has no suppression is open (section 3.27.23).
  const addFinding = (finding: ScanFinding, suppressions: readonly object[]): void => {
    const ruleId = `${finding.id}/${finding.ecosystem}/${finding.source ?? finding.package}`;
    const more = withSuppressed ? { suppressions } : {};
    add(
      ruleId,
      () => ruleOf(ruleId, finding, scan.at),
      finding.places,
      (place) => ({ ...resultOf(finding, place, locate(finding.target, place)), ...more }),
    );
  };
  for (const finding of report.findings) addFinding(finding, []);
  for (const one of report.licenses ?? []) {
    const ruleId = `license/${one.verdict}/${one.license || "none"}`;
    add(
      ruleId,
      () => licenseRule(ruleId, one),
      one.places,
      (place) => ({
        ...licenseResult(one, place, locate(one.target, place)),
        ...(withSuppressed ? { suppressions: [] } : {}),
      }),
    );
  }
  if (withSuppressed) for (const [finding, why] of suppressedOf(report)) addFinding(finding, [why]);
  return { rules, results, left };
};

/** What somebody decided on, with the reason. What a baseline leaves out nobody decided on. */
const suppressedOf = ({ ignored = [], notAffected = [] }: ScanReport): [ScanFinding, object][] => [
  ...ignored
    .filter((one) => one.ignored.by === "rule")
    .map((one): [ScanFinding, object] => {
      const { reason, owner, expires } = one.ignored;
      const properties = { ...(owner === undefined ? {} : { owner }), ...(expires === undefined ? {} : { expires }) };
      const more = Object.keys(properties).length > 0 ? { properties } : {};
      return [one, { kind: "external", status: "accepted", justification: reason, ...more }];
    }),
  ...notAffected.map((one): [ScanFinding, object] => {
    const { status, justification, note, author, at, document } = one.vex;
    const says = [`VEX: ${status}`, justification, note].filter((text) => text !== "").join(". ");
    const properties = Object.fromEntries(Object.entries({ author, at, document }).filter(([, text]) => text !== ""));
    return [one, { kind: "external", status: "accepted", justification: says, properties }];
  }),
];

const ruleOf = (id: string, finding: ScanFinding, at: string): object => {
  const score = finding.cvss ?? ASSUMED[finding.severity];
  const fix = fixOf(finding);
  const snippet = ignoreSnippetOf(finding, at);
  const facts = `EPSS ${shareOf(finding.epss)}, risk ${finding.risk} of 100${finding.kev ? ", known to be exploited" : ""}`;
  return {
    id,
    name: finding.id.replaceAll(/[^A-Za-z0-9]/g, ""),
    shortDescription: { text: `${finding.id} in ${finding.source ?? finding.package}` },
    fullDescription: { text: finding.title || `${finding.id} affects ${finding.source ?? finding.package}.` },
    helpUri: addressOf(finding.id),
    help: {
      text: `${fix}\n${facts}.\nTo leave it out, add to zerotrace.yaml:\n${snippet}`,
      markdown: `**${fix}**\n\n${facts}.\n\nNames: ${[finding.id, ...finding.aliases].join(", ")}\n\nTo leave it out, add to \`zerotrace.yaml\`:\n\n\`\`\`yaml\n${snippet}\n\`\`\``,
    },
    defaultConfiguration: { level: LEVELS[finding.severity] },
    properties: {
      "security-severity": score.toFixed(1),
      precision: "very-high",
      tags: ["security", "vulnerability", finding.severity, ...(finding.kev ? ["exploited"] : [])],
    },
  };
};

const resultOf = (finding: ScanFinding, place: FindingPlace | null, location: object): object => ({
  level: LEVELS[finding.severity],
  message: { text: `${headlineOf(finding)}. ${fixOf(finding)}` },
  locations: [location],
  partialFingerprints: {
    "zerotrace/v1": fingerprintOf([
      finding.ecosystem,
      finding.package,
      finding.id,
      place?.path ?? "",
      place?.inside ?? "",
    ]),
  },
  properties: {
    purl: finding.purl,
    fixedIn: finding.fixedIn,
    risk: finding.risk,
    epss: finding.epss,
    kev: finding.kev,
    aliases: finding.aliases,
  },
});

const licenseRule = (id: string, { license, verdict }: LicenseFinding): object => ({
  id,
  shortDescription: { text: verdict === "denied" ? `License ${license} is not allowed` : "License unknown" },
  defaultConfiguration: { level: verdict === "denied" ? "error" : "note" },
  properties: { tags: ["license"] },
});

const licenseResult = (one: LicenseFinding, place: FindingPlace | null, location: object): object => ({
  level: one.verdict === "denied" ? "error" : "note",
  message: { text: `${one.package} ${one.version}: ${one.license || "no license is declared"}` },
  locations: [location],
  partialFingerprints: { "zerotrace/v1": fingerprintOf(["license", one.purl, place?.path ?? ""]) },
});

const locationIn =
  (sourcePath: (target: string, path: string) => string) =>
  (target: string, place: FindingPlace | null): object => {
    const uri = uriOf(place === null ? target : sourcePath(target, place.path));
    return {
      physicalLocation: {
        artifactLocation: { uri, ...(place === null ? {} : { uriBaseId: "%SRCROOT%" }) },
        region: { startLine: place?.line ?? 1 },
      },
      ...(place === null ? {} : { message: { text: placeOf(place) } }),
    };
  };

const uriOf = (path: string): string => path.toWellFormed().split("/").map(encodeURIComponent).join("/");

const fingerprintOf = (parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
