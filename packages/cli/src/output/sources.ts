import type { SourceReport } from "@zerotrace/core";
import { type Freshness, freshnessOf } from "@zerotrace/plugins/feeds/feed-facts";
import { counted } from "./headline.ts";
import { printable } from "./style.ts";

/** Origins named, and characters of each: a converted archive may list thousands, one for each file. */
const ORIGINS_MAX = 2;
const ORIGIN_CHARS_MAX = 70;

/** Records that cannot be used and are named with the reason (count). */
const BAD_MAX = 3;

const badLines = ({ bad, badCount }: SourceReport): string[] => {
  const named = bad.slice(0, BAD_MAX).map(({ id, reason }) => `    unusable: ${id}: ${reason}`);
  const rest = badCount - named.length;
  return named.length === 0 || rest === 0 ? named : [...named, `    ... and ${counted(rest, "more unusable record")}`];
};

const originsText = (origins: readonly string[]): string => {
  const named = origins
    .slice(0, ORIGINS_MAX)
    .map((origin) => (origin.length > ORIGIN_CHARS_MAX ? `${origin.slice(0, ORIGIN_CHARS_MAX - 3)}...` : origin));
  const rest = origins.length - named.length;
  return `${named.join("; ")}${rest > 0 ? ` and ${counted(rest, "other origin")}` : ""}`;
};

/** `3 hours old`, `92 days old`; whole hours below two days. */
export const ageText = (hours: number | null): string => {
  if (hours === null) return "of no date";
  return hours < 48 ? `${counted(hours, "hour")} old` : `${counted(Math.floor(hours / 24), "day")} old`;
};

const boundText = (hours: number): string => (hours > 72 ? `${Math.floor(hours / 24)} days` : `${hours} hours`);

/**
 * What a person needs to know of one source: name, date, age, count, place; then the first records that cannot
 * be used, and what it does not cover. `syncHours` is the
 * interval at which a server reads it; 0 where nothing does.
 */
export const sourceLines = (
  sources: readonly (SourceReport & Partial<Freshness>)[],
  syncHours = 0,
  now = new Date(),
): string[] =>
  sources.flatMap((source) => {
    // A server has said how old its sources are, by the interval at which it reads them.
    const { ageHours, staleAfterHours, isStale } = { ...freshnessOf(source, now, syncHours), ...source };
    const age = `${ageText(ageHours)}${isStale ? `, STALE after ${boundText(staleAfterHours)}` : ""}`;
    const at = source.dataAt === null ? "no date of its own" : `data of ${source.dataAt.slice(0, 10)}, ${age}`;
    const bad = source.badCount > 0 ? `, ${counted(source.badCount, "record")} unusable` : "";
    const origins = source.origins.length > 0 ? ` (${originsText(source.origins)})` : "";
    const place = source.location === "" ? "" : ` from ${source.location}`;
    return [
      `  ${source.feed}${origins}: ${counted(source.recordCount, "record")}, ${at}${bad}${place}`,
      ...badLines(source),
      ...source.notCovered.map((sentence) => `    not covered: ${sentence}`),
    ].map(printable);
  });
