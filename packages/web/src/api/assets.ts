import { queryOptions } from "@tanstack/react-query";
import { call, contract } from "./client.ts";
import { PAGE_ROWS, POLL_MS, SYNCING_POLL_MS, pages } from "./paged.ts";
import type { RegistryTag } from "./types.ts";

const limit = PAGE_ROWS;

/** What is protected, and what is in it. */
export const assetsQueries = {
  assets: (q: string, sort: "risk" | "name" | "seen", label?: string) =>
    pages(["assets", q, sort, label ?? ""], (cursor) =>
      call(contract.assets.listAssets, { query: { q, sort, label, limit, cursor } }),
    ),
  asset: (id: string) =>
    queryOptions({ queryKey: ["asset", id], queryFn: () => call(contract.assets.getAsset, { params: { id } }) }),
  assetComponents: (id: string, q: string) =>
    pages(["asset", id, "components", q], (cursor) =>
      call(contract.assets.listAssetComponents, { params: { id }, query: { q, limit, cursor } }),
    ),
  assetDeltas: (id: string) =>
    pages(["asset", id, "deltas"], (cursor) =>
      call(contract.assets.listAssetDeltas, { params: { id }, query: { limit, cursor } }),
    ),
  assetDiff: (id: string, from: string, to: string) =>
    queryOptions({
      queryKey: ["asset", id, "diff", from, to],
      queryFn: () => call(contract.assets.getAssetDiff, { params: { id }, query: { from, to } }),
    }),
  assetTrend: (id: string, days: number) =>
    queryOptions({
      queryKey: ["asset", id, "trend", days],
      queryFn: () => call(contract.stats.getAssetTrend, { params: { id }, query: { days } }),
    }),
  uploads: () => pages(["uploads"], (cursor) => call(contract.uploads.listUploads, { query: { limit, cursor } })),
  registries: () =>
    queryOptions({
      queryKey: ["registries"],
      queryFn: () => call(contract.registries.listRegistries),
      refetchInterval: (q) =>
        q.state.data?.rows.some((r) => r.looking || r.tags.waiting + r.tags.scanning > 0)
          ? SYNCING_POLL_MS * 2
          : POLL_MS,
    }),
  registryTags: (id: string, state: RegistryTag["state"] | undefined) =>
    pages(["registries", id, state ?? ""], (cursor) =>
      call(contract.registries.listRegistryTags, { params: { id }, query: { state, limit, cursor } }),
    ),
  components: (q: string) =>
    pages(["components", q], (cursor) => call(contract.assets.listComponents, { query: { q, limit, cursor } })),
  agents: () => pages(["agents"], (cursor) => call(contract.agents.listAgents, { query: { limit, cursor } })),
};
