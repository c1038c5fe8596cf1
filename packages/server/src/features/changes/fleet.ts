import type { Day } from "./days.ts";
import type { Asked, ByDay } from "./findings.ts";
import {
  agentEvents,
  changedInventories,
  decisionEvents,
  newAssets,
  type OfDay,
  type publishedBetween,
  silentAssets,
  type staleSources,
} from "./fleet-sql.ts";
import { type Entry, entryOf, type Kind, type Section, sectionOf } from "./rules.ts";

const sectionsOf = <R extends OfDay>(
  kind: Kind,
  rows: readonly R[],
  show: (row: R) => Entry,
  isExact: (rows: readonly R[]) => boolean = () => true,
): ByDay => {
  const sections = new Map<number, Section>();
  for (const [n, ofDay] of Map.groupBy(rows, (row) => row.n)) {
    const count = ofDay[0]?.dayCount ?? 0;
    const given = { count, entryCount: count, isExact: isExact(ofDay), query: null };
    sections.set(n, sectionOf(kind, ofDay.map(show), given));
  }
  return sections;
};

/** Numbers rows by their day. */
const placed = <R extends { readonly at: Date }>(
  rows: readonly R[],
  days: readonly Day[],
  groups: number,
): (R & OfDay)[] => {
  const byDay = Map.groupBy(rows, ({ at }) => days.findIndex(({ from, until }) => at >= from && at < until));
  return [...byDay]
    .filter(([n]) => n >= 0)
    .flatMap(([n, ofDay]) => ofDay.slice(0, groups).map((row) => ({ ...row, n, dayCount: ofDay.length })));
};

const assetPath = (id: string, tab = ""): string => `/assets/${id}${tab === "" ? "" : `?tab=${tab}`}`;

/** New and silent assets, inventories that changed much, and what became of agents, by kind and day. */
export const fleetSections = async (
  { tx, companyId, days, groups }: Asked,
  offlineAfterSeconds: number,
): Promise<Partial<Record<Kind, ByDay>>> => {
  const fresh = await newAssets(tx, companyId, days, groups);
  const silent = await silentAssets(tx, companyId, days, { groups, offlineAfterSeconds });
  const changed = await changedInventories(tx, companyId, days, groups);
  const agents = await agentEvents(tx, companyId, days, groups);
  return {
    asset_new: sectionsOf("asset_new", fresh, ({ id, name, kind, os, at }) =>
      entryOf({ name, says: [kind, os].filter(Boolean).join(", "), at: at.toISOString(), path: assetPath(id) }),
    ),
    asset_silent: sectionsOf("asset_silent", silent, ({ id, name, at }) =>
      entryOf({ name, says: "last heard of then, silent since", at: at.toISOString(), path: assetPath(id) }),
    ),
    inventory: sectionsOf(
      "inventory",
      changed,
      ({ id, name, added, removed, at }) =>
        entryOf({
          name,
          says: `${added} components added, ${removed} removed`,
          at: at.toISOString(),
          path: assetPath(id, "changes"),
        }),
      (rows) => rows.every((row) => !row.isBounded),
    ),
    agent: sectionsOf("agent", agents, ({ id, name, what, at }) => {
      const says = what === "cloned" ? "two machines use its credential" : what;
      return entryOf({ name, says, at: at.toISOString(), path: assetPath(id) });
    }),
  };
};

/** What people decided, by day. */
export const decisionSections = async ({ tx, companyId, days, groups }: Asked): Promise<ByDay> => {
  const rows = await decisionEvents(tx, companyId, days);
  return sectionsOf("decision", placed(rows, days, groups), ({ at, actor, action, target, detail, scope }) => {
    const what = scope ?? detail["name"] ?? detail["title"] ?? detail["reason"] ?? detail["file"];
    return entryOf({
      name: action,
      says: `${actor}${typeof what === "string" ? `: ${what.slice(0, 300)}` : ""}`,
      at: at.toISOString(),
      path: `/audit?${new URLSearchParams({ action, target }).toString()}`,
    });
  });
};

const signed = (n: number): string => (n === 0 ? "no more records" : `${n > 0 ? "+" : ""}${n} records`);

/** Generations that came into force and sources that became stale, by day. */
export const feedSections = (
  { days, groups }: Asked,
  published: Awaited<ReturnType<typeof publishedBetween>>,
  stale: Awaited<ReturnType<typeof staleSources>>,
): ByDay => {
  const rows = [
    ...published.map(({ id, at, origin, records, before }) => ({
      at,
      name: `generation ${id}`,
      says: `${records} records${before === null ? ", the first" : ` (${signed(records - before)})`}, by ${origin}`,
    })),
    ...stale.map(({ feed, since }) => ({
      at: since,
      name: feed,
      says: "became stale: what it published since is missing",
    })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  return sectionsOf("feed", placed(rows, days, groups), ({ name, says, at }) =>
    entryOf({ name, says, at: at.toISOString(), path: "/feeds" }),
  );
};
