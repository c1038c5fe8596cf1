import type { LifeCycle } from "../advisory/enrichment.ts";
import { isEnded, systemCycle } from "../advisory/life-cycle.ts";
import { systemOfEcosystem } from "../advisory/systems.ts";
import type { Verdict } from "./types.ts";

export const NO_FEED: Verdict = Object.freeze({ verdict: "unknown", reason: "no_feed", hits: Object.freeze([]) });
const END_OF_LIFE: Verdict = Object.freeze({ verdict: "unknown", reason: "end_of_life", hits: Object.freeze([]) });

/** Releases and ecosystems that are remembered (count). */
const REMEMBERED_MAX = 10_000;

/** What the life cycles say of systems. Few releases are asked, again and again: what was said is remembered. */
export const createSystems = (lifeCycles: () => readonly LifeCycle[], builtAt: string) => {
  const uncovered = new Map<string, Verdict>();
  const releases = new Map<string, boolean>();
  return {
    /** Whether any source lists this release of a system. */
    isKnown: (id: string, version: string): boolean => {
      const release = `${id} ${version}`;
      let known = releases.get(release);
      if (known === undefined) {
        known = systemCycle(lifeCycles(), id, version) !== null;
        if (releases.size >= REMEMBERED_MAX) releases.clear();
        releases.set(release, known);
      }
      return known;
    },
    /** The verdict on any package of an ecosystem that no record names. */
    uncovered: (ecosystem: string): Verdict => {
      let verdict = uncovered.get(ecosystem);
      if (verdict) return verdict;
      const system = systemOfEcosystem(ecosystem);
      const cycle = system && systemCycle(lifeCycles(), system.id, system.version);
      verdict = cycle && isEnded(cycle, builtAt) ? END_OF_LIFE : NO_FEED;
      if (uncovered.size >= REMEMBERED_MAX) uncovered.clear();
      uncovered.set(ecosystem, verdict);
      return verdict;
    },
  };
};

export type Systems = ReturnType<typeof createSystems>;
