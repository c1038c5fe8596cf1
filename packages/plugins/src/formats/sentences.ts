import { join, relative } from "node:path";
import type { FindingPlace, FinishedScan, ScanFinding } from "./report.ts";

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

/** The entry of zerotrace.yaml that leaves it out. */
export const ignoreSnippetOf = (finding: ScanFinding): string =>
  [
    "ignore:",
    `  - id: ${finding.id}`,
    `    package: ${JSON.stringify(finding.package)}`,
    '    reason: "why it does not matter here"',
    "    expires: 2027-01-01",
  ].join("\n");

/** The page of an advisory at its publisher. */
export const addressOf = (id: string): string => {
  if (id.startsWith("CVE-")) return `https://www.cve.org/CVERecord?id=${encodeURIComponent(id)}`;
  if (id.startsWith("GHSA-")) return `https://github.com/advisories/${encodeURIComponent(id)}`;
  return `https://osv.dev/vulnerability/${encodeURIComponent(id)}`;
};

/** EPSS as a share; a dash where there is none. */
export const shareOf = (epss: number | null): string => (epss === null ? "-" : `${(epss * 100).toFixed(1)} %`);

/**
 * Says where a target's path lies in the folder that a pipeline works in, so that its annotations find the file; the path as it is
 * where the target lies elsewhere.
 */
export const sourcePaths = ({ inventories, baseFolder }: FinishedScan): ((target: string, path: string) => string) => {
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
