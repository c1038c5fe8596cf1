import type { MetricTable, Scores } from "./vector.ts";

const IMPACT = { H: 0.56, L: 0.22, N: 0 };
const REQUIREMENT = { X: 1, H: 1.5, M: 1, L: 0.5 };
const PRIVILEGES_CHANGED: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: IMPACT,
  I: IMPACT,
  A: IMPACT,
  E: { X: 1, H: 1, F: 0.97, P: 0.94, U: 0.91 },
  RL: { X: 1, U: 1, W: 0.97, T: 0.96, O: 0.95 },
  RC: { X: 1, C: 1, R: 0.96, U: 0.92 },
  CR: REQUIREMENT,
  IR: REQUIREMENT,
  AR: REQUIREMENT,
};

const BASE = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];

/** The metrics that only the environmental score counts. */
export const ENVIRONMENTAL_V3: readonly string[] = ["CR", "IR", "AR", ...BASE.map((name) => `M${name}`)];

/** The metrics of CVSS v3.0 and v3.1. */
export const TABLE_V3: MetricTable = {
  required: BASE,
  groups: [],
  ordered: false,
  values: {
    ...Object.fromEntries(Object.entries(WEIGHTS).map(([name, values]) => [name, Object.keys(values)])),
    ...Object.fromEntries(BASE.map((name) => [`M${name}`, ["X", ...Object.keys(WEIGHTS[name]!)]])),
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
 * The three scores of CVSS v3.0 (`minor` 0) or v3.1 (`minor` 1) by the equations of its specification. In v3.1 the
 * environmental equation differs from the base one for a changed scope, even where no environmental metric is given.
 */
export const scoresV3 = (metrics: ReadonlyMap<string, string>, minor: "0" | "1"): Scores => {
  const of = (name: string): number => WEIGHTS[name]![metrics.get(name) ?? "X"]!;
  const scoreOf = (power: "base" | "modified"): number => {
    const value = (name: string): string => {
      const own = power === "modified" ? (metrics.get(`M${name}`) ?? "X") : "X";
      return own === "X" ? metrics.get(name)! : own;
    };
    const weight = (name: string): number => WEIGHTS[name]![value(name)]!;
    const lost = (name: string, requirement: string): number =>
      1 - weight(name) * (power === "modified" ? of(requirement) : 1);
    const changed = value("S") === "C";
    const iss = 1 - lost("C", "CR") * lost("I", "IR") * lost("A", "AR");
    const impact = impactOf(power === "modified" ? Math.min(iss, 0.915) : iss, changed, power, minor);
    if (impact <= 0) return 0;
    const privileges = changed ? PRIVILEGES_CHANGED[value("PR")]! : weight("PR");
    const exploitability = 8.22 * weight("AV") * weight("AC") * privileges * weight("UI");
    return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10), minor);
  };
  const temporalOf = (score: number): number => roundUp(score * of("E") * of("RL") * of("RC"), minor);
  const base = scoreOf("base");
  return { base, temporal: temporalOf(base), environmental: temporalOf(scoreOf("modified")) };
};
