import { DECISION_STATES, type DecisionState } from "@zerotrace/core/decision/decision";
import { FIX_STATES, type FixState } from "@zerotrace/core/fix/work";
import type { AuditSearch, Sort } from "./api.ts";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const oneOf = <T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T =>
  allowed.find((a) => a === value) ?? otherwise;

export type FindingsView = "rows" | "fixes" | "advisories";
export interface FindingsSearch {
  /** In the language of queries: what the prompt shows. */
  query?: string;
  sort?: Sort;
  view?: FindingsView;
  /** Heads of the columns that are shown, between commas. */
  columns?: string;
}

/** Keeps what the findings page understands of a URL. */
export const findingsSearch = (search: Record<string, unknown>): FindingsSearch => {
  const sort = oneOf<Sort>(search["sort"], ["risk", "seen", "package", "epss"], "risk");
  const view = oneOf<FindingsView>(search["view"], ["rows", "fixes", "advisories"], "rows");
  return {
    query: text(search["query"]),
    sort: sort === "risk" ? undefined : sort,
    view: view === "rows" ? undefined : view,
    columns: text(search["columns"]),
  };
};

export type FixesView = "all" | "work" | "speed";
export interface FixesSearch {
  /** In the language of queries: what the prompt shows. */
  query?: string | undefined;
  view?: FixesView | undefined;
  state?: FixState | undefined;
}

export interface AssetsSearch {
  q?: string;
  sort?: "name" | "seen";
  label?: string;
  columns?: string;
}

/** Keeps a word that is looked for. */
export const wordSearch = (search: Record<string, unknown>): { q?: string } => ({ q: text(search["q"]) });

const ASSET_TABS = ["findings", "inventory", "changes", "compare", "trend", "coverage", "facts"] as const;
export type AssetTab = (typeof ASSET_TABS)[number];
export interface AssetSearch {
  tab?: AssetTab;
  q?: string;
  from?: string;
  to?: string;
}
const TAG_STATES = ["waiting", "scanning", "scanned", "failed", "gone", "unwatched"] as const;
export type TagState = (typeof TAG_STATES)[number];
const FIXES_VIEWS = ["work", "speed"] as const;
/** Keeps what the list of assets understands of a URL. */
export const assetsSearch = (s: Record<string, unknown>): AssetsSearch => {
  const sort = oneOf(s["sort"], ["risk", "name", "seen"] as const, "risk");
  return {
    ...wordSearch(s),
    label: text(s["label"]),
    sort: sort === "risk" ? undefined : sort,
    columns: text(s["columns"]),
  };
};

/** Keeps what an asset's page understands of a URL. */
export const assetSearch = (s: Record<string, unknown>): AssetSearch => {
  const tab = oneOf(s["tab"], ASSET_TABS, "findings");
  return { ...wordSearch(s), from: text(s["from"]), to: text(s["to"]), tab: tab === "findings" ? undefined : tab };
};

/** Keeps what the page of fixes understands of a URL. */
export const fixesSearch = (s: Record<string, unknown>): FixesSearch => ({
  query: text(s["query"]),
  view: FIXES_VIEWS.find((view) => view === s["view"]),
  state: FIX_STATES.find((state) => state === s["state"]),
});

/** Keeps what the list of decisions understands of a URL. */
export const decisionsSearch = (s: Record<string, unknown>): { state?: DecisionState } => ({
  state: DECISION_STATES.find((state) => state === s["state"]),
});

/** Keeps what the audit trail understands of a URL. */
export const auditSearch = (s: Record<string, unknown>): AuditSearch => ({
  action: text(s["action"]),
  actor: text(s["actor"]),
  target: text(s["target"]),
});

/** Keeps what a registry's page understands of a URL. */
export const registrySearch = (s: Record<string, unknown>): { state?: TagState } => ({
  state: TAG_STATES.find((state) => state === s["state"]),
});
