import type { MetricTable, Scores } from "./vector.ts";

const IMPACT = { N: 0, P: 0.275, C: 0.66 };
const REQUIREMENT = { L: 0.5, M: 1, H: 1.51, ND: 1 };

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: IMPACT,
  I: IMPACT,
  A: IMPACT,
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: REQUIREMENT,
  IR: REQUIREMENT,
  AR: REQUIREMENT,
};

/** The metrics that only the environmental score counts. */
export const ENVIRONMENTAL_V2 = ["CDP", "TD", "CR", "IR", "AR"];

/** The metrics of CVSS v2; its temporal and its environmental metrics are each given whole or not at all. */
export const TABLE_V2: MetricTable = {
  required: ["AV", "AC", "Au", "C", "I", "A"],
  groups: [["E", "RL", "RC"], ENVIRONMENTAL_V2],
  ordered: true,
  values: Object.fromEntries(Object.entries(WEIGHTS).map(([name, values]) => [name, Object.keys(values)])),
};

// Halves go up; the small addend undoes what binary fractions take from an exact half.
const round1 = (value: number): number => Math.floor(value * 10 + 0.5 + 1e-9) / 10;

/** The three scores of CVSS v2 by the equations of its specification. */
export const scoresV2 = (metrics: ReadonlyMap<string, string>): Scores => {
  const of = (name: string): number => WEIGHTS[name]![metrics.get(name) ?? "ND"]!;
  const exploitability = 20 * of("AV") * of("AC") * of("Au");
  const impactOf = (c: number, i: number, a: number): number =>
    10.41 * (1 - (1 - of("C") * c) * (1 - of("I") * i) * (1 - of("A") * a));
  const baseOf = (impact: number): number =>
    impact === 0 ? 0 : round1((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176);
  const temporalOf = (base: number): number => round1(base * of("E") * of("RL") * of("RC"));
  const base = baseOf(impactOf(1, 1, 1));
  const adjusted = temporalOf(baseOf(Math.min(10, impactOf(of("CR"), of("IR"), of("AR")))));
  return {
    base,
    temporal: temporalOf(base),
    // Low requirements can take the adjusted score below zero, where no score is.
    environmental: Math.max(0, round1((adjusted + (10 - adjusted) * of("CDP")) * of("TD"))),
  };
};
