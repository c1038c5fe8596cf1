import { ignoresOf, licenseJudge, type FailOn, type Policy, purlOf } from "@zerotrace/core";
import type { Ignored, LicenseFinding, ScanFinding } from "@zerotrace/plugins/formats/report";
import { sourcePaths } from "@zerotrace/plugins/formats/sentences";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { componentsOf, findingPlace } from "./assess.ts";

/** What the policy and the baseline make of findings. */
export interface Decided {
  readonly findings: readonly ScanFinding[];
  readonly ignored: readonly (ScanFinding & { readonly ignored: Ignored })[];
  readonly licenses: readonly LicenseFinding[];
  readonly warnings: readonly string[];
  /** Findings and licenses over the policy (count). */
  readonly overCount: number;
}

export interface Decisions {
  readonly policy: Policy | null;
  /** The policy's own, which its paths begin at where a target lies in it; null without one. */
  readonly policyFolder: string | null;
  readonly failOn: FailOn;
  /** Keys of findings that were there before; null without a baseline. */
  readonly baseline: ReadonlySet<string> | null;
  /** `2026-11-21` */
  readonly today: string;
}

/** Parts findings into those that count and those that a rule or the baseline leaves out; rules come first. */
export const decide = (
  findings: readonly ScanFinding[],
  inventories: readonly TargetInventory[],
  { policy, policyFolder, failOn, baseline, today }: Decisions,
): Decided => {
  const inPolicy = sourcePaths({ inventories, ...(policyFolder === null ? {} : { baseFolder: policyFolder }) });
  const ignores = ignoresOf(policy?.ignore ?? [], today);
  const counted: ScanFinding[] = [];
  const ignored: (ScanFinding & { ignored: Ignored })[] = [];
  for (const finding of findings) {
    const places = finding.places.map(({ path }) => ({ path: inPolicy(finding.target, path) }));
    const rule = ignores.of({ ...finding, places });
    if (rule !== null) {
      const { reason, owner, expires } = rule;
      const more = { ...(owner === undefined ? {} : { owner }), ...(expires === undefined ? {} : { expires }) };
      ignored.push({ ...finding, ignored: { by: "rule", reason, ...more } });
    } else if (baseline !== null && keysOf(finding).every((key) => baseline.has(key))) {
      ignored.push({ ...finding, ignored: { by: "baseline", reason: "It was there before." } });
    } else counted.push(finding);
  }
  const licenses = policy?.licenses ? licenseFindings(inventories, policy, inPolicy) : [];
  const overLicenses = licenses.filter((one) => failOn.licenses.has(one.verdict));
  return {
    findings: counted,
    ignored,
    licenses,
    warnings: ignores.warnings(),
    overCount: counted.filter((finding) => failOn.meets(finding)).length + overLicenses.length,
  };
};

/** By what a finding is known again: a new version with the same weakness at the same place is not a new finding. */
export const keysOf = (finding: ScanFinding): string[] => {
  const paths = finding.places.length > 0 ? finding.places.map((place) => place.path) : [""];
  return paths.map((path) => JSON.stringify([finding.ecosystem, finding.package, finding.id, path]));
};

const licenseFindings = (
  inventories: readonly TargetInventory[],
  policy: Policy,
  inPolicy: ReturnType<typeof sourcePaths>,
): LicenseFinding[] => {
  const judge = licenseJudge(policy.licenses ?? {});
  const all: LicenseFinding[] = [];
  for (const inventory of inventories) {
    for (const { component, places } of componentsOf(inventory)) {
      // One place may tell what another does not.
      const told = places.find(({ found }) => found.license !== undefined)?.found.license ?? "";
      const judged = places.map(({ place, found: { license = told } }) => ({
        license,
        verdict: judge(license, inPolicy(inventory.name, place.path)),
      }));
      const worst = judged.find((one) => one.verdict === "denied") ?? judged.find((one) => one.verdict === "unknown");
      if (worst === undefined || worst.verdict === null) continue;
      const { license, verdict } = worst;
      all.push({
        purl: purlOf(component),
        package: component.name,
        version: component.version,
        license,
        verdict,
        target: inventory.name,
        places: places.map(({ place, found }) => findingPlace(place, found, inventory.image)),
      });
    }
  }
  const text = (one: LicenseFinding): string => `${one.verdict}\0${one.purl}\0${one.target}`;
  return all.sort((a, b) => (text(a) < text(b) ? -1 : 1));
};
