import type { Tx } from "../../platform/db/index.ts";
import type { EpssHistory } from "../feeds/index.ts";
import type { Day } from "./days.ts";
import { type Entry, findingEntry, type Kind, queryOfKind, type Section, sectionOf } from "./rules.ts";
import {
  assetsSeenWith,
  assetsWithout,
  type FindingKind,
  findingGroups,
  type GroupRecord,
  openFindings,
} from "./sql.ts";

/** Enrichment closes findings some time after the inventory came: changes of the hour before are looked at too. */
const BEFORE_MS = 3_600_000;
/** Moves of EPSS scores of one day that are compared with findings, and of all days (count). */
const MOVES_OF_DAY = 200;
const MOVES_MAX = 1_000;

/** What is asked of a company. */
export interface Asked {
  readonly tx: Tx;
  readonly companyId: number;
  readonly days: readonly Day[];
  readonly groups: number;
  /** The newest day goes on. */
  readonly isOpenEnded: boolean;
  readonly mayBeClosed: boolean;
}

/** Sections by the place of their day. */
export type ByDay = ReadonlyMap<number, Section>;

type CountAssets = (group: GroupRecord) => number | null;

const components = (groups: readonly { componentIds: readonly number[] }[]): number[] => [
  ...new Set(groups.flatMap((group) => group.componentIds)),
];

/** How many assets have what opened: as stored, or for whoever sees some only, of these. */
const countHaving = async ({ tx, companyId }: Asked, groups: readonly GroupRecord[]): Promise<CountAssets> => {
  // what is on none any more was fixed since
  if (tx.labels === null) return (group) => group.assetCount || null;
  const seen = await assetsSeenWith(tx, companyId, components(groups));
  return (group) => Math.max(0, ...group.componentIds.map((id) => seen.get(id) ?? 0)) || null;
};

/** From how many assets it went that was fixed; null where no change of an inventory says so. */
const countFixed = async ({ tx, companyId, days }: Asked, groups: readonly GroupRecord[]): Promise<CountAssets> => {
  const [newest, oldest] = [days[0], days.at(-1)];
  if (groups.length === 0 || newest === undefined || oldest === undefined) return () => null;
  const from = new Date(oldest.from.getTime() - BEFORE_MS);
  const asked = { components: components(groups), from, until: newest.until };
  const { assets, since } = await assetsWithout(tx, companyId, asked);
  return (group) => {
    const day = days[group.n];
    if (since !== null && (day === undefined || day.from < since)) return null;
    const gone = new Set(group.componentIds.flatMap((id) => assets.get(id) ?? []));
    return gone.size === 0 ? null : gone.size;
  };
};

/** The findings of one kind by day, and how many of them are new and matter. */
export const findingSections = async (
  kind: FindingKind,
  asked: Asked,
): Promise<{ readonly sections: ByDay; readonly matter: number; readonly isExact: boolean }> => {
  const { tx, companyId, days } = asked;
  const { groups, bound } = await findingGroups(tx, companyId, kind, asked);
  const count = await (kind === "fixed" ? countFixed : countHaving)(asked, groups);
  const byDay = Map.groupBy(groups, ({ n }) => n);
  const sections = new Map<number, Section>();
  for (const [n, ofDay] of byDay) {
    const day = days[n];
    const [first] = ofDay;
    if (day === undefined || first === undefined) continue;
    const isOpenEnded = asked.isOpenEnded && n === 0;
    const query = queryOfKind(kind, day, { isOpenEnded, names: ofDay.map((group) => group.advisory) });
    const entries = ofDay.map((group) =>
      findingEntry(group, {
        query: kind === "kev" ? "" : (query ?? ""),
        assetCount: count(group),
        at: kind === "kev" ? null : group.at,
      }),
    );
    const isExact = first.dayCount < bound;
    sections.set(n, sectionOf(kind, entries, { count: first.dayCount, isExact, entryCount: first.dayGroups, query }));
  }
  const firsts = [...byDay.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  return {
    sections,
    matter: firsts.reduce((sum, one) => sum + one.dayMatter, 0),
    isExact: firsts.every((one) => one.dayCount < bound),
  };
};

const moveSays = (before: number | null, after: number, summary: string): string => {
  const text = (score: number): string => `${Math.round(score * 1000) / 10} %`;
  return `EPSS ${before === null ? "new" : text(before)} -> ${text(after)}${summary === "" ? "" : `: ${summary}`}`;
};

/** Big moves of EPSS scores that touch open findings, by the day of the score. */
export const epssSections = async (
  asked: Asked,
  { days: known, moves }: Awaited<ReturnType<EpssHistory["moves"]>>,
): Promise<{ readonly sections: ByDay; readonly epssFrom: string | null }> => {
  const { tx, companyId, days, groups } = asked;
  const places = new Map(days.map(({ day }, n) => [day, n]));
  const ofDays = Map.groupBy(
    moves.filter(({ day }) => places.has(day)),
    ({ day }) => day,
  );
  const wanted = [...ofDays.values()].flatMap((ofDay) => ofDay.slice(0, MOVES_OF_DAY)).slice(0, MOVES_MAX);
  const sections = new Map<number, Section>();
  const epssFrom = known.at(-1) ?? null;
  if (wanted.length === 0) return { sections, epssFrom };
  const names = [...new Set(wanted.map(({ cveId }) => cveId))];
  const found = await openFindings(tx, companyId, names);
  const byName = new Map(found.map((one) => [one.advisory, one]));
  const count = await countHaving(
    asked,
    found.map((one) => ({ ...one, n: 0, dayCount: 0, dayMatter: 0, dayGroups: 0 })),
  );
  for (const [n, ofDay] of Map.groupBy(wanted, ({ day }) => places.get(day) ?? 0)) {
    const entries = ofDay.flatMap(({ cveId, before, score }): Entry[] => {
      const one = byName.get(cveId);
      if (one === undefined) return [];
      const assetCount = count({ ...one, n, dayCount: 0, dayMatter: 0, dayGroups: 0 });
      const entry = findingEntry(one, { query: "", assetCount, at: null });
      return [{ ...entry, says: moveSays(before, score, one.summary), epss: score, epssBefore: before }];
    });
    const day = days[n];
    if (entries.length === 0 || day === undefined) continue;
    const shown = entries.slice(0, groups);
    const kind: Kind = "epss";
    const query = queryOfKind(kind, day, { isOpenEnded: false, names: shown.map(({ name }) => name) });
    const entryCount = entries.length;
    sections.set(n, sectionOf(kind, shown, { count: entryCount, isExact: true, entryCount, query }));
  }
  return { sections, epssFrom };
};
