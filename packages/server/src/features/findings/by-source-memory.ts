import { COUNT_LIMIT } from "../assets/index.ts";
import { type PackedFix, RUN, selectedIn } from "../tallies/index.ts";
import type { Remembered } from "./memory.ts";
import type { Pairs } from "./page-memory.ts";

/** Findings that are looked at one by one (count). */
const PAIRS_MAX = 20_000;

/** What a page of rows by source may have, and how many rows there are. */
export interface SourceCandidates extends Pairs {
  readonly count: number;
}

interface Group {
  risk: number;
  readonly advisory: number;
  readonly of: [PackedFix, number][];
}

/** Source packages with the advisories that any selected finding of theirs has, and the highest risk of each. */
const groupsOf = ({ tallies, selector }: Remembered): Map<number, Group>[] => {
  const sources = new Map<string, Map<number, Group>>();
  for (const fix of tallies.fixes) {
    const whole = selector.begin(fix);
    if (whole === false) continue;
    const key = `${fix.ecosystem}\n${fix.package}`;
    const groups = sources.get(key) ?? new Map<number, Group>();
    for (let run = 0; run < fix.risks.length; run += 1) {
      const selected = selector.of(run);
      if (selected === false || selectedIn(fix, run, selected, 1).length === 0) continue;
      const advisory = fix.runs[run * RUN] as number;
      const risk = fix.risks[run] as number;
      const known = groups.get(advisory);
      if (known === undefined) groups.set(advisory, { risk, advisory, of: [[fix, run]] });
      else {
        known.risk = Math.max(known.risk, risk);
        known.of.push([fix, run]);
      }
    }
    if (groups.size > 0) sources.set(key, groups);
  }
  return [...sources.values()];
};

/**
 * Findings among which the rows of a page by source are, whatever the order of rows with the same risk: all that have the risk for it. Null:
 * too many have it.
 */
export const sourceCandidates = (
  known: Remembered,
  page: { readonly limit: number; readonly belowRisk: number | null; readonly perPackage: number | null },
): SourceCandidates | null => {
  const sources = groupsOf(known);
  const { selector } = known;
  const most = page.perPackage ?? Number.POSITIVE_INFINITY;
  const risks = Float64Array.from(
    sources.flatMap((groups) => {
      const own = Array.from(groups.values(), ({ risk }) => risk);
      return own.length <= most ? own : own.toSorted((a, b) => b - a).slice(0, most);
    }),
  ).sort();
  const top = page.belowRisk ?? Number.POSITIVE_INFINITY;
  // rows with the risk of the place where the page begins may stand before or after it
  const below = risks.findLastIndex((risk) => risk < top);
  const edge = below + 1 - page.limit < 0 ? Number.NEGATIVE_INFINITY : (risks[below + 1 - page.limit] as number);
  const components: number[] = [];
  const advisories: number[] = [];
  for (const groups of sources) {
    for (const { risk, advisory, of } of groups.values()) {
      if (risk < edge || (page.perPackage === null && risk > top)) continue;
      for (const [fix, run] of of) {
        selector.begin(fix);
        for (const component of selectedIn(fix, run, selector.of(run))) {
          components.push(component);
          advisories.push(advisory);
        }
      }
      if (components.length > PAIRS_MAX) return null;
    }
  }
  return { components, advisories, count: Math.min(risks.length, COUNT_LIMIT) };
};
