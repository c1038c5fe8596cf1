import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { idParam, route } from "@zerotrace/core/schema";
import { z } from "zod";

/** Lists that a view can be of, with the orders and forms of each. */
export const VIEW_NOUNS = {
  findings: { sorts: ["risk", "seen", "package", "epss"], views: ["rows", "fixes", "advisories"] },
  assets: { sorts: ["risk", "name", "seen"], views: [] },
  components: { sorts: [], views: [] },
} as const satisfies Readonly<Record<string, { sorts: readonly string[]; views: readonly string[] }>>;
export type ViewNoun = keyof typeof VIEW_NOUNS;

/** Columns of a list that a view may name. */
const COLUMNS_MAX = 30;

const noun = z.enum(["findings", "assets", "components"]);
const wish = z.object({
  name: z.string().trim().min(1).max(60),
  /** What the prompt says: of findings in the language of queries. */
  query: z.string().trim().max(QUERY_CHARS_MAX).default(""),
  /** Of the list; empty for its usual one. */
  sort: z.string().max(20).default(""),
  view: z.string().max(20).default(""),
  /** By their heads; empty for those that each browser shows. */
  columns: z.array(z.string().min(1).max(40)).max(COLUMNS_MAX).default([]),
  /** Everybody of the company sees it; needs the permission `config:modify`. */
  shared: z.boolean().default(false),
});

export const viewRow = z.object({
  id: z.uuid(),
  noun,
  name: z.string(),
  query: z.string(),
  sort: z.string(),
  view: z.string(),
  columns: z.array(z.string()),
  shared: z.boolean(),
  createdBy: z.string(),
  changedAt: z.string(),
});

export const listViews = route({
  method: "GET",
  path: "/api/v1/views",
  summary: "Saved views: the caller's own and those that are shared, by name",
  permission: "assets:read",
  answer: z.object({ rows: z.array(viewRow) }),
});

export const createView = route({
  method: "POST",
  path: "/api/v1/views",
  summary: "Save a view of a list, for oneself or shared with the company",
  permission: "assets:read",
  status: 201,
  body: wish.extend({ noun }),
  answer: z.object({ id: z.uuid() }),
});

export const changeView = route({
  method: "PUT",
  path: "/api/v1/views/:id",
  summary: "Change a view, share it, or take it back",
  permission: "assets:read",
  params: idParam,
  body: wish,
});

export const deleteView = route({
  method: "DELETE",
  path: "/api/v1/views/:id",
  summary: "Delete a view",
  permission: "assets:read",
  params: idParam,
});

export const routes = { listViews, createView, changeView, deleteView };
