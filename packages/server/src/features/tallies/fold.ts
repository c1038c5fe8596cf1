import { hasBit } from "../holdings/index.ts";
import { NEVER, type PackedFix, RUN, STEP, type Taken } from "./pack.ts";
import type { Selected, Selector } from "./selection.ts";
import type { TakenRun } from "./totals.ts";

/** Ranks of severities are 1 to 6; with and without known exploitation apart. */
const PARTS = 14;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2000, 0, 1);

const partOf = (rank: number, kevDay: number): number => rank * 2 + (kevDay === NEVER ? 0 : 1);

/** So far from a half, and so small, what 15 digits tell is rounded as the number itself. */
const NEAR_HALF = 0.001;
const PLAIN_MAX = 1e11;

/** Half away from zero to one decimal, of what 15 digits tell: as PostgreSQL rounds numeric. */
const rounded = (weight: number): number => {
  const tenfold = weight * 10;
  const isPlain = tenfold < PLAIN_MAX && Math.abs(tenfold - Math.floor(tenfold) - 0.5) > NEAR_HALF;
  return Math.round(isPlain ? tenfold : Number(weight.toPrecision(15)) * 10) / 10;
};

/** The components of the selected findings of a run, at most so many. */
export const selectedIn = (
  { runs, steps, components }: PackedFix,
  run: number,
  selected: Selected,
  most = Number.POSITIVE_INFINITY,
): number[] => {
  const found: number[] = [];
  if (selected === false) return found;
  const from = steps[(runs[run * RUN + 3] as number) * STEP] as number;
  const end = steps[(runs[(run + 1) * RUN + 3] as number) * STEP] as number;
  for (let row = from; row < end && found.length < most; row += 1) {
    const component = components[row] as number;
    if (selected === true || hasBit(selected, component)) found.push(component);
  }
  return found;
};

/** How much of a fix is selected. */
export interface FixWeight {
  readonly fix: PackedFix;
  readonly findingCount: number;
  /** Risk times assets of every version of every advisory. */
  readonly weight: number;
}

interface RunSum {
  count: number;
  weight: number;
}

/** What is selected of a run, less rows that are taken away. Components of one version count once, by the most assets that one of them has. */
const sumRun = (
  fix: PackedFix,
  run: number,
  { selected, isTaken }: { readonly selected: Selected; readonly isTaken: Taken | null },
  assets: Int32Array,
  sum: RunSum,
): void => {
  const { steps, components, decided } = fix;
  const risk = fix.risks[run] as number;
  const last = fix.runs[(run + 1) * RUN + 3] as number;
  let version = -1;
  let most = 0;
  let count = 0;
  let weight = 0;
  for (let step = fix.runs[run * RUN + 3] as number; step < last; step += 1) {
    const at = step * STEP;
    if (steps[at + 1] !== version) {
      weight += risk * most;
      most = 0;
      version = steps[at + 1] as number;
    }
    for (let row = steps[at] as number, end = steps[at + STEP] as number; row < end; row += 1) {
      const component = components[row] as number;
      if (selected !== true && !hasBit(selected as Uint32Array, component)) continue;
      if (isTaken !== null && isTaken(row)) continue;
      count += 1;
      const held = (assets[component] ?? 0) - (decided === null ? 0 : (decided[row] as number));
      if (held > most) most = held;
    }
  }
  sum.count = count;
  sum.weight = weight + risk * most;
};

const weighOne = (
  fix: PackedFix,
  { selector, takenOf }: { readonly selector: Selector; readonly takenOf?: TakenRun },
  assets: Int32Array,
  parts: Float64Array,
): FixWeight => {
  const sum: RunSum = { count: 0, weight: 0 };
  let findingCount = 0;
  parts.fill(0);
  for (let run = 0; run < fix.risks.length; run += 1) {
    const selected = selector.of(run);
    const which = takenOf?.(run) ?? false;
    if (selected === false || which === true) continue;
    sumRun(fix, run, { selected, isTaken: which === false ? null : which }, assets, sum);
    if (sum.count === 0) continue;
    findingCount += sum.count;
    const part = partOf(fix.runs[run * RUN + 1] as number, fix.runs[run * RUN + 2] as number);
    parts[part] = (parts[part] as number) + sum.weight;
  }
  let weight = 0;
  for (let part = 0; part < PARTS; part += 1) if (parts[part] !== 0) weight += rounded(parts[part] as number);
  return { fix, findingCount, weight };
};

/** How much whole fixes weigh, for as long as assets hold what they hold. */
const wholes = new WeakMap<Int32Array, WeakMap<PackedFix, FixWeight>>();

/**
 * How much of each fix is selected, of those of which anything is. `assets`: how many have each component; the same array says that nothing
 * changed, and what a whole fix weighs is remembered.
 */
export const weigh = (fixes: Iterable<PackedFix>, selector: Selector, assets: Int32Array): FixWeight[] => {
  const known = wholes.get(assets) ?? new WeakMap<PackedFix, FixWeight>();
  wholes.set(assets, known);
  const found: FixWeight[] = [];
  const parts = new Float64Array(PARTS);
  for (const fix of fixes) {
    const all = selector.begin(fix);
    if (all === false) continue;
    const one = (all === true ? known.get(fix) : undefined) ?? weighOne(fix, { selector }, assets, parts);
    if (all === true) known.set(fix, one);
    if (one.findingCount > 0) found.push(one);
  }
  return found;
};

const WHOLE: Selector = { begin: () => true, of: () => true };

/** How much less fixes weigh when findings are taken away: `takenOf` says which of a fix, null where none is. */
export const weightTaken = (
  fixes: Iterable<PackedFix>,
  takenOf: (fix: PackedFix) => TakenRun | null,
  assets: Int32Array,
): number => {
  const parts = new Float64Array(PARTS);
  let sum = 0;
  for (const fix of fixes) {
    const ofRun = takenOf(fix);
    if (ofRun === null) continue;
    const [whole] = weigh([fix], WHOLE, assets);
    sum += (whole?.weight ?? 0) - weighOne(fix, { selector: WHOLE, takenOf: ofRun }, assets, parts).weight;
  }
  return sum;
};

/** What is told of the selected findings of a fix. Times are milliseconds; null: there is none such. */
export interface FixDetail {
  readonly advisoryCount: number;
  readonly kevCount: number;
  /** Findings by the rank of their severity, 1 to 6. */
  readonly counts: readonly number[];
  readonly since: readonly (number | null)[];
  readonly kevSince: number | null;
  readonly maxRisk: number;
  readonly fixes: readonly string[];
  /** Ids, the riskiest first. */
  readonly advisories: readonly number[];
}

interface Part {
  readonly rank: number;
  readonly isKev: boolean;
  readonly runs: { readonly id: number; readonly risk: number }[];
}

/** Text by its characters, as the database orders names. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Most risk first, then by name. Of thousands only those are put in order that have the risk for it. */
const riskiest = ({ runs }: Part, nameOf: (id: number) => string, most: number): Part["runs"] => {
  const edge =
    Float64Array.from(runs, ({ risk }) => risk)
      .sort()
      .at(-most) ?? 0;
  return runs
    .filter(({ risk }) => risk >= edge)
    .toSorted((a, b) => b.risk - a.risk || byText(nameOf(a.id), nameOf(b.id)))
    .slice(0, most);
};

/** Parts by their highest risk, severity and known exploitation. */
const inOrder = (parts: readonly Part[], nameOf: (id: number) => string, most: number): number[] =>
  parts
    .map((part) => ({ ...part, top: riskiest(part, nameOf, most) }))
    .toSorted(
      (a, b) => (b.top[0]?.risk ?? 0) - (a.top[0]?.risk ?? 0) || b.rank - a.rank || Number(b.isKev) - Number(a.isKev),
    )
    .flatMap(({ top }) => top.map(({ id }) => id))
    .slice(0, most);

const least = (a: number | null | undefined, b: number): number => (a == null || b < a ? b : a);

/** What the list says of one fix. `most`: advisories that are named. */
export const detailOf = (
  fix: PackedFix,
  selector: Selector,
  { nameOf, most }: { readonly nameOf: (id: number) => string; readonly most: number },
): FixDetail => {
  const parts = new Map<number, Part>();
  const counts: number[] = Array.from({ length: 7 }, () => 0);
  const since: (number | null)[] = Array.from({ length: 7 }, () => null);
  const fixed = new Set<number>();
  let [advisoryCount, kevCount, maxRisk] = [0, 0, 0];
  let kevSince: number | null = null;
  selector.begin(fix);
  for (let run = 0; run < fix.risks.length; run += 1) {
    const selected = selector.of(run);
    if (selected === false) continue;
    const at = run * RUN;
    const [id, rank, kevDay] = [fix.runs[at] as number, fix.runs[at + 1] as number, fix.runs[at + 2] as number];
    const seen = seenIn(
      fix,
      { from: fix.runs[at + 3] as number, until: fix.runs[at + RUN + 3] as number },
      selected,
      fixed,
    );
    if (seen.count === 0) continue;
    const isKev = kevDay !== NEVER;
    const risk = fix.risks[run] as number;
    advisoryCount += 1;
    maxRisk = Math.max(maxRisk, risk);
    counts[rank] = (counts[rank] as number) + seen.count;
    since[rank] = least(since[rank], seen.since);
    if (isKev) {
      kevCount += seen.count;
      kevSince = least(kevSince, Math.max(seen.since, FIRST_DAY_MS + kevDay * DAY_MS));
    }
    const part = partOf(rank, kevDay);
    const known = parts.get(part) ?? { rank: rank, isKev, runs: [] };
    known.runs.push({ id, risk });
    parts.set(part, known);
  }
  return {
    advisoryCount,
    kevCount,
    counts,
    since,
    kevSince,
    maxRisk,
    fixes: [...fixed].map((n) => fix.fixes[n] ?? "").filter((text) => text !== ""),
    advisories: inOrder([...parts.values()], nameOf, most),
  };
};

/** How many rows of some steps are selected, since when, and the highest fixed version of each of their versions. */
const seenIn = (
  { steps, components, since }: PackedFix,
  { from, until }: { readonly from: number; readonly until: number },
  selected: Selected,
  fixed: Set<number>,
): { count: number; since: number } => {
  let count = 0;
  let first = Number.POSITIVE_INFINITY;
  let told = -1;
  for (let step = from; step < until; step += 1) {
    const at = step * STEP;
    const before = count;
    for (let row = steps[at] as number, end = steps[at + STEP] as number; row < end; row += 1) {
      if (selected !== true && !hasBit(selected as Uint32Array, components[row] as number)) continue;
      count += 1;
      if ((since[row] as number) < first) first = since[row] as number;
    }
    if (count === before || steps[at + 1] === told) continue;
    told = steps[at + 1] as number;
    fixed.add(steps[at + 2] as number);
  }
  return { count, since: first };
};
