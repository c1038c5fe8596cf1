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

/** Lookups after which it is decided again whether remembering pays (count). */
const WINDOW = 4096;
/** Of a list of ever new components, one name in so many is remembered all the same, to learn when they begin to repeat. */
const SAMPLED = 16;
/** Remembering pays from this share of answers on: to put a verdict by costs about half as much as to judge. */
const PAYS_FROM = 0.3;

/** Whether a name is among those that are always remembered; the same name always or never. */
const isSampled = (name: string): boolean =>
  (name.length * 31 + name.charCodeAt(name.length >> 1) * 7 + name.charCodeAt(name.length - 1)) % SAMPLED === 0;

/**
 * Names looked up and verdicts given: machines of a fleet hold the same software. When it is full all is forgotten;
 * what is in use comes back at once. A list whose components hardly ever repeat is not remembered, as that would cost more
 * than it saves.
 */
export const createMemo = () => {
  let places = new Map<string, Map<string, Known>>();
  let weight = 0;
  let pays = true;
  let asked = 0;
  let answered = 0;
  // Components come system by system.
  let lastEcosystem = "";
  let lastNames: Map<string, Known> | null = null;

  const forget = (added: number): void => {
    places = new Map();
    lastNames = null;
    weight = added;
  };
  const charge = (added: number): void => {
    weight += added;
    if (weight > REMEMBERED_WEIGHT_MAX) forget(added);
  };
  const decide = (): void => {
    const before = pays;
    pays = answered >= asked * PAYS_FROM;
    [asked, answered] = [0, 0];
    if (before && !pays) forget(0);
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
    /** Whether to look this name up here and to put by what is found; decided anew as lookups go. */
    takes: (name: string): boolean => {
      if (!pays && !isSampled(name)) return false;
      asked += 1;
      if (asked >= (pays ? WINDOW : WINDOW / SAMPLED)) decide();
      return true;
    },
    get: (ecosystem: string, name: string): Known | undefined => {
      const known = namesOf(ecosystem).get(name);
      if (known === ABSENT) answered += 1;
      return known;
    },
    put: (ecosystem: string, name: string, packages: readonly number[]): Known => {
      charge(ENTRY_WEIGHT);
      const known = packages.length === 0 ? ABSENT : { packages, version: null, verdict: null, others: null };
      namesOf(ecosystem).set(name, known);
      return known;
    },
    said: (known: Known, version: string): Verdict | null | undefined => {
      const verdict = known.version === version ? known.verdict : known.others?.get(version);
      if (verdict) answered += 1;
      return verdict;
    },
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
