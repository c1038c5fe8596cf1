import { join, relative } from "node:path";
import type { FindingPlace, FinishedScan, ScanFinding, ScanReport, Unreadable } from "./report.ts";

/** `high: CVE-2024-37890 in ws 7.5.9` with what the advisory says, where it says it. */
export const headlineOf = (finding: ScanFinding): string => {
  const known = finding.kev ? ", known to be exploited" : "";
  return `${finding.id} in ${finding.package} ${finding.version} (${finding.severity}${known})`;
};

/** What to do about it, in one sentence. */
export const fixOf = (finding: ScanFinding): string => {
  const { package: name, fixedIn, source } = finding;
  if (fixedIn === null) return `No version of ${source ?? name} closes it yet: replace, shield or watch it.`;
  const through =
    finding.isDirect === false && (finding.via?.length ?? 0) > 0
      ? ` It comes through ${finding.via!.join(" > ")}.`
      : "";
  return `Upgrade ${source ?? name} to ${fixedIn} or later.${through}`;
};

/** The place as a person writes it: `app.war!WEB-INF/lib/a.jar`, with the layer where it lies in an image. */
export const placeOf = ({ path, inside, line, layer, step }: FindingPlace): string => {
  const within = inside === undefined ? path : `${path}!${inside}`;
  const at = line === undefined ? within : `${within}:${line}`;
  if (layer === undefined) return at;
  return `${at} (layer ${layer + 1}${step === undefined || step === "" ? "" : `: ${step}`})`;
};

/** How long a rule holds that nobody has thought about yet (ms). */
const IGNORED_MS = 365 * 24 * 3600 * 1000;

/** The entry of zerotrace.yaml that leaves it out for a year from `at`, the time of the scan: the same scan, the same bytes. */
export const ignoreSnippetOf = (finding: ScanFinding, at: string): string =>
  [
    "ignore:",
    `  - id: ${/^[A-Za-z][\w.-]*$/.test(finding.id) ? finding.id : yamlText(finding.id)}`,
    `    package: ${yamlText(finding.package)}`,
    '    reason: "why it does not matter here"',
    `    expires: ${new Date(Date.parse(at) + IGNORED_MS).toISOString().slice(0, 10)}`,
  ].join("\n");

/** In quotes; a backtick cannot end the block of code that shows it. */
const yamlText = (text: string): string => JSON.stringify(text.toWellFormed()).replaceAll("`", "\\u0060");

/** The page of an advisory at its publisher; safe within the parentheses of a Markdown link. */
export const addressOf = (id: string): string => {
  const encoded = encodeURIComponent(id.toWellFormed()).replaceAll("(", "%28").replaceAll(")", "%29");
  if (id.startsWith("CVE-")) return `https://www.cve.org/CVERecord?id=${encoded}`;
  if (id.startsWith("GHSA-")) return `https://github.com/advisories/${encoded}`;
  return `https://osv.dev/vulnerability/${encoded}`;
};

/** Components that got a verdict (count). */
export const judgedCount = ({ coverage }: ScanReport): number => coverage.reduce((sum, row) => sum + row.covered, 0);

/** What could not be read, whole lists first, then entries of others. */
export const unreadOf = ({ unreadable = [], leftOut = [] }: ScanReport): readonly Unreadable[] => [
  ...unreadable,
  ...leftOut,
];

/** What the reader must know before a figure counts: lists that could not be read; empty when all were. */
export const unreadSentence = ({ unreadable = [] }: ScanReport): string =>
  unreadable.length === 0 ? "" : ` ${countedText(unreadable.length, "list")} could not be read.`;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside on one line, without characters that steer a terminal or turn its direction. */
export const harmless = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\r\n\u2028\u2029]+/g, " ")
    .replaceAll(CONTROL, "?");

/** `1 finding`, `2 findings`. */
export const countedText = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** EPSS as a share; a dash where there is none. */
export const shareOf = (epss: number | null): string => (epss === null ? "-" : `${(epss * 100).toFixed(1)} %`);

/**
 * Says where a target's path lies in a folder, such as the one that a pipeline works in, so that its annotations find the file; the path as it is
 * where the target lies elsewhere.
 */
export const sourcePaths = ({
  inventories,
  baseFolder,
}: Pick<FinishedScan, "inventories" | "baseFolder">): ((target: string, path: string) => string) => {
  const prefixes = new Map(
    inventories.map(({ name, root }) => {
      const prefix = root === undefined || baseFolder === undefined ? "" : relative(baseFolder, root);
      return [name, prefix.startsWith("..") ? "" : prefix.replaceAll("\\", "/")];
    }),
  );
  return (target, path) => {
    const prefix = prefixes.get(target) ?? "";
    return prefix === "" ? path : join(prefix, path).replaceAll("\\", "/");
  };
};
