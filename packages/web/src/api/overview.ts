import { queryOptions } from "@tanstack/react-query";
import type { Widget, WidgetKind } from "@zerotrace/core/dashboard/widget";
import { standingOf } from "../ui/standing.ts";
import { SESSION, call, contract, forgetAllBut } from "./client.ts";
import { POLL_MS, SYNCING_POLL_MS } from "./paged.ts";
import type { SavedView, Session } from "./types.ts";

/** Figures that are older than this stand in for those that the server is making. */
const STAND_IN_MS = 90_000;
const STAND_IN_POLL_MS = 5_000;

/** When figures made at this time are asked for again. */
const nextAfter = (at: string | undefined): number =>
  at !== undefined && Date.now() - Date.parse(at) > STAND_IN_MS ? STAND_IN_POLL_MS : POLL_MS;

/** The shape of figures that each form of widget draws. */
const SHAPES = {
  number: "total",
  trend: "course",
  table: "groups",
  bar: "groups",
  heat: "cells",
  map: "groups",
} as const satisfies Record<WidgetKind, string>;

/** What a saved view of assets asks for: `label:NAME` first, where it has one, then part of a name. */
export const assetsWords = (query: string): { q: string; label?: string } => {
  const [, label, q = ""] = /^label:(\S+)\s*(.*)$/.exec(query) ?? [];
  return label === undefined ? { q: query } : { q, label };
};

/** What stands above the lists: the session, sums, feeds, views and dashboards. */
export const overviewQueries = {
  session: () =>
    queryOptions({
      queryKey: SESSION,
      queryFn: async ({ client }) => {
        const before = client.getQueryData<Session>(SESSION);
        const now = await call(contract.sessions.getSession);
        if (before && standingOf(before) !== standingOf(now)) forgetAllBut(client, "session");
        return now;
      },
      staleTime: Infinity,
      // another tab may have gone to another company meanwhile
      refetchOnWindowFocus: "always",
    }),
  stats: () =>
    queryOptions({
      queryKey: ["stats"],
      queryFn: () => call(contract.stats.getStats),
      refetchInterval: (q) => ((q.state.data?.pendingJobs ?? 0) > 0 ? SYNCING_POLL_MS * 3 : POLL_MS),
    }),
  feeds: () =>
    queryOptions({
      queryKey: ["feeds"],
      queryFn: () => call(contract.feeds.getFeeds),
      refetchInterval: (q) => (q.state.data?.syncing ? SYNCING_POLL_MS : POLL_MS),
    }),
  coverage: (assetId?: string) =>
    queryOptions({
      queryKey: ["coverage", assetId ?? ""],
      queryFn: () => call(contract.feeds.getCoverage, { query: { assetId } }),
    }),
  jobs: () => queryOptions({ queryKey: ["jobs"], queryFn: () => call(contract.jobs.listJobs), refetchInterval: 5_000 }),
  views: () => queryOptions({ queryKey: ["views"], queryFn: () => call(contract.views.listViews) }),
  viewCount: ({ noun, query }: Pick<SavedView, "noun" | "query">) =>
    queryOptions({
      queryKey: ["view-count", noun, query],
      queryFn: async () => {
        const asked =
          noun === "findings"
            ? call(contract.findings.listFindings, { query: { query, limit: 1 } })
            : noun === "assets"
              ? call(contract.assets.listAssets, { query: { ...assetsWords(query), limit: 1 } })
              : call(contract.assets.listComponents, { query: { q: query, limit: 1 } });
        const { count, countIsExact } = await asked;
        return { count, countIsExact };
      },
    }),
  dashboards: () => queryOptions({ queryKey: ["dashboards"], queryFn: () => call(contract.dashboards.listDashboards) }),
  dashboard: (id: string) =>
    queryOptions({
      queryKey: ["dashboards", id],
      queryFn: () => call(contract.dashboards.getDashboard, { params: { id } }),
    }),
  figures: ({ kind, query, viewId, measure, group, across, rows, days }: Widget) => {
    const asked = { shape: SHAPES[kind], query, viewId, measure, group, across, rows, days };
    return queryOptions({
      queryKey: ["figures", asked],
      queryFn: () => call(contract.dashboards.getFigures, { query: asked }),
      refetchInterval: (q) => nextAfter(q.state.data?.at),
    });
  },
  executive: (days: number) =>
    queryOptions({
      queryKey: ["executive", days],
      queryFn: () => call(contract.dashboards.getExecutive, { query: { days } }),
    }),
};
