import { MACROVECTOR_SCORES } from "./cvss4-table.ts";
import type { MetricTable } from "./vector.ts";

/** Metric values from most to least severe; the position is the severity distance in steps. */
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  AV: ["N", "A", "L", "P"],
  PR: ["N", "L", "H"],
  UI: ["N", "P", "A"],
  AC: ["L", "H"],
  AT: ["N", "P"],
  VC: ["H", "L", "N"],
  VI: ["H", "L", "N"],
  VA: ["H", "L", "N"],
  SC: ["S", "H", "L", "N"],
  SI: ["S", "H", "L", "N"],
  SA: ["S", "H", "L", "N"],
  CR: ["H", "M", "L"],
  IR: ["H", "M", "L"],
  AR: ["H", "M", "L"],
};

const BASE = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];
const withoutSafety = (name: string): readonly string[] => LEVELS[name]!.filter((v) => v !== "S");

const modifiedValues = (name: string): readonly string[] => [
  "X",
  ...(name === "SC" ? withoutSafety(name) : LEVELS[name]!),
];

/** The metrics of CVSS v4.0, with threat, environmental and supplemental ones. */
export const TABLE_V4: MetricTable = {
  required: BASE,
  groups: [],
  ordered: true,
  values: {
    ...Object.fromEntries(BASE.map((name) => [name, withoutSafety(name)])),
    E: ["X", "A", "P", "U"],
    ...Object.fromEntries(["CR", "IR", "AR"].map((name) => [name, ["X", ...LEVELS[name]!]])),
    ...Object.fromEntries(BASE.map((name) => [`M${name}`, modifiedValues(name)])),
    S: ["X", "N", "P"],
    AU: ["X", "N", "Y"],
    R: ["X", "A", "U", "I"],
    V: ["X", "D", "C"],
    RE: ["X", "L", "M", "H"],
    U: ["X", "Clear", "Green", "Amber", "Red"],
  },
};

/** The highest vectors of each level of EQ1, EQ2, EQ3 with EQ6, EQ4; EQ5 has no distance inside a level. */
const HIGHEST = {
  eq1: [
    ["AV:N/PR:N/UI:N"],
    ["AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"],
    ["AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"],
  ],
  eq2: [["AC:L/AT:N"], ["AC:H/AT:N", "AC:L/AT:P"]],
  eq36: [
    [["VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"], ["VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"]],
    [
      ["VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"],
      [
        "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H",
        "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
        "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M",
        "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
        "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
      ],
    ],
    [[], ["VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"]],
  ],
  eq4: [["SC:H/SI:S/SA:S"], ["SC:H/SI:H/SA:H"], ["SC:L/SI:L/SA:L"]],
} as const;

/** Depth of each level in steps. */
const DEPTH = {
  eq1: [1, 4, 5],
  eq2: [1, 2],
  eq36: [
    [7, 6],
    [8, 8],
    [0, 10],
  ],
  eq4: [6, 5, 4],
} as const;

type Values = (name: string) => string;

const levelsOf = (v: Values): [number, number, number, number, number, number] => {
  const near = [v("AV") === "N", v("PR") === "N", v("UI") === "N"];
  const eq1 = near.every(Boolean) ? 0 : v("AV") !== "P" && near.some(Boolean) ? 1 : 2;
  const eq2 = v("AC") === "L" && v("AT") === "N" ? 0 : 1;
  const high = (name: string): boolean => v(name) === "H";
  const eq3 = high("VC") && high("VI") ? 0 : high("VC") || high("VI") || high("VA") ? 1 : 2;
  const safety = v("SI") === "S" || v("SA") === "S";
  const eq4 = safety ? 0 : high("SC") || high("SI") || high("SA") ? 1 : 2;
  const eq5 = ["A", "P", "U"].indexOf(v("E"));
  const eq6 = (high("CR") && high("VC")) || (high("IR") && high("VI")) || (high("AR") && high("VA")) ? 0 : 1;
  return [eq1, eq2, eq3, eq4, eq5, eq6];
};

/** Steps below the first highest vector that is not less severe in any metric. */
const stepsBelow = (highest: readonly string[], v: Values): number => {
  for (const vector of highest) {
    let steps = 0;
    for (const part of vector.split("/")) {
      const [name, value] = part.split(":") as [string, string];
      const distance = LEVELS[name]!.indexOf(v(name)) - LEVELS[name]!.indexOf(value);
      if (distance < 0) {
        steps = -1;
        break;
      }
      steps += distance;
    }
    if (steps >= 0) return steps;
  }
  return 0;
};

const lookUp = (...levels: number[]): number | undefined => MACROVECTOR_SCORES[levels.join("")];

/** The CVSS v4.0 score of all metrics given, 0..10, by MacroVector and interpolation. Supplemental metrics do not count. */
export const scoreV4 = (metrics: ReadonlyMap<string, string>): number => {
  const v: Values = (name) => {
    const own = metrics.get(`M${name}`) ?? "X";
    const value = own === "X" ? (metrics.get(name) ?? "X") : own;
    if (value !== "X") return value;
    return name === "E" ? "A" : "H";
  };
  if (["VC", "VI", "VA", "SC", "SI", "SA"].every((name) => v(name) === "N")) return 0;
  const [a, b, c, d, e, f] = levelsOf(v);
  const score = lookUp(a, b, c, d, e, f)!;
  const below36 =
    c === 0 && f === 0
      ? Math.max(lookUp(a, b, c, d, e, 1) ?? 0, lookUp(a, b, 1, d, e, f) ?? 0)
      : c === 1 && f === 0
        ? lookUp(a, b, c, d, e, 1)
        : lookUp(a, b, c + 1, d, e, f);
  const parts = [
    { below: lookUp(a + 1, b, c, d, e, f), steps: stepsBelow(HIGHEST.eq1[a]!, v), depth: DEPTH.eq1[a]! },
    { below: lookUp(a, b + 1, c, d, e, f), steps: stepsBelow(HIGHEST.eq2[b]!, v), depth: DEPTH.eq2[b]! },
    { below: below36, steps: stepsBelow(HIGHEST.eq36[c]![f]!, v), depth: DEPTH.eq36[c]![f]! },
    { below: lookUp(a, b, c, d + 1, e, f), steps: stepsBelow(HIGHEST.eq4[d]!, v), depth: DEPTH.eq4[d]! },
    { below: lookUp(a, b, c, d, e + 1, f), steps: 0, depth: 1 },
  ].filter((part) => part.below !== undefined);
  const drop = parts.reduce((sum, part) => sum + ((score - part.below!) * part.steps) / part.depth, 0);
  const value = parts.length === 0 ? score : score - drop / parts.length;
  return Math.round((Math.min(10, Math.max(0, value)) + 1e-6) * 10) / 10;
};
