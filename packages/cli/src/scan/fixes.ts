import { schemeFor, SEVERITIES, type Severity } from "@zerotrace/core";
import type { ScanCoverage, ScanFinding } from "@zerotrace/plugins/formats/report";
import type { Coverage, Headline } from "../output/headline.ts";

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

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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

/** All rows of coverage together. */
export const coverageOf = (rows: readonly ScanCoverage[]): Coverage => {
  const sum = (pick: (c: ScanCoverage) => number): number => rows.reduce((total, one) => total + pick(one), 0);
  const isUnparsable = (c: ScanCoverage): boolean => c.reason === "unparsable" || c.reason === "no_stream";
  const missing = (c: ScanCoverage): number => c.components - c.covered;
  return {
    covered: sum((c) => c.covered),
    notCovered: sum((c) => (isUnparsable(c) ? 0 : missing(c))),
    unparsable: sum((c) => (isUnparsable(c) ? missing(c) : 0)),
  };
};
