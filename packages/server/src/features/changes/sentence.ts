import type { Changes, Entry, Kind } from "./rules.ts";

/** Advisories that the sentence names (count). */
const NAMED_MAX = 2;

const number = new Intl.NumberFormat("en-US");
const counted = (count: number, isExact: boolean, one: string, many = `${one}s`): string =>
  `${number.format(count)}${isExact ? "" : "+"} ${count === 1 && isExact ? one : many}`;

const named = (entries: readonly Entry[]): string => {
  const names = entries.map(({ name, packages: [first] }) => (first === undefined ? name : `${first} (${name})`));
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

/** Why what is seen may not be all; empty when nothing is missing, running or stale. */
const gapsOf = ({ basis, until }: Pick<Changes, "basis" | "until">): string[] => {
  const ageHours = Math.floor((Date.parse(until) - Date.parse(basis.advisoriesAt ?? until)) / 3_600_000);
  const silent = counted(basis.silentCount, true, "agent");
  return [
    basis.advisoriesAt === null ? "no advisories are in force yet" : "",
    basis.advisoriesAt !== null && basis.isStale ? `the advisories are ${ageHours} h old` : "",
    basis.staleFeeds.length > 0 ? `stale: ${basis.staleFeeds.join(", ")}` : "",
    basis.assetCount === 0 ? "no asset reports yet" : "",
    basis.withoutInventory > 0 ? `${counted(basis.withoutInventory, true, "asset")} sent no inventory yet` : "",
    basis.silentCount > 0 ? `${silent} ${basis.silentCount === 1 ? "is" : "are"} silent` : "",
    basis.pendingJobs > 0 ? `${counted(basis.pendingJobs, true, "job")} still running` : "",
  ].filter((gap) => gap !== "");
};

/** What changed in one sentence of plain words, and what it cannot see; "nothing changed" only where everything was looked at. */
export const sentenceOf = (
  changes: Pick<Changes, "totals" | "matter" | "days" | "basis" | "until">,
): { readonly says: string; readonly gaps: string[] } => {
  const total = (kind: Kind) => changes.totals.find((one) => one.kind === kind) ?? { count: 0, isExact: true };
  const entries = (kind: Kind): Entry[] =>
    changes.days.flatMap(({ sections }) => sections.filter((one) => one.kind === kind).flatMap((one) => one.entries));
  const gaps = gapsOf(changes);
  const { matter } = changes;
  const opened = total("opened");
  const tell = (kind: Kind, one: string, many?: string): string => {
    const { count, isExact } = total(kind);
    return count === 0 ? "" : counted(count, isExact, one, many);
  };
  const newOnes =
    matter.count > 0
      ? counted(matter.count, matter.isExact, "new finding that matters", "new findings that matter")
      : opened.count > 0
        ? `${counted(opened.count, opened.isExact, "new finding")}${matter.isExact ? ", none that matters" : ""}`
        : "";
  const { count: back, isExact } = total("reopened");
  const first = [
    newOnes,
    tell("fixed", "fixed", "fixed"),
    back === 0 ? "" : counted(back, isExact, "came back", "came back"),
  ];
  const kev = entries("kev");
  const epss = total("epss").count;
  const rest = [
    kev.length === 0 ? "" : `${named(kev)} entered KEV`,
    epss === 0 ? "" : `EPSS moved much for ${number.format(epss)}`,
    [tell("asset_new", "new asset"), tell("asset_silent", "asset went silent", "assets went silent")]
      .filter((part) => part !== "")
      .join(", "),
  ];
  const says = [first.filter((part) => part !== "").join(", "), ...rest].filter((part) => part !== "").join("; ");
  if (says !== "") return { says, gaps };
  const seen = `${counted(changes.basis.assetCount, true, "asset")} and the advisories were looked at`;
  return { says: gaps.length === 0 ? `nothing changed: ${seen}` : "no change is seen", gaps };
};
