import {
  type FailOn,
  type IgnoreRule,
  ignoresOf,
  licenseJudge,
  type LicenseRules,
  type Policy,
  purlOf,
} from "@zerotrace/core";
import type { FindingPlace, Ignored, LicenseFinding, ScanFinding } from "@zerotrace/plugins/formats/report";
import { licenseOfFound } from "@zerotrace/plugins/extractors/found-words";
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
  const ruled = (finding: ScanFinding): Ignored | null => {
    const places = finding.places.map(({ path }) => ({ path: inPolicy(finding.target, path) }));
    const rule = ignores.of({ ...finding, places });
    if (rule !== null) return ignoredBy(rule);
    const isOld = baseline !== null && keysOf(finding).every((key) => baseline.has(key));
    return isOld ? { by: "baseline", reason: "It was there before." } : null;
  };
  for (const finding of findings) {
    for (const [why, part] of partsOf(finding, ruled)) {
      if (why === null) counted.push(part);
      else ignored.push({ ...part, ignored: why });
    }
  }
  // Who asks for unknown licenses needs no lists for that.
  const rules = policy?.licenses ?? (failOn.licenses.size > 0 ? {} : null);
  const licenses = rules === null ? [] : licenseFindings(inventories, rules, inPolicy);
  const overLicenses = licenses.filter((one) => failOn.licenses.has(one.verdict));
  return {
    findings: counted,
    ignored,
    licenses,
    warnings: [...ignores.warnings(), ...vainLicenses(failOn, policy)],
    overCount: counted.filter((finding) => failOn.meets(finding)).length + overLicenses.length,
  };
};

const ignoredBy = ({ reason, owner, expires }: IgnoreRule): Ignored => ({
  by: "rule",
  reason,
  ...(owner === undefined ? {} : { owner }),
  ...(expires === undefined ? {} : { expires }),
});

/** A finding by why its places are left out: what is left out at one place still counts at the others. */
const partsOf = (
  finding: ScanFinding,
  ruled: (finding: ScanFinding) => Ignored | null,
): [Ignored | null, ScanFinding][] => {
  if (finding.places.length < 2) return [[ruled(finding), finding]];
  const parts = new Map<string, [Ignored | null, FindingPlace[]]>();
  for (const place of finding.places) {
    const why = ruled({ ...finding, places: [place] });
    const key = JSON.stringify(why);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [why, [place]]);
    else part[1].push(place);
  }
  return [...parts.values()].map(([why, places]) => [why, parts.size === 1 ? finding : { ...finding, places }]);
};

/** A condition that can never be met would look like a check that passes. */
const vainLicenses = (failOn: FailOn, policy: Policy | null): string[] =>
  failOn.licenses.has("denied") && !policy?.licenses
    ? ["license:deny is asked for, but the policy has no list of licenses (zerotrace.yaml, licenses)"]
    : [];

/** By what a finding is known again: a new version with the same weakness at the same place is not a new finding. */
export const keysOf = (finding: ScanFinding): string[] => {
  const paths = finding.places.length > 0 ? finding.places.map((place) => place.path) : [""];
  return paths.map((path) => JSON.stringify([finding.ecosystem, finding.package, finding.id, path]));
};

const licenseFindings = (
  inventories: readonly TargetInventory[],
  rules: LicenseRules,
  inPolicy: ReturnType<typeof sourcePaths>,
): LicenseFinding[] => {
  const judge = licenseJudge(rules);
  const all: LicenseFinding[] = [];
  for (const inventory of inventories) {
    for (const { component, places } of componentsOf(inventory)) {
      // One place may tell what another does not.
      const licenses = places.map(({ found }) => licenseOfFound(found));
      const told = licenses.find((license) => license !== undefined) ?? "";
      const judged = places.map(({ place }, at) => {
        const license = licenses[at] ?? told;
        return { license, verdict: judge(license, inPolicy(inventory.name, place.path)) };
      });
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
