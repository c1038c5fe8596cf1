import { applicableEcosystems, canonicalEcosystem, SYSTEM_ECOSYSTEM, type SourceReport } from "@zerotrace/core";
import { feedsFor, freshnessOf } from "@zerotrace/plugins";
import type { CoverageRecord } from "./sql.ts";

/** A source with its age, as every page and command shows it. */
export const withFreshness = (source: SourceReport, now: Date, syncHours: number) => ({
  ...source,
  bad: [...source.bad],
  covers: [...source.covers],
  notCovered: [...source.notCovered],
  origins: [...source.origins],
  ...freshnessOf(source, now, syncHours),
});

/** The sources in force whose records decide for an ecosystem. */
const decidingFor = (sources: readonly SourceReport[], ecosystem: string): SourceReport[] => {
  if (ecosystem === SYSTEM_ECOSYSTEM) return sources.filter((s) => s.feed === "eol" && s.recordCount > 0);
  const names = new Set(applicableEcosystems(ecosystem));
  return sources.filter((s) => s.covers.some((one) => names.has(canonicalEcosystem(one))));
};

/** Whether the sources that decide for an ecosystem are current, all stale, or none; and which feeds they are, sorted. */
export interface Authority {
  readonly authority: "current" | "stale" | "none";
  readonly sources: readonly string[];
}

const authorityOf = (deciding: readonly SourceReport[], now: Date, syncHours: number): Authority => ({
  authority:
    deciding.length === 0
      ? "none"
      : deciding.every((source) => freshnessOf(source, now, syncHours).isStale)
        ? "stale"
        : "current",
  sources: [...new Set(deciding.map((source) => source.feed))].sort(),
});

/** Who decides for each ecosystem by the sources in force; an ecosystem is looked up once. */
export const authoritiesOf = (
  sources: readonly SourceReport[],
  now: Date,
  syncHours: number,
): ((ecosystem: string) => Authority) => {
  const known = new Map<string, Authority>();
  return (ecosystem) => {
    let found = known.get(ecosystem);
    if (!found) known.set(ecosystem, (found = authorityOf(decidingFor(sources, ecosystem), now, syncHours)));
    return found;
  };
};

/**
 * Coverage rows with the sources that decide: `stale` where all of them are, `none` where there is none, and then the feeds
 * that would cover the ecosystem.
 */
export const coverageRows = (
  records: readonly CoverageRecord[],
  sources: readonly SourceReport[],
  now: Date,
  syncHours: number,
) =>
  records.map((record) => {
    const found = decidingFor(sources, record.ecosystem);
    const { authority, sources: feeds } = authorityOf(found, now, syncHours);
    return {
      ...record,
      sources: [...feeds],
      authority,
      stale: authority === "stale" ? record.covered : 0,
      deciding: found.map((source) => ({
        feed: source.feed,
        dataAt: source.dataAt,
        ...freshnessOf(source, now, syncHours),
      })),
      wouldCover: record.notCovered > 0 ? feedsFor(record.ecosystem).filter((feed) => !feeds.includes(feed)) : [],
    };
  });

/** The sums of coverage rows (components). */
export const coverageTotals = (rows: ReturnType<typeof coverageRows>) => {
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    componentCount: sum((r) => r.componentCount),
    covered: sum((r) => r.covered),
    notCovered: sum((r) => r.notCovered),
    unparsable: sum((r) => r.unparsable),
    stale: sum((r) => r.stale),
  };
};
