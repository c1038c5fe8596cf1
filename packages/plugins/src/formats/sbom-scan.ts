import type { FinishedScan, ScanFinding } from "./report.ts";
import { sbomOfInventory } from "./sbom-inventory.ts";
import { mergeSboms } from "./sbom-merge.ts";
import type { Sbom, SbomVulnerability } from "./sbom.ts";
import { addressOf, fixOf } from "./sentences.ts";

/** A scan as a bill of materials: what was found in all targets, and the findings as vulnerabilities with what VEX says of them. */
export const sbomOfScan = ({ report, inventories, toolVersion, at }: FinishedScan): Sbom => {
  const tool = { vendor: "ZeroTrace", name: "zerotrace", version: toolVersion };
  const each = inventories.map((inventory) => sbomOfInventory(inventory, { tool, createdAt: at }));
  const [only] = each;
  const sbom =
    each.length === 1 && only !== undefined ? only : mergeSboms(each, { name: report.target, createdAt: at, tool });
  const refs = new Map<string, string[]>();
  for (const { purl, ref } of sbom.components) if (purl !== "") refs.set(purl, [...(refs.get(purl) ?? []), ref]);
  return { ...sbom, vulnerabilities: vulnerabilitiesOf([...report.findings, ...(report.notAffected ?? [])], refs) };
};

const vulnerabilitiesOf = (
  findings: readonly ScanFinding[],
  refs: ReadonlyMap<string, readonly string[]>,
): SbomVulnerability[] => {
  // What VEX decides on one component must not be said of another.
  const groups = new Map<string, ScanFinding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.id, finding.vex?.status, finding.vex?.justification, fixOf(finding)]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((all, at) => vulnerabilityOf(all, at, refs));
};

const STATES: Readonly<Record<string, string>> = {
  not_affected: "not_affected",
  affected: "exploitable",
  fixed: "resolved",
  under_investigation: "in_triage",
};

const vulnerabilityOf = (
  all: readonly ScanFinding[],
  at: number,
  refs: ReadonlyMap<string, readonly string[]>,
): SbomVulnerability => {
  const first = all[0]!;
  const { id, aliases, cvss, severity, title, vex } = first;
  const affected = [...new Set(all.flatMap(({ purl }) => refs.get(purl) ?? []))].sort();
  return {
    ref: `${id}-${at + 1}`,
    id,
    source: { name: id.startsWith("CVE-") ? "CVE" : id.startsWith("GHSA-") ? "GitHub" : "OSV", url: addressOf(id) },
    aliases,
    ratings: [{ method: "", score: cvss, severity, vector: "" }],
    cwes: [],
    description: title,
    recommendation: fixOf(first),
    publishedAt: "",
    updatedAt: "",
    affects: affected.map((ref) => ({ ref, versions: [] })),
    analysis:
      vex === undefined
        ? null
        : {
            state: STATES[vex.status] ?? "in_triage",
            justification: vex.justification,
            response: [],
            detail: vex.note,
            firstIssuedAt: "",
            lastUpdatedAt: vex.at,
          },
  };
};
