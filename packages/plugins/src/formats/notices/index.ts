import { type Component, purlOf } from "@zerotrace/core";
import { licenseOfFound, purlOfFound } from "../../extractors/found-words.ts";
import { markdownText } from "../markdown-text.ts";
import type { FinishedScan, WriteReport } from "../report.ts";

const UNKNOWN = "No license is declared";

/** The components of the scan by license, as Markdown to ship with a product; those whose license nobody declares come first. */
export const write: WriteReport = function* (scan) {
  const byLicense = groupsOf(scan);
  yield `# Third-party notices\n\n${markdownText(scan.report.target)} contains these components, under the licenses that their authors declare, or that a bill of materials concludes.\n`;
  const licenses = [...byLicense.keys()].sort((a, b) => (a === "" ? -1 : b === "" ? 1 : a < b ? -1 : 1));
  for (const license of licenses) {
    yield `\n## ${license === "" ? UNKNOWN : markdownText(license)}\n\n`;
    for (const [purl, { name, version }] of byLicense.get(license)!) {
      yield `- ${markdownText(`${name} ${version}`.trim())} \`${purl.replaceAll("`", "%60")}\`\n`;
    }
  }
  if (licenses.length === 0) yield "\nNothing was found.\n";
};

const groupsOf = ({ inventories }: FinishedScan): Map<string, [string, Component][]> => {
  const declared = new Map<string, { readonly component: Component; license: string }>();
  for (const { places } of inventories) {
    for (const found of places.flatMap(({ packages }) => packages)) {
      const { component } = found;
      const license = licenseOfFound(found) ?? "";
      const purl = purlOfFound(found) || purlOf(component);
      const known = declared.get(purl);
      // One place may tell what another does not.
      if (known === undefined) declared.set(purl, { component, license });
      else if (known.license === "") known.license = license;
    }
  }
  const groups = new Map<string, [string, Component][]>();
  for (const [purl, { component, license }] of [...declared].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = ["NOASSERTION", "NONE"].includes(license) ? "" : license;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [[purl, component]]);
    else group.push([purl, component]);
  }
  return groups;
};
