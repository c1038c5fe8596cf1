import { hasBit } from "../holdings/index.ts";
import { NEVER, type PackedFix, RUN, STEP, type Taken } from "./pack.ts";
import type { Selected, Selector } from "./selection.ts";

/** Hears how many findings of a run of a fix there are; `false`: enough was heard. */
export type TellRun = (fix: PackedFix, run: number, count: number) => boolean | void;

/** What a run of a fix says: its advisory, the rank of its severity (1 to 6), its risk. */
export const advisoryOf = ({ runs }: PackedFix, run: number): number => runs[run * RUN] as number;
export const rankOfRun = ({ runs }: PackedFix, run: number): number => runs[run * RUN + 1] as number;

const startOf = ({ runs, steps }: PackedFix, run: number): number =>
  steps[(runs[run * RUN + 3] as number) * STEP] as number;
const endOf = (fix: PackedFix, run: number): number => startOf(fix, run + 1);

const countIn = (fix: PackedFix, run: number, selected: Selected): number => {
  const [from, end] = [startOf(fix, run), endOf(fix, run)];
  if (typeof selected === "boolean") return selected ? end - from : 0;
  let count = 0;
  for (let row = from; row < end; row += 1) if (hasBit(selected, fix.components[row] as number)) count += 1;
  return count;
};

/** Tells how many findings of each advisory of each fix are selected, where any is. */
export const countRuns = (fixes: Iterable<PackedFix>, selector: Selector, tell: TellRun): void => {
  for (const fix of fixes) {
    if (selector.begin(fix) === false) continue;
    for (let run = 0; run < fix.risks.length; run += 1) {
      const count = countIn(fix, run, selector.of(run));
      if (count > 0 && tell(fix, run, count) === false) return;
    }
  }
};

const scratches = new Map<string, Float64Array>();
/**
 * Zeros to put numbers down in, good until they are asked for again under this name: large arrays that are made for each answer keep the
 * collector busy.
 */
const zerosFor = (name: "sums" | "taken" | "left", length: number): Float64Array => {
  const known = scratches.get(name);
  if (known !== undefined && known.length >= length) return known.subarray(0, length).fill(0);
  const made = new Float64Array(length);
  scratches.set(name, made);
  return made;
};

/** Ranks of severities are below this. */
export const RANKS_END = 7;

/**
 * Adds up what the selected findings of each component weigh: 1 for each, or its risk. `byRank`: for each component RANKS_END numbers, one for each
 * rank of a severity. Good until it is asked for again: to be used at once.
 */
export const addByComponent = (
  fixes: Iterable<PackedFix>,
  selector: Selector,
  { end, isRisk, byRank }: { readonly end: number; readonly isRisk: boolean; readonly byRank: boolean },
): Float64Array => {
  const width = byRank ? RANKS_END : 1;
  const sums = zerosFor("sums", end * width);
  for (const fix of fixes) {
    if (selector.begin(fix) === false) continue;
    const { components } = fix;
    for (let run = 0; run < fix.risks.length; run += 1) {
      const selected = selector.of(run);
      if (selected === false) continue;
      const column = byRank ? rankOfRun(fix, run) : 0;
      const weight = isRisk ? (fix.risks[run] as number) : 1;
      const last = endOf(fix, run);
      for (let row = startOf(fix, run); row < last; row += 1) {
        const component = components[row] as number;
        if (selected !== true && !hasBit(selected, component)) continue;
        const at = component * width + column;
        sums[at] = (sums[at] as number) + weight;
      }
    }
  }
  return sums;
};

/** Says of a run of a fix whether all of it is taken away, nothing, or which rows. */
export type TakenRun = (run: number) => boolean | Taken;

/** What is open, less what is taken away. Counts of findings by the rank of their severity, 1 to 6. */
export interface Left {
  readonly counts: readonly number[];
  readonly kevCount: number;
  readonly maxRisk: number;
}

/** What is open and what is left when something is taken away, and how much is taken by component. */
export interface TakenAway {
  readonly before: Left;
  readonly after: Left;
  readonly taken: Float64Array;
}

const emptyLeft = () => ({ counts: Array.from({ length: RANKS_END }, () => 0), kevCount: 0, maxRisk: 0 });

const addTo = (left: ReturnType<typeof emptyLeft>, fix: PackedFix, run: number, count: number): void => {
  if (count === 0) return;
  const rank = rankOfRun(fix, run);
  left.counts[rank] = (left.counts[rank] as number) + count;
  if (fix.runs[run * RUN + 2] !== NEVER) left.kevCount += count;
  left.maxRisk = Math.max(left.maxRisk, fix.risks[run] as number);
};

/** What whole fixes are, for as long as they are remembered. */
const wholes = new WeakMap<PackedFix, Left>();
const wholeOf = (fix: PackedFix): Left => {
  const known = wholes.get(fix);
  if (known !== undefined) return known;
  const left = emptyLeft();
  for (let run = 0; run < fix.risks.length; run += 1) addTo(left, fix, run, endOf(fix, run) - startOf(fix, run));
  wholes.set(fix, left);
  return left;
};

const addAll = (left: ReturnType<typeof emptyLeft>, { counts, kevCount, maxRisk }: Left): void => {
  for (let rank = 0; rank < RANKS_END; rank += 1)
    left.counts[rank] = (left.counts[rank] as number) + (counts[rank] as number);
  left.kevCount += kevCount;
  left.maxRisk = Math.max(left.maxRisk, maxRisk);
};

/** Takes findings away: `takenOf` says which of a fix, null where none is. `taken` is good until the next time: to be used at once. */
export const takeAway = (
  fixes: Iterable<PackedFix>,
  end: number,
  takenOf: (fix: PackedFix) => TakenRun | null,
): TakenAway => {
  const [before, after] = [emptyLeft(), emptyLeft()];
  const taken = zerosFor("taken", end);
  for (const fix of fixes) {
    const ofRun = takenOf(fix);
    addAll(before, wholeOf(fix));
    if (ofRun === null) {
      addAll(after, wholeOf(fix));
      continue;
    }
    for (let run = 0; run < fix.risks.length; run += 1) {
      const which = ofRun(run);
      const [from, last] = [startOf(fix, run), endOf(fix, run)];
      if (which === false) {
        addTo(after, fix, run, last - from);
        continue;
      }
      let gone = 0;
      for (let row = from; row < last; row += 1) {
        if (which !== true && !which(row)) continue;
        const component = fix.components[row] as number;
        gone += 1;
        taken[component] = (taken[component] as number) + 1;
      }
      addTo(after, fix, run, last - from - gone);
    }
  }
  return { before, after, taken };
};

/** The highest risk of each component that is left when something is taken away as by `takeAway`; to be used at once, too. */
export const riskLeft = (
  fixes: Iterable<PackedFix>,
  end: number,
  takenOf: (fix: PackedFix) => TakenRun | null,
): Float64Array => {
  const left = zerosFor("left", end);
  for (const fix of fixes) {
    const ofRun = takenOf(fix);
    const { components } = fix;
    for (let run = 0; run < fix.risks.length; run += 1) {
      const which = ofRun?.(run) ?? false;
      const risk = fix.risks[run] as number;
      if (which === true) continue;
      const last = endOf(fix, run);
      for (let row = startOf(fix, run); row < last; row += 1) {
        const component = components[row] as number;
        if (risk > (left[component] as number) && (which === false || !which(row))) left[component] = risk;
      }
    }
  }
  return left;
};

/** The fixed version of each row of a fix, as the third number of a step says it. */
export const fixedOf = ({ steps, components }: PackedFix): Int32Array => {
  const fixed = new Int32Array(components.length);
  for (let step = 0; (steps[step * STEP] as number) < components.length; step += 1) {
    fixed.fill(steps[step * STEP + 2] as number, steps[step * STEP], steps[(step + 1) * STEP]);
  }
  return fixed;
};

/** What is selected of each run of a fix, as something to be taken away; null: nothing. */
export const selectedRuns = (fix: PackedFix, selector: Selector): TakenRun | null => {
  if (selector.begin(fix) === false) return null;
  return (run) => {
    const selected = selector.of(run);
    return typeof selected === "boolean" ? selected : (row) => hasBit(selected, fix.components[row] as number);
  };
};
