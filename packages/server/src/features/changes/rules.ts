import { printQuery, type Term } from "@zerotrace/core/query/language/index";
import type { z } from "zod";
import type { changeEntry, changeSection, listChanges } from "./contract.ts";
import type { Day } from "./days.ts";
import type { GroupRecord } from "./sql.ts";

export type Entry = z.output<typeof changeEntry>;
export type Section = z.output<typeof changeSection>;
export type Changes = z.output<typeof listChanges.answer>;
export type Kind = Section["kind"];

/** Values that one term of a query takes here: it stays short enough to be read. */
const NAMES_MAX = 40;

const term = (field: string, op: Term["op"], values: readonly string[]): string =>
  printQuery({ kind: "term", at: 0, length: 0, field, op, values });

/** A moment as the language of queries has it: a day where one begins in UTC. */
const momentText = (at: Date): string => {
  const text = at.toISOString();
  if (text.endsWith("T00:00:00.000Z")) return text.slice(0, 10);
  return text.endsWith(":00.000Z") ? `${text.slice(0, 16)}Z` : text;
};

/** A time of findings as a query; what lies open to now has no end, so that the list goes on. */
const timeQuery = (field: string, { from, until }: Pick<Day, "from" | "until">, isOpenEnded: boolean): string =>
  [term(field, ">=", [momentText(from)]), ...(isOpenEnded ? [] : [term(field, "<", [momentText(until)])])].join(" ");

/** New findings that matter, as a query. */
export const matterQuery = (span: Pick<Day, "from" | "until">, isOpenEnded: boolean): string =>
  `${timeQuery("seen", span, isOpenEnded)} (kev:true OR severity:critical OR epss>=10%)`;

const FIELDS = { opened: "seen", reopened: "reopened", fixed: "fixed" } as const;

/** The query of the findings behind a kind; null for kinds that are none of findings, or of which advisories are not named. */
export const queryOfKind = (
  kind: Kind,
  span: Pick<Day, "from" | "until">,
  { isOpenEnded, names = [] }: { readonly isOpenEnded: boolean; readonly names?: readonly string[] },
): string | null => {
  if (kind === "opened") return `${timeQuery(FIELDS[kind], span, isOpenEnded)} status:all`;
  if (kind === "reopened" || kind === "fixed") return timeQuery(FIELDS[kind], span, isOpenEnded);
  if ((kind !== "kev" && kind !== "epss") || names.length === 0) return null;
  return term("advisory", ":", names.slice(0, NAMES_MAX));
};

const PATHS: Readonly<Partial<Record<Kind, string>>> = {
  asset_new: "/assets?sort=seen",
  asset_silent: "/assets?sort=seen",
  inventory: "/assets?sort=seen",
  agent: "/agents",
  decision: "/audit?action=decision.*",
  feed: "/feeds",
};
/** The page of the dashboard behind a kind; null for findings. */
export const pathOfKind = (kind: Kind): string | null => PATHS[kind] ?? null;

const round = (n: number | null, digits: number): number | null => (n === null ? null : Number(n.toFixed(digits)));

/** An entry with what it does not say left empty. */
export const entryOf = (given: Pick<Entry, "name" | "says"> & Partial<Entry>): Entry => ({
  at: null,
  severity: null,
  isKev: false,
  epss: null,
  epssBefore: null,
  packages: [],
  findingCount: null,
  assetCount: null,
  query: null,
  path: null,
  ...given,
});

/** Findings of an advisory as an entry; `query` leads to these alone. */
export const findingEntry = (
  group: Omit<GroupRecord, "n" | "dayCount" | "dayMatter" | "dayGroups">,
  given: { readonly query: string; readonly assetCount: number | null; readonly at: Date | null },
): Entry =>
  entryOf({
    name: group.advisory,
    says: group.summary,
    severity: group.severity,
    isKev: group.isKev,
    epss: round(group.epss, 5),
    packages: group.packages,
    findingCount: group.findingCount,
    assetCount: given.assetCount,
    query: `${term("advisory", ":", [group.advisory])} ${given.query}`.trim(),
    at: given.at?.toISOString() ?? null,
  });

/** A section of a day, from its entries. */
export const sectionOf = (
  kind: Kind,
  entries: readonly Entry[],
  given: {
    readonly count: number;
    readonly isExact: boolean;
    readonly entryCount: number;
    readonly query: string | null;
  },
): Section => ({
  kind,
  count: given.count,
  isExact: given.isExact,
  query: given.query,
  path: given.query === null ? pathOfKind(kind) : null,
  entries: [...entries],
  moreCount: Math.max(0, given.entryCount - entries.length),
});
