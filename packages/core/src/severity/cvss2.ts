import { type MetricTable, parseMetrics } from "./vector.ts";

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  IR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  AR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
};

const TABLE: MetricTable = {
  required: ["AV", "AC", "Au", "C", "I", "A"],
  values: Object.fromEntries(Object.entries(WEIGHTS).map(([name, values]) => [name, Object.keys(values)])),
};

const ENVIRONMENTAL = ["CDP", "TD", "CR", "IR", "AR"];

const round1 = (value: number): number => Math.round(value * 10 + 1e-9) / 10;

/** CVSS v2 score of a vector without prefix, 0..10; null when the vector is not valid. */
export const scoreV2 = (vector: string): number | null => {
  const metrics = parseMetrics(vector, TABLE);
  if (!metrics) return null;
  const of = (name: string): number => WEIGHTS[name]![metrics.get(name) ?? "ND"]!;
  const environmental = ENVIRONMENTAL.some((name) => metrics.has(name));
  const exploitability = 20 * of("AV") * of("AC") * of("Au");
  const lost = (name: string, requirement: string): number => of(name) * (environmental ? of(requirement) : 1);
  const raw = 10.41 * (1 - (1 - lost("C", "CR")) * (1 - lost("I", "IR")) * (1 - lost("A", "AR")));
  const impact = environmental ? Math.min(10, raw) : raw;
  const base = round1((0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176));
  const temporal = round1(base * of("E") * of("RL") * of("RC"));
  return Math.max(0, environmental ? round1((temporal + (10 - temporal) * of("CDP")) * of("TD")) : temporal);
};
