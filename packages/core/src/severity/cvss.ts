import type { Severity } from "../advisory/advisory.ts";
import { scoreV2 } from "./cvss2.ts";
import { scoreV3 } from "./cvss3.ts";
import { scoreV4 } from "./cvss4.ts";
import { VECTOR_CHARACTERS_MAX } from "./vector.ts";

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

const scored = (version: CvssScore["version"], score: number | null): CvssScore | null =>
  score === null ? null : { version, score, severity: severityOfScore(score) };

/**
 * Scores a CVSS vector of any version as written: threat, temporal and environmental metrics count where the vector
 * states them, else it is the base score. Null when it is no valid vector. Never throws.
 */
export const baseScore = (vector: string): CvssScore | null => {
  if (vector.length > VECTOR_CHARACTERS_MAX) return null;
  const text = vector.trim();
  if (text.startsWith("CVSS:4.0/")) return scored("4.0", scoreV4(text.slice(9)));
  if (text.startsWith("CVSS:3.1/")) return scored("3.1", scoreV3(text.slice(9), "1"));
  if (text.startsWith("CVSS:3.0/")) return scored("3.0", scoreV3(text.slice(9), "0"));
  if (text.startsWith("CVSS:")) return null;
  return scored("2.0", scoreV2(text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text));
};
