import { hasBit } from "../holdings/index.ts";
import { NEVER, type PackedFix, RUN, STEP } from "./pack.ts";
import type { Selected, Selector } from "./selection.ts";

/** Some findings of a fix that an advisory says the same of. */
export interface RunCount {
  readonly fix: PackedFix;
  readonly advisory: number;
  /** Of its severity, 1 to 6. */
  readonly rank: number;
  readonly isKev: boolean;
  readonly risk: number;
  readonly count: number;
}

const rowsOf = ({ runs, steps }: PackedFix, run: number): { from: number; end: number } => ({
  from: steps[(runs[run * RUN + 3] as number) * STEP] as number,
  end: steps[(runs[(run + 1) * RUN + 3] as number) * STEP] as number,
});

const countIn = (fix: PackedFix, run: number, selected: Selected): number => {
  const { from, end } = rowsOf(fix, run);
  if (typeof selected === "boolean") return selected ? end - from : 0;
  let count = 0;
  for (let row = from; row < end; row += 1) if (hasBit(selected, fix.components[row] as number)) count += 1;
  return count;
};

/** Tells how many findings of each advisory of each fix are selected, where any is. */
export const countRuns = (fixes: Iterable<PackedFix>, selector: Selector, tell: (counted: RunCount) => void): void => {
  for (const fix of fixes) {
    if (selector.begin(fix) === false) continue;
    for (let run = 0; run < fix.risks.length; run += 1) {
      const count = countIn(fix, run, selector.of(run));
      if (count === 0) continue;
      const at = run * RUN;
      const [advisory, rank] = [fix.runs[at] as number, fix.runs[at + 1] as number];
      const isKev = fix.runs[at + 2] !== NEVER;
      tell({ fix, advisory, rank, isKev, risk: fix.risks[run] as number, count });
    }
  }
};

/** Adds up what the selected findings of each component weigh, by the rank of their severity: 1 for each, or its risk. */
export const addByComponent = (
  fixes: Iterable<PackedFix>,
  selector: Selector,
  { end, isRisk }: { readonly end: number; readonly isRisk: boolean },
): ReadonlyMap<number, Float64Array> => {
  const sums = new Map<number, Float64Array>();
  for (const fix of fixes) {
    if (selector.begin(fix) === false) continue;
    for (let run = 0; run < fix.risks.length; run += 1) {
      const selected = selector.of(run);
      if (selected === false) continue;
      const rank = fix.runs[run * RUN + 1] as number;
      const sum = sums.get(rank) ?? new Float64Array(end);
      sums.set(rank, sum);
      const weight = isRisk ? (fix.risks[run] as number) : 1;
      for (let { from: row, end: last } = rowsOf(fix, run); row < last; row += 1) {
        const component = fix.components[row] as number;
        if (selected === true || hasBit(selected, component)) sum[component] = (sum[component] as number) + weight;
      }
    }
  }
  return sums;
};

/** Says of a row of a fix whether its finding is taken away. */
export type Taken = (row: number) => boolean;

/** What is open, less what is taken away. Counts of findings by the rank of their severity, 1 to 6. */
export interface Left {
  readonly counts: readonly number[];
  readonly kevCount: number;
  readonly maxRisk: number;
}

/** What is open and what is left when something is taken away. By component: how much is taken, and the highest risk that is left. */
export interface TakenAway {
  readonly before: Left;
  readonly after: Left;
  readonly taken: Float64Array;
  readonly leftRisk: Float64Array;
}

const emptyLeft = () => ({ counts: Array.from({ length: 7 }, () => 0), kevCount: 0, maxRisk: 0 });

const addTo = (left: ReturnType<typeof emptyLeft>, fix: PackedFix, run: number, count: number): void => {
  if (count === 0) return;
  const rank = fix.runs[run * RUN + 1] as number;
  left.counts[rank] = (left.counts[rank] as number) + count;
  if (fix.runs[run * RUN + 2] !== NEVER) left.kevCount += count;
  left.maxRisk = Math.max(left.maxRisk, fix.risks[run] as number);
};

/** Takes findings away: `takenOf` says which of a fix, null where none is. */
export const takeAway = (
  fixes: Iterable<PackedFix>,
  end: number,
  takenOf: (fix: PackedFix) => Taken | null,
): TakenAway => {
  const [before, after] = [emptyLeft(), emptyLeft()];
  const [taken, leftRisk] = [new Float64Array(end), new Float64Array(end)];
  for (const fix of fixes) {
    const isTaken = takenOf(fix);
    for (let run = 0; run < fix.risks.length; run += 1) {
      const { from, end: last } = rowsOf(fix, run);
      const risk = fix.risks[run] as number;
      let gone = 0;
      for (let row = from; row < last; row += 1) {
        const component = fix.components[row] as number;
        if (isTaken?.(row) === true) {
          gone += 1;
          taken[component] = (taken[component] as number) + 1;
        } else if (risk > (leftRisk[component] as number)) leftRisk[component] = risk;
      }
      addTo(before, fix, run, last - from);
      addTo(after, fix, run, last - from - gone);
    }
  }
  return { before, after, taken, leftRisk };
};

/** The fixed version of each row of a fix, as the third number of a step says it. */
export const fixedOf = ({ steps, components }: PackedFix): Int32Array => {
  const fixed = new Int32Array(components.length);
  for (let step = 0; (steps[step * STEP] as number) < components.length; step += 1) {
    fixed.fill(steps[step * STEP + 2] as number, steps[step * STEP], steps[(step + 1) * STEP]);
  }
  return fixed;
};

/** The rows of a fix that are selected. */
export const rowsSelected = (fix: PackedFix, selector: Selector): Taken | null => {
  if (selector.begin(fix) === false) return null;
  const marks = new Uint8Array(fix.components.length);
  for (let run = 0; run < fix.risks.length; run += 1) {
    const selected = selector.of(run);
    if (selected === false) continue;
    const { from, end } = rowsOf(fix, run);
    for (let row = from; row < end; row += 1) {
      if (selected === true || hasBit(selected, fix.components[row] as number)) marks[row] = 1;
    }
  }
  return (row) => marks[row] === 1;
};
