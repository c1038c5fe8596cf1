import {
  type AdvisoryIndex,
  applicableEcosystems,
  canonicalEcosystem,
  type Component,
  isClosedBy,
  type IsPresent,
  isTargetOf,
  judgedAs,
  purlOf,
  riskOf,
  schemeFor,
  type Severity,
  SEVERITIES,
  SYSTEM_ECOSYSTEM,
  type Vex,
  type VexStatus,
} from "@zerotrace/core";
import type { Coverage, Headline } from "../output/headline.ts";
import type { FiledStatement } from "./vex-files.ts";

/** One finding of a scan; the shape of `zerotrace.scan/1`. */
export interface ScanFinding {
  readonly purl: string;
  readonly ecosystem: string;
  /** The installed package. */
  readonly package: string;
  /** The source package that advisories speak of, where it has another name. */
  readonly source?: string;
  /** The installed version of the package. */
  readonly version: string;
  readonly id: string;
  readonly aliases: readonly string[];
  readonly fixedIn: string | null;
  readonly severity: Severity;
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly kev: boolean;
  readonly risk: number;
  /** The VEX statement that decides on it, without closing it; absent when none does. */
  readonly vex?: ScanVex;
}

/** A VEX statement on a finding. */
export interface ScanVex {
  readonly status: VexStatus;
  readonly justification: string;
  readonly note: string;
  readonly author: string;
  /** ISO; empty when the document does not say. */
  readonly at: string;
  /** The file it is from. */
  readonly document: string;
}

/** What a VEX statement closes: a finding all the same, that is not counted. */
export type ClosedFinding = ScanFinding & { readonly vex: ScanVex };

/** Why a component has no verdict, the worst first: it stands for the ecosystem. */
const REASONS = ["no_feed", "end_of_life", "unparsable"] as const;
type Reason = (typeof REASONS)[number];

export interface ScanCoverage {
  /** The ecosystem that judges: for what lies in a package of the system, that package's. */
  readonly ecosystem: string;
  readonly components: number;
  readonly covered: number;
  /** Of the components, those of another ecosystem inside packages of this one, which takes their verdict; absent: none. */
  readonly owned?: number;
  /** Why some are not covered; absent when all are. */
  readonly reason?: Reason;
  /** Feeds that speak of this ecosystem, sorted. */
  readonly sources: readonly string[];
}

export interface Judged {
  readonly findings: readonly ScanFinding[];
  /** Findings that VEX statements close, in the same order. */
  readonly notAffected: readonly ClosedFinding[];
  readonly coverage: readonly ScanCoverage[];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const findingsOf = (component: Component, index: AdvisoryIndex): { reason?: Reason; findings: ScanFinding[] } => {
  const { ecosystem, name, version } = judgedAs(component);
  const verdict = index.match(ecosystem, name, version);
  // The owner is a component too and has the findings.
  const hits = component.ownedBy ? [] : verdict.hits;
  const findings = hits.map((hit): ScanFinding => {
    const group = index.advisory(hit.advisory);
    return {
      purl: purlOf(component),
      ecosystem: component.ecosystem,
      package: component.name,
      ...(component.source ? { source: component.source.name } : {}),
      version: component.version,
      id: group.id,
      aliases: group.aliases,
      fixedIn: hit.fixedIn,
      severity: group.severity,
      cvss: group.cvss?.score ?? null,
      epss: group.epss?.score ?? null,
      kev: group.kevAddedAt !== null,
      risk: riskOf({ ...group, fixAvailable: hit.fixedIn !== null }).risk,
    };
  });
  return { reason: REASONS.find((one) => one === verdict.reason), findings };
};

const sourcesOf = (ecosystem: string, index: AdvisoryIndex): string[] => {
  if (ecosystem === SYSTEM_ECOSYSTEM) return index.lifeCycles().length > 0 ? ["eol"] : [];
  const wanted = new Set(applicableEcosystems(ecosystem));
  const speaking = index.meta.sources.filter((s) => s.covers.some((one) => wanted.has(canonicalEcosystem(one))));
  return [...new Set(speaking.map((s) => s.feed))].sort();
};

const byRisk = (a: ScanFinding, b: ScanFinding): number =>
  b.risk - a.risk ||
  (b.epss ?? -1) - (a.epss ?? -1) ||
  compareText(a.package, b.package) ||
  compareText(a.id, b.id) ||
  compareText(a.purl, b.purl);

/** Says what VEX statements decide on the findings of components that are scanned together. */
const rulerOf = (components: readonly Component[], vex: Vex<FiledStatement> | null) => {
  const isPresent: IsPresent = (product, versions) => components.some((one) => isTargetOf(product, one, versions));
  return (component: Component, found: ScanFinding): ScanFinding | ClosedFinding => {
    const ruling = vex?.rule([found.id, ...found.aliases], component, isPresent) ?? null;
    if (ruling === null) return found;
    const { status, justification, note, author, at, document } = ruling;
    return { ...found, vex: { status, justification, note, author, at, document } };
  };
};

const isClosed = (found: ScanFinding): found is ClosedFinding =>
  found.vex !== undefined && isClosedBy(found.vex.status);

/**
 * Judges components: findings by risk, then package, id and purl; coverage by ecosystem. What the newest VEX statement closes
 * stands apart. Same input, same output.
 */
export const judge = (
  components: readonly Component[],
  index: AdvisoryIndex,
  vex: Vex<FiledStatement> | null = null,
): Judged => {
  const all: ScanFinding[] = [];
  const rule = rulerOf(components, vex);
  const counts = new Map<string, Record<"components" | "owned" | Reason, number>>();
  for (const component of components) {
    const { reason, findings: found } = findingsOf(component, index);
    for (const one of found) all.push(rule(component, one));
    const none = { components: 0, owned: 0, no_feed: 0, end_of_life: 0, unparsable: 0 };
    const { ecosystem } = judgedAs(component);
    const count = counts.get(ecosystem) ?? none;
    count.components += 1;
    if (component.ownedBy) count.owned += 1;
    if (reason) count[reason] += 1;
    counts.set(ecosystem, count);
  }
  all.sort(byRisk);
  const coverage = [...counts].sort(([a], [b]) => compareText(a, b));
  return {
    findings: all.filter((found) => !isClosed(found)),
    notAffected: all.filter(isClosed),
    coverage: coverage.map(([ecosystem, count]) => {
      const reason = REASONS.find((one) => count[one] > 0);
      return {
        ecosystem,
        components: count.components,
        covered: count.components - REASONS.reduce((sum, one) => sum + count[one], 0),
        ...(count.owned > 0 ? { owned: count.owned } : {}),
        ...(reason ? { reason } : {}),
        sources: sourcesOf(ecosystem, index),
      };
    }),
  };
};

/** What one upgrade closes. */
export interface Fix {
  readonly ecosystem: string;
  readonly package: string;
  /** The version that closes all of it. */
  readonly fixedIn: string;
  readonly findingCount: number;
  /** Share of the whole risk, 0..1. */
  readonly riskShare: number;
}

/**
 * Upgrades by what they close of the risk, largest first. An advisory counts once for a source package, however many of
 * its binaries are installed.
 */
export const fixesOf = (findings: readonly ScanFinding[]): Fix[] => {
  const once = new Map(findings.map((f) => [JSON.stringify([f.ecosystem, f.source ?? f.package, f.id]), f]));
  const totalRisk = [...once.values()].reduce((sum, f) => sum + f.risk, 0);
  const fixes = new Map<string, Fix>();
  for (const f of once.values()) {
    if (f.fixedIn === null) continue;
    const name = f.source ?? f.package;
    const key = JSON.stringify([f.ecosystem, name]);
    const known = fixes.get(key);
    const later = known === undefined || schemeFor(f.ecosystem)?.compare(f.fixedIn, known.fixedIn) === 1;
    fixes.set(key, {
      ecosystem: f.ecosystem,
      package: name,
      fixedIn: later ? f.fixedIn : known.fixedIn,
      findingCount: (known?.findingCount ?? 0) + 1,
      riskShare: (known?.riskShare ?? 0) + (totalRisk > 0 ? f.risk / totalRisk : 0),
    });
  }
  return [...fixes.values()].sort((a, b) => b.riskShare - a.riskShare || compareText(a.package, b.package));
};

/** The figures of the headline. */
export const headlineOf = (findings: readonly ScanFinding[], coverage: Coverage): Headline => ({
  coverage,
  severities: Object.fromEntries(
    SEVERITIES.map((severity) => [severity, findings.filter((f) => f.severity === severity).length]),
  ) as Record<Severity, number>,
  packageCount: new Set(findings.map((f) => JSON.stringify([f.ecosystem, f.source ?? f.package]))).size,
  fixShares: fixesOf(findings).map((fix) => fix.riskShare),
  kevCount: findings.filter((f) => f.kev).length,
});
