import { type AdvisoryIndex, crossesMajor, riskOf, schemeFor } from "@zerotrace/core";

/** Versions that are tried for one package (count). */
const MAX_TRIED = 64;
const PRERELEASE = /\d[._-]?(?:alpha|beta|rc|pre|preview|dev|a|b|m)[._-]?\d*|-(?!\d*$)[a-z]/i;

export interface Remaining {
  readonly id: string;
  readonly fixedIn: string | null;
  /** 0..100 */
  readonly risk: number;
}

/** What is known of a version. */
export interface Candidate {
  readonly version: string;
  /** Findings that it still has, by id; `fixedIn` is null where no version closes it. */
  readonly remains: readonly Remaining[];
}

export interface Wanted {
  readonly ecosystem: string;
  /** As advisories name it: the source package of a system's package. */
  readonly name: string;
  readonly version: string;
  /** The versions that close its findings. */
  readonly fixedIn: readonly string[];
  readonly noMajor: boolean;
}

/**
 * The lowest version that leaves the least risk, of those that advisories name. Each is looked up again: what closes one finding may
 * have others, and their fixes are tried too. Null when none is above the present one, or all cross a major version and none may.
 */
export const targetVersion = (wanted: Wanted, index: AdvisoryIndex): Candidate | null => {
  const { ecosystem, name, version, noMajor } = wanted;
  const scheme = schemeFor(ecosystem);
  if (scheme === undefined) return null;
  const tried = new Map<string, Candidate>();
  const queue = [...wanted.fixedIn];
  for (let next = 0; next < queue.length && tried.size < MAX_TRIED; next++) {
    const candidate = queue[next]!;
    if (tried.has(candidate) || scheme.compare(candidate, version) !== 1) continue;
    const { hits } = index.match(ecosystem, name, candidate);
    const remains = hits.map(({ advisory, fixedIn }) => {
      const group = index.advisory(advisory);
      return { id: group.id, fixedIn, risk: riskOf({ ...group, fixAvailable: fixedIn !== null }).risk };
    });
    tried.set(candidate, { version: candidate, remains });
    queue.push(...hits.flatMap(({ fixedIn }) => fixedIn ?? []));
    // Records of one weakness may disagree on a version; where one says it has no fix, a later range of it may name one.
    const open = new Set(remains.flatMap(({ id, fixedIn }) => (fixedIn === null ? [id] : [])));
    if (open.size === 0) continue;
    for (const range of index.explain(ecosystem, name, candidate)) {
      if (range.fixedIn !== null && open.has(range.group.id)) queue.push(range.fixedIn);
    }
  }
  const allowed = [...tried.values()].filter((one) => !noMajor || !crossesMajor(ecosystem, version, one.version));
  const weight = (one: Candidate): number => one.remains.reduce((sum, { risk }) => sum + risk, 0);
  allowed.sort(
    (a, b) =>
      weight(a) - weight(b) ||
      Number(PRERELEASE.test(a.version)) - Number(PRERELEASE.test(b.version)) ||
      (scheme.compare(a.version, b.version) ?? 0),
  );
  return allowed[0] ?? null;
};
