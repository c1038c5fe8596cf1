import { type MetricTable, parseMetrics } from "./vector.ts";

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
  E: { X: 1, H: 1, F: 0.97, P: 0.94, U: 0.91 },
  RL: { X: 1, U: 1, W: 0.97, T: 0.96, O: 0.95 },
  RC: { X: 1, C: 1, R: 0.96, U: 0.92 },
  CR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  IR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  AR: { X: 1, H: 1.5, M: 1, L: 0.5 },
};

const BASE = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
const ENVIRONMENTAL = ["CR", "IR", "AR", ...BASE.map((name) => `M${name}`)];
const SCOPES = ["U", "C"];

const TABLE: MetricTable = {
  required: BASE,
  values: {
    ...Object.fromEntries(Object.entries(WEIGHTS).map(([name, values]) => [name, Object.keys(values)])),
    ...Object.fromEntries(BASE.map((name) => [`M${name}`, ["X", ...Object.keys(WEIGHTS[name] ?? { U: 0, C: 0 })]])),
    S: SCOPES,
  },
};

/** The specification's Roundup: 3.1 defines it on integers so that binary fractions do no harm; 3.0 is a plain ceiling. */
const roundUp = (value: number, minor: "0" | "1"): number => {
  if (minor === "0") return Math.ceil(Number((value * 10).toFixed(9))) / 10;
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
};

const impactOf = (iss: number, changed: boolean, power: "base" | "modified", minor: "0" | "1"): number => {
  if (!changed) return 6.42 * iss;
  if (power === "modified" && minor === "1") return 7.52 * (iss - 0.029) - 3.25 * Math.pow(iss * 0.9731 - 0.02, 13);
  return 7.52 * (iss - 0.029) - 3.25 * Math.pow(iss - 0.02, 15);
};

/**
 * CVSS v3.0 (`minor` 0) or v3.1 (`minor` 1) score of the metrics after the prefix, 0..10; temporal and environmental
 * metrics count where they are given. Null when the vector is not valid.
 */
export const scoreV3 = (text: string, minor: "0" | "1"): number | null => {
  const metrics = parseMetrics(text, TABLE);
  if (!metrics) return null;
  const modified = ENVIRONMENTAL.some((name) => (metrics.get(name) ?? "X") !== "X");
  const value = (name: string): string => {
    const own = modified ? (metrics.get(`M${name}`) ?? "X") : "X";
    return own === "X" ? (metrics.get(name) ?? "X") : own;
  };
  const of = (name: string): number => WEIGHTS[name]![value(name)]!;
  const changed = value("S") === "C";
  const privileges = changed ? ({ N: 0.85, L: 0.68, H: 0.5 }[value("PR")] ?? 0) : of("PR");
  const lost = (name: string, requirement: string): number => 1 - of(name) * (modified ? of(requirement) : 1);
  const iss = 1 - lost("C", "CR") * lost("I", "IR") * lost("A", "AR");
  const impact = impactOf(modified ? Math.min(iss, 0.915) : iss, changed, modified ? "modified" : "base", minor);
  if (impact <= 0) return 0;
  const exploitability = 8.22 * of("AV") * of("AC") * privileges * of("UI");
  const base = roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10), minor);
  return roundUp(base * of("E") * of("RL") * of("RC"), minor);
};
