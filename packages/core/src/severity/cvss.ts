import type { Severity } from "../advisory/advisory.ts";
import { ENVIRONMENTAL_V2, scoresV2, TABLE_V2 } from "./cvss2.ts";
import { ENVIRONMENTAL_V3, scoresV3, TABLE_V3 } from "./cvss3.ts";
import { scoreV4, TABLE_V4 } from "./cvss4.ts";
import { formatMetrics, type MetricTable, parseMetrics, VECTOR_CHARACTERS_MAX } from "./vector.ts";

/** A vector's version, its score (0..10, one decimal) and the word that goes with it. */
export interface CvssScore {
  readonly version: "4.0" | "3.1" | "3.0" | "2.0";
  readonly score: number;
  readonly severity: Severity;
}

/** The word of a CVSS score, by the scale of v3 and v4 (used for v2 too, so that words compare). */
export const severityOfScore = (score: number): Severity => {
  if (score <= 0) return "none";
  if (score < 4) return "low";
  if (score < 7) return "medium";
  return score < 9 ? "high" : "critical";
};

const LABELS: Readonly<Record<string, Severity>> = {
  critical: "critical",
  high: "high",
  important: "high",
  severe: "high",
  medium: "medium",
  moderate: "medium",
  low: "low",
  minor: "low",
  minimal: "low",
  unimportant: "low",
  negligible: "low",
  none: "none",
  informational: "none",
};

/** The word that a source's own label stands for; `unknown` for every label that states none. */
export const severityOfLabel = (label: string): Severity => {
  const key = label.trim().toLowerCase().replaceAll("*", "");
  return Object.hasOwn(LABELS, key) ? LABELS[key]! : "unknown";
};

/** A CVSS vector: its version and the metrics that it states. */
export interface CvssVector {
  readonly version: CvssScore["version"];
  readonly metrics: ReadonlyMap<string, string>;
}

const VERSIONS: readonly (readonly [CvssScore["version"], string, MetricTable])[] = [
  ["4.0", "CVSS:4.0/", TABLE_V4],
  ["3.1", "CVSS:3.1/", TABLE_V3],
  ["3.0", "CVSS:3.0/", TABLE_V3],
];

/**
 * Reads a CVSS vector of any version; v2 has no prefix and may stand in parentheses. Null when it is not valid: a metric
 * missing, repeated, unknown, out of order (v2, v4), a v2 group given in part. Never throws.
 */
export const parseCvss = (vector: string): CvssVector | null => {
  if (vector.length > VECTOR_CHARACTERS_MAX) return null;
  const text = vector.trim();
  const [version, prefix, table] = VERSIONS.find(([, start]) => text.startsWith(start)) ?? ["2.0", "", TABLE_V2];
  const bare = version === "2.0" && text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text;
  const metrics = parseMetrics(bare.slice(prefix.length), table);
  return metrics && { version, metrics };
};

/** Writes a vector with the metrics that it states, in the specification's order; what was parsed in order comes back as it was. */
export const formatCvss = (vector: CvssVector): string => {
  const [, prefix, table] = VERSIONS.find(([version]) => version === vector.version) ?? ["2.0", "", TABLE_V2];
  return prefix + formatMetrics(vector.metrics, table);
};

/** Every score of a vector, 0..10, one decimal. */
export interface CvssScores {
  readonly version: CvssScore["version"];
  /** For v4.0 the one score that all given metrics make. */
  readonly base: number;
  /** Null for v4.0. Without temporal metrics it is the base score. */
  readonly temporal: number | null;
  /** Null for v4.0. */
  readonly environmental: number | null;
}

const scoresOf = ({ version, metrics }: CvssVector): CvssScores => {
  if (version === "4.0") return { version, base: scoreV4(metrics), temporal: null, environmental: null };
  if (version === "2.0") return { version, ...scoresV2(metrics) };
  return { version, ...scoresV3(metrics, version === "3.0" ? "0" : "1") };
};

/** Scores a CVSS vector of any version as its specification computes it. Null when it is no valid vector. Never throws. */
export const scores = (vector: string): CvssScores | null => {
  const parsed = parseCvss(vector);
  return parsed && scoresOf(parsed);
};

const statesEnvironment = ({ version, metrics }: CvssVector): boolean =>
  (version === "2.0" ? ENVIRONMENTAL_V2 : ENVIRONMENTAL_V3).some((name) => (metrics.get(name) ?? "X") !== "X");

/**
 * The one score of a CVSS vector as written: threat, temporal and environmental metrics count where the vector states
 * them, else it is the base score. Null when it is no valid vector. Never throws.
 */
export const baseScore = (vector: string): CvssScore | null => {
  const parsed = parseCvss(vector);
  if (!parsed) return null;
  const { version, base, temporal, environmental } = scoresOf(parsed);
  const score = (statesEnvironment(parsed) ? environmental : temporal) ?? base;
  return { version, score, severity: severityOfScore(score) };
};
