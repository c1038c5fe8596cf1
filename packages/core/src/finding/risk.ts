import { SEVERITIES, type Severity } from "../advisory/advisory.ts";

/** How far an asset is reachable, the furthest first. */
export const EXPOSURES = ["internet", "internal", "isolated"] as const;
export type Exposure = (typeof EXPOSURES)[number];
/** What an asset is worth to its company, the most first. */
export const CRITICALITIES = ["critical", "high", "normal", "low"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

/** What risk is made of; the fields of an advisory group fit as they are. */
export interface RiskInput {
  readonly severity: Severity;
  readonly cvss: { readonly score: number } | null;
  readonly epss: { readonly score: number } | null;
  /** Known to be exploited; either form. */
  readonly kev?: boolean;
  readonly kevAddedAt?: string | null;
  readonly fixAvailable: boolean;
  readonly criticality?: Criticality;
  readonly exposure?: Exposure;
}

/** One summand of a risk: its points and the reason in words. */
export interface RiskTerm {
  readonly name: "severity" | "epss" | "kev" | "exposure" | "criticality" | "fix";
  readonly value: number;
  readonly says: string;
}

/** Most points that each term gives; they add up to 100. */
export const RISK_POINTS = { severity: 45, epss: 20, kev: 20, exposure: 6, criticality: 6, fix: 3 } as const;

/** The CVSS score that stands for a severity given without one: the middle of its range; unknown is assumed to be 5.0. */
export const ASSUMED_CVSS: Readonly<Record<Severity, number>> = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2,
  none: 0,
  unknown: 5,
};

const EXPOSURE: Readonly<Record<Exposure, number>> = { internet: 1, internal: 0.5, isolated: 0 };
const CRITICALITY: Readonly<Record<Criticality, number>> = { critical: 1, high: 0.7, normal: 0.4, low: 0 };

const EXPOSURE_SAYS: Readonly<Record<Exposure, string>> = {
  internet: "the asset faces the internet",
  internal: "the asset is reachable inside the network",
  isolated: "the asset is isolated",
};

const round1 = (value: number): number => Math.round(value * 10) / 10;
const clamp = (value: number, max: number): number => (value > 0 ? Math.min(value, max) : 0);

/** What an asset itself is rated; null where nobody says. */
export interface AssetRating {
  readonly criticality: Criticality | null;
  readonly exposure: Exposure | null;
}

/**
 * The points, 0..12, that an asset adds to the risk of each finding on it. They are the same for every finding of the asset, so the
 * highest risk of an asset is the highest of its findings without them, plus these.
 */
export const assetPoints = ({ criticality, exposure }: AssetRating): number =>
  round1(
    (exposure === null ? 0 : round1(RISK_POINTS.exposure * EXPOSURE[exposure])) +
      (criticality === null ? 0 : round1(RISK_POINTS.criticality * CRITICALITY[criticality])),
  );

const severityTerm = ({ cvss, severity }: RiskInput): RiskTerm => {
  const known = SEVERITIES.includes(severity) ? severity : "unknown";
  const score = clamp(cvss ? cvss.score : ASSUMED_CVSS[known], 10);
  const assumed = known === "unknown" ? "severity unknown" : `severity ${known} without a score`;
  const says = cvss ? `CVSS ${score.toFixed(1)}` : `${assumed}, CVSS ${score.toFixed(1)} assumed`;
  return { name: "severity", value: round1((RISK_POINTS.severity * score) / 10), says };
};

const epssTerm = ({ epss }: RiskInput): RiskTerm => {
  if (!epss) return { name: "epss", value: 0, says: "no EPSS score" };
  const score = clamp(epss.score, 1);
  const says = `EPSS ${(score * 100).toFixed(1)} % chance of exploitation in 30 days`;
  // The root spreads the many small probabilities: 1 % gives a tenth of the points, 25 % half of them.
  return { name: "epss", value: round1(RISK_POINTS.epss * Math.sqrt(score)), says };
};

const kevTerm = ({ kev, kevAddedAt }: RiskInput): RiskTerm => {
  if (!kev && !kevAddedAt) return { name: "kev", value: 0, says: "not known to be exploited" };
  return {
    name: "kev",
    value: RISK_POINTS.kev,
    says: `exploited${kevAddedAt ? `, listed by CISA on ${kevAddedAt}` : ""}`,
  };
};

const assetTerms = ({ exposure, criticality }: RiskInput): RiskTerm[] => [
  {
    name: "exposure",
    value: exposure ? round1(RISK_POINTS.exposure * EXPOSURE[exposure]) : 0,
    says: exposure ? EXPOSURE_SAYS[exposure] : "exposure not stated",
  },
  {
    name: "criticality",
    value: criticality ? round1(RISK_POINTS.criticality * CRITICALITY[criticality]) : 0,
    says: criticality ? `criticality of the asset: ${criticality}` : "criticality not stated",
  },
];

/**
 * The risk of one finding on 0..100 with one decimal, and its terms, which add up to it:
 * 4.5 x CVSS (or the middle of the severity's range; 5.0 assumed when unknown) + 20 x root of EPSS + 20 if exploited
 * (KEV) + up to 6 for exposure + up to 6 for criticality + 3 if a fix exists. Pure; the same input gives the same value.
 */
export const riskOf = (input: RiskInput): { risk: number; terms: RiskTerm[] } => {
  const fix: RiskTerm = input.fixAvailable
    ? { name: "fix", value: RISK_POINTS.fix, says: "a fix is available" }
    : { name: "fix", value: 0, says: "no fix is known" };
  const terms = [severityTerm(input), epssTerm(input), kevTerm(input), ...assetTerms(input), fix];
  return { risk: round1(terms.reduce((sum, term) => sum + term.value, 0)), terms };
};
