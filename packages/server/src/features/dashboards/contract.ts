import { widget, widgetAsks, widgets, WIDGET_ROWS_MAX } from "@zerotrace/core/dashboard/widget";
import { ADDING_SOURCES } from "@zerotrace/core/query/language/index";
import { idParam, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { coverage, severityCounts } from "../assets/contract.ts";

const wish = z.object({
  name: z.string().trim().min(1).max(60),
  widgets: widgets.default([]),
  /** Everybody of the company sees it; needs the permission `config:modify`. */
  shared: z.boolean().default(false),
});

export const dashboardRow = z.object({
  id: z.uuid(),
  name: z.string(),
  shared: z.boolean(),
  widgetCount: z.number().int(),
  createdBy: z.string(),
  changedAt: z.string(),
});

export const listDashboards = route({
  method: "GET",
  path: "/api/v1/dashboards",
  summary: "Dashboards: the caller's own and those that are shared, by name",
  permission: "findings:read",
  answer: z.object({ rows: z.array(dashboardRow) }),
});

export const getDashboard = route({
  method: "GET",
  path: "/api/v1/dashboards/:id",
  summary: "A dashboard with its widgets",
  permission: "findings:read",
  params: idParam,
  answer: dashboardRow.extend({ widgets: z.array(widget), revision: z.number().int() }),
});

export const createDashboard = route({
  method: "POST",
  path: "/api/v1/dashboards",
  summary: "Make a dashboard, for oneself or shared with the company",
  permission: "findings:read",
  status: 201,
  body: wish,
  answer: z.object({ id: z.uuid() }),
});

export const changeDashboard = route({
  method: "PUT",
  path: "/api/v1/dashboards/:id",
  summary: "Change a dashboard's name and widgets, share it, or take it back",
  permission: "findings:read",
  params: idParam,
  body: wish.extend({
    revision: z.number().int().min(1).describe("As it was read: a change of somebody else since then is not undone"),
  }),
  answer: z.object({ revision: z.number().int() }),
});

export const deleteDashboard = route({
  method: "DELETE",
  path: "/api/v1/dashboards/:id",
  summary: "Delete a dashboard",
  permission: "findings:read",
  params: idParam,
});

export const figureRow = z.object({
  /** What the query language calls the group: a severity, an id of an asset, a day `YYYY-MM-DD`; empty for none. */
  key: z.string(),
  /** As a person reads it. */
  name: z.string(),
  value: z.number(),
  /** The highest risk in the group, 0..100; of `asset`, `label` and `kind` that of the assets as a whole. */
  risk: z.number(),
});

export const getFigures = route({
  method: "GET",
  path: "/api/v1/figures",
  summary: "Findings of a query as figures: one number, by group, by two groups, or what was open on each day",
  permission: "findings:read",
  query: z.object({
    ...widgetAsks,
    shape: z
      .enum(["total", "groups", "cells", "course"])
      .default("total")
      .describe("One number; by `group`; by `group` and `across`; what was open at the end of each of `days`"),
  }),
  answer: z.object({
    /** All of the query, groups that are not shown included. An asset's finding counts once for each asset in `asset`, `label`, `kind`. */
    total: z.number(),
    /** The highest risk of all. */
    risk: z.number(),
    /** Largest first, but days in their order; at most `rows` (days: `days`). */
    rows: z.array(figureRow).max(Math.max(WIDGET_ROWS_MAX, 365)),
    /** How many groups there are; more than the rows where some are not shown. */
    groupCount: z.number().int(),
    /** Of `cells`: what stands across, in its order, and the values of each row. */
    columns: z.array(z.string()),
    cells: z.array(z.array(z.number())),
    /** The query that was asked, of the saved view where one was named. */
    query: z.string(),
    /** Sources that the query asks of and that were never read: then the figures are not known, and 0 does not mean none. */
    unknown: z.array(z.enum(ADDING_SOURCES)),
    /** When it was counted; answers that were costly are kept for some seconds. */
    at: z.string(),
  }),
});

const boardDay = z.object({ day: z.string(), risk: z.number(), critical: z.number().int(), findingCount: z.number() });

export const getExecutive = route({
  method: "GET",
  path: "/api/v1/executive",
  summary: "What a board asks: risk against the goal, what was fixed and opened, what is overdue, how much is covered",
  permission: "findings:read",
  query: z.object({ days: z.coerce.number().int().min(7).max(365).default(90) }),
  answer: z.object({
    at: z.string(),
    /** The highest risk of any asset, 0..100. */
    risk: z.number(),
    goal: z.object({
      /** Null: none was set. */
      risk: z.number().nullable(),
      /** `YYYY-MM-DD`; null: none was set. */
      day: z.string().nullable(),
      /** Days after which an open critical finding is overdue. */
      overdueDays: z.number().int(),
    }),
    /** Oldest first, today last. */
    trend: z.array(boardDay),
    open: severityCounts,
    /** In the last 30 days. */
    fixed: z.object({ findings: severityCounts, count: z.number().int(), kevCount: z.number().int() }),
    opened: z.object({ findings: severityCounts, count: z.number().int(), kevCount: z.number().int() }),
    /** Open critical findings older than the goal's days. */
    overdue: z.object({ count: z.number().int(), oldestDays: z.number().int().nullable() }),
    assetCount: z.number().int(),
    coverage,
  }),
});

export const routes = {
  listDashboards,
  getDashboard,
  createDashboard,
  changeDashboard,
  deleteDashboard,
  getFigures,
  getExecutive,
};
