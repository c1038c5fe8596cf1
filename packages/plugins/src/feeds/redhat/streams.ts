import { schemeFor } from "@zerotrace/core";

const rpm = schemeFor("Red Hat")!;

/** An end of a range as OSV writes it. */
export type RangeEvent = { readonly introduced: string } | { readonly fixed: string };

/** Where a build belongs: the version and the first number of its release stay while one minor release is cared for. */
interface Build {
  /** The first build of that minor release with this number, `2.34-60.el9_2`. */
  readonly base: string;
  /** The lowest version that belongs to a later one, `2.34-61`. */
  readonly next: string;
}

const buildOf = (version: string): Build | null => {
  const found = /^(.+-)(\d+)((?:\.\d+)*(?:\.[a-z]+\d+(?:_\d+)?)?)/.exec(version);
  if (found === null) return null;
  const dist = /\.[a-z]+\d+(?:_\d+)?$/.exec(found[3] ?? "")?.[0] ?? "";
  return { base: `${found[1]}${found[2]}${dist}`, next: `${found[1]}${BigInt(found[2]!) + 1n}` };
};

const order = (a: string, b: string): number => rpm.compare(a, b) ?? 0;

/**
 * The ranges that several fixes of one package leave affected. Red Hat cares for several minor releases at once and fixes each in a
 * build of its own: `2.34-60.el9_2.7` has the fix, the newer `2.34-83.el9` not before `2.34-83.el9_3.12`. So a fix closes what is
 * older, and the next later build opens again until its own fix. `isOpen`: what comes after the last fix is affected too.
 */
export function eventsOf(fixes: readonly string[], isOpen: boolean): RangeEvent[] {
  const events: RangeEvent[] = [];
  let from: string | null = "0";
  for (const fixed of [...new Set(fixes)].sort(order)) {
    if (from !== null && from !== "0" && order(from, fixed) >= 0) from = buildOf(fixed)?.base ?? null;
    if (from !== null && (from === "0" || order(from, fixed) < 0)) events.push({ introduced: from }, { fixed });
    from = buildOf(fixed)?.next ?? null;
  }
  if (isOpen && from !== null) events.push({ introduced: from });
  return events;
}

/** The highest of the versions; null of none. */
export const highest = (versions: Iterable<string>): string | null =>
  [...versions].reduce<string | null>((a, b) => (a === null || order(b, a) > 0 ? b : a), null);

/** True when `a` comes after `b`. */
export const isHigher = (a: string, b: string): boolean => order(a, b) > 0;
