import { COUNT_LIMIT } from "../assets/index.ts";
import { advisoryOf, countRuns, selectedIn } from "../tallies/index.ts";
import { assetOf } from "./choice.ts";
import type { Remembered } from "./memory.ts";
import type { FindingFilter } from "./rules.ts";

/** Findings that are looked at one by one (count). */
const PAIRS_MAX = 2_000;
/** Risks are told apart by these parts of a point when the findings of a page are looked for. */
const STEPS_A_POINT = 10;
const STEPS = 100 * STEPS_A_POINT + 1;

/** Findings by component and advisory: the n-th of one with the n-th of the other. */
export interface Pairs {
  readonly components: readonly number[];
  readonly advisories: readonly number[];
}

/** How many findings there are, counted up to COUNT_LIMIT, and among which a page of the riskiest is; null: they are to be looked for. */
export interface PageCandidates {
  readonly count: number;
  readonly among: Pairs | null;
}

const stepOf = (risk: number): number => Math.min(STEPS - 1, Math.max(0, Math.floor(risk * STEPS_A_POINT)));

/**
 * Whether a filter asks for what many assets hold, or do not: its findings lie far apart in every index. Of one asset, and of few components, they
 * are found soon enough.
 */
export const isScattered = (filter: FindingFilter): boolean =>
  assetOf(filter) === null && [...(filter.leads?.values() ?? [])].some(({ held }) => held !== undefined);

/** As PageCandidates, of findings with this risk or less, where it is not null. */
export const pageCandidates = (
  { tallies, selector }: Remembered,
  page: { readonly limit: number; readonly belowRisk: number | null },
): PageCandidates => {
  const top = page.belowRisk === null ? Number.POSITIVE_INFINITY : Math.fround(page.belowRisk);
  const counts = new Int32Array(STEPS);
  let count = 0;
  // findings with the risk of the place where the page begins may stand before or after it
  let pairs = 0;
  countRuns(tallies.fixes, selector, (fix, run, found) => {
    const risk = fix.risks[run] as number;
    count += found;
    if (risk < top) counts[stepOf(risk)] = (counts[stepOf(risk)] as number) + found;
    else if (risk === top) pairs += found;
    return count < COUNT_LIMIT;
  });
  if (count >= COUNT_LIMIT) return { count: COUNT_LIMIT, among: null };
  let edge = STEPS - 1;
  let beyond = counts[edge] as number;
  while (edge > 0 && beyond < page.limit) beyond += counts[--edge] as number;
  pairs += beyond;
  if (pairs > PAIRS_MAX) return { count, among: null };
  const components: number[] = [];
  const advisories: number[] = [];
  countRuns(tallies.fixes, selector, (fix, run) => {
    const risk = fix.risks[run] as number;
    if (risk > top || stepOf(risk) < edge) return;
    for (const component of selectedIn(fix, run, selector.of(run))) {
      components.push(component);
      advisories.push(advisoryOf(fix, run));
    }
  });
  return { count, among: { components, advisories } };
};
