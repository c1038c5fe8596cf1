import type { Verdict } from "./types.ts";

/** What is remembered at most: names and verdicts weigh `ENTRY_WEIGHT`, hits one (8 bytes: verdicts share them). */
export const REMEMBERED_WEIGHT_MAX = 500_000;
/** A name or a verdict takes about as much memory as so many hits. */
const ENTRY_WEIGHT = 10;

/** One spelling of a package in one ecosystem: where it is in the index, and what was said of its versions. */
export interface Known {
  /** Positions of the package in the ecosystems that speak of it; empty when none names it. */
  readonly packages: readonly number[];
  /** The version asked first, with its verdict; most names are held at one version. */
  version: string | null;
  verdict: Verdict | null;
  others: Map<string, Verdict> | null;
}

const NAMELESS: readonly number[] = [];
/** Stands for every name that nobody speaks of. */
const ABSENT: Known = { packages: NAMELESS, version: null, verdict: null, others: null };

/**
 * Names looked up and verdicts given: machines of a fleet hold the same software. When it is full all is forgotten;
 * what is in use comes back at once.
 */
export const createMemo = () => {
  let places = new Map<string, Map<string, Known>>();
  let weight = 0;
  // Components come system by system.
  let lastEcosystem = "";
  let lastNames: Map<string, Known> | null = null;

  const charge = (added: number): void => {
    weight += added;
    if (weight <= REMEMBERED_WEIGHT_MAX) return;
    places = new Map();
    lastNames = null;
    weight = added;
  };
  const namesOf = (ecosystem: string): Map<string, Known> => {
    if (lastNames && ecosystem === lastEcosystem) return lastNames;
    let names = places.get(ecosystem);
    if (!names) {
      charge(ENTRY_WEIGHT);
      places.set(ecosystem, (names = new Map()));
    }
    lastEcosystem = ecosystem;
    return (lastNames = names);
  };
  return {
    get: (ecosystem: string, name: string): Known | undefined => namesOf(ecosystem).get(name),
    put: (ecosystem: string, name: string, packages: readonly number[]): Known => {
      charge(ENTRY_WEIGHT);
      const known = packages.length === 0 ? ABSENT : { packages, version: null, verdict: null, others: null };
      namesOf(ecosystem).set(name, known);
      return known;
    },
    said: (known: Known, version: string): Verdict | null | undefined =>
      known.version === version ? known.verdict : known.others?.get(version),
    keep: (known: Known, version: string, verdict: Verdict): Verdict => {
      charge(ENTRY_WEIGHT + verdict.hits.length);
      if (known.version === null) {
        known.version = version;
        known.verdict = verdict;
      } else (known.others ??= new Map()).set(version, verdict);
      return verdict;
    },
  };
};
