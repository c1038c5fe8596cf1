import type { AdvisoryGroup, AdvisoryIndex, Hit, Verdict } from "@zerotrace/core";
import { type ChangeKind, type GenerationChange, isEpssMove } from "@zerotrace/plugins";
import type { Judgeable } from "./inventory.ts";

/** One component that two generations judge differently. */
export interface Rejudged extends Judgeable {
  readonly before: Pick<Verdict, "verdict" | "reason">;
  readonly after: Pick<Verdict, "verdict" | "reason">;
  readonly changes: readonly {
    readonly id: string;
    /** What it said; null where it did not name the component. */
    readonly before: string | null;
    readonly after: string | null;
    readonly why: readonly ChangeKind[];
  }[];
}

interface Told {
  readonly group: AdvisoryGroup;
  readonly hit: Hit;
  readonly text: string;
}

const textOf = (hit: Hit, group: AdvisoryGroup): string => {
  const fix = hit.fixedIn === null ? "affected, no fix" : `affected, fixed in ${hit.fixedIn}`;
  return `${fix}, ${group.severity}${group.kevAddedAt === null ? "" : ", known exploited"}`;
};

const epssText = ({ epss }: AdvisoryGroup): string => (epss === null ? "no EPSS" : `EPSS ${epss.score}`);

const toldBy = (index: AdvisoryIndex, verdict: Verdict): Map<string, Told> =>
  new Map(
    verdict.hits.map((hit) => {
      const group = index.advisory(hit.advisory);
      return [group.id, { group, hit, text: textOf(hit, group) }];
    }),
  );

/** Why each name changed, by every name that a change has. */
const reasonsOf = (changes: readonly GenerationChange[]): Map<string, Set<ChangeKind>> => {
  const reasons = new Map<string, Set<ChangeKind>>();
  for (const { id, names, kinds } of changes) {
    for (const name of [id, ...names]) {
      const known = reasons.get(name) ?? new Set();
      for (const kind of kinds) known.add(kind);
      reasons.set(name, known);
    }
  }
  return reasons;
};

/** Judges an inventory with both indexes and answers what differs, in the inventory's order. */
export const rejudge = (
  inventory: readonly Judgeable[],
  a: AdvisoryIndex,
  b: AdvisoryIndex,
  options: { readonly changes: readonly GenerationChange[]; readonly epssThreshold: number },
): Rejudged[] => {
  const reasons = reasonsOf(options.changes);
  const whyOf = (group: AdvisoryGroup, records: readonly string[]): ChangeKind[] => {
    const kinds = new Set<ChangeKind>();
    for (const name of [group.id, ...group.aliases, ...records]) {
      for (const kind of reasons.get(name) ?? []) kinds.add(kind);
    }
    return [...kinds];
  };
  const moved = (x: AdvisoryGroup, y: AdvisoryGroup): boolean =>
    isEpssMove(x.epss?.score ?? 0, y.epss?.score ?? 0, options.epssThreshold);
  return inventory.flatMap((component) => {
    const { ecosystem, name, version } = component;
    const [before, after] = [a.match(ecosystem, name, version), b.match(ecosystem, name, version)];
    const [was, is] = [toldBy(a, before), toldBy(b, after)];
    const changes: Rejudged["changes"][number][] = [];
    for (const id of [...new Set([...was.keys(), ...is.keys()])].sort()) {
      const [x, y] = [was.get(id), is.get(id)];
      const isMoved = x !== undefined && y !== undefined && moved(x.group, y.group);
      if (x && y && x.text === y.text && !isMoved) continue;
      const { group, hit } = (y ?? x) as Told;
      const told = (side: Told | undefined): string | null =>
        side === undefined ? null : `${side.text}${isMoved ? `, ${epssText(side.group)}` : ""}`;
      changes.push({ id, before: told(x), after: told(y), why: whyOf(group, [hit.recordId]) });
    }
    if (changes.length === 0 && before.verdict === after.verdict && before.reason === after.reason) return [];
    const short = ({ verdict, reason }: Verdict) => ({ verdict, ...(reason === undefined ? {} : { reason }) });
    return [{ ecosystem, name, version, before: short(before), after: short(after), changes }];
  });
};
