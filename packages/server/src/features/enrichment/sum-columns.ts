import type { AssetSums, OpenSums } from "../assets/index.ts";
import type { ComponentSums } from "../components/index.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** Sums in the making. */
export type Total = Mutable<AssetSums>;

/** What a component adds. */
export interface Added {
  /** Undefined: nothing is known of the component. */
  readonly coverage: ComponentSums["coverage"] | undefined;
  readonly open: OpenSums;
}

export const NO_SUMS: OpenSums = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0, kev: 0, risk: 0 };
/** Components that are judged, and those that are not and why. */
export const NO_COVERAGE = { covered: 0, notCovered: 0, unparsable: 0 };
const COUNTS = ["critical", "high", "medium", "low", "none", "unknown", "kev"] as const;
/** Numbers of one component, side by side: its counts, then whether anything is open. */
const STRIDE = COUNTS.length + 1;
/** What is stored of a component is a position in this list. */
const COVERAGES = [undefined, null, "covered", "not_covered", "unparsable"] as const;

/** Adds to a total what is open, `times` 1 or -1; the highest risk cannot be taken away again. */
export const addOpen = (total: Mutable<OpenSums>, open: OpenSums, times: 1 | -1 = 1): void => {
  for (const key of COUNTS) total[key] += open[key] * times;
  if (times === 1 && open.risk > total.risk) total.risk = open.risk;
};

/** Counts a component where its coverage says. */
export const addCoverage = (total: typeof NO_COVERAGE, coverage: Added["coverage"], times: 1 | -1 = 1): void => {
  if (coverage === "covered") total.covered += times;
  else if (coverage === "not_covered") total.notCovered += times;
  else if (coverage === "unparsable") total.unparsable += times;
};

/** Adds to a total what some sums differ by, but for the risk. Written out: it is called for each change of each asset. */
export const addDifference = (total: Total, by: AssetSums): void => {
  total.critical += by.critical;
  total.high += by.high;
  total.medium += by.medium;
  total.low += by.low;
  total.none += by.none;
  total.unknown += by.unknown;
  total.kev += by.kev;
  total.covered += by.covered;
  total.notCovered += by.notCovered;
  total.unparsable += by.unparsable;
};

/** What components add, by their number, in columns: a sum looks at every component of every asset. 42 bytes a component. */
export const createSumColumns = () => {
  let coverages = new Uint8Array(0);
  let counts = new Int32Array(0);
  let risks = new Float64Array(0);
  const widen = (id: number): void => {
    const size = Math.ceil((id + 1) * 1.5);
    const former = [coverages, counts, risks] as const;
    [coverages, counts, risks] = [new Uint8Array(size), new Int32Array(size * STRIDE), new Float64Array(size)];
    coverages.set(former[0]);
    counts.set(former[1]);
    risks.set(former[2]);
  };
  const at = (id: number): Added => {
    const open: Mutable<OpenSums> = { ...NO_SUMS, risk: risks[id] ?? 0 };
    COUNTS.forEach((key, i) => (open[key] = counts[id * STRIDE + i] ?? 0));
    return { coverage: COVERAGES[coverages[id] ?? 0], open };
  };
  return {
    /** Above the number of every component. */
    get end(): number {
      return coverages.length;
    },
    at,
    risk: (id: number): number => risks[id] ?? 0,
    coverage: (id: number): Added["coverage"] => COVERAGES[coverages[id] ?? 0],
    put: (id: number, { coverage, open }: Added): void => {
      if (id >= coverages.length) widen(id);
      coverages[id] = COVERAGES.indexOf(coverage);
      COUNTS.forEach((key, i) => (counts[id * STRIDE + i] = open[key]));
      risks[id] = open.risk;
      counts[id * STRIDE + STRIDE - 1] = open.risk > 0 || COUNTS.some((key) => open[key] > 0) ? 1 : 0;
    },
    isSame: (id: number, { coverage, open }: Added): boolean =>
      id < coverages.length &&
      COVERAGES[coverages[id]!] === coverage &&
      risks[id] === open.risk &&
      COUNTS.every((key, i) => counts[id * STRIDE + i] === open[key]),
    /** Adds one component to the sums of an asset; `ruled` instead of what is open of it. */
    add: (total: Total, id: number, ruled?: OpenSums): void => {
      const coverage = coverages[id] ?? 0;
      if (coverage === 0) return;
      addCoverage(total, COVERAGES[coverage]);
      const from = id * STRIDE;
      if (ruled !== undefined) addOpen(total, ruled);
      else if (counts[from + STRIDE - 1] === 1) {
        // `addOpen` without an object, for most of what is added
        total.critical += counts[from]!;
        total.high += counts[from + 1]!;
        total.medium += counts[from + 2]!;
        total.low += counts[from + 3]!;
        total.none += counts[from + 4]!;
        total.unknown += counts[from + 5]!;
        total.kev += counts[from + 6]!;
        if (risks[id]! > total.risk) total.risk = risks[id]!;
      }
    },
  };
};
