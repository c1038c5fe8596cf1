import { z } from "zod";
import { QUERY_CHARS_MAX } from "../query/language/index.ts";

/** Forms that a widget can have. */
export const WIDGET_KINDS = ["number", "trend", "table", "bar", "heat", "map"] as const;
export type WidgetKind = (typeof WIDGET_KINDS)[number];

/** What a widget counts: findings, or the sum of their risks. */
export const WIDGET_MEASURES = ["findings", "risk"] as const;
export type WidgetMeasure = (typeof WIDGET_MEASURES)[number];

/** What findings are grouped by; `day` is the day (UTC) on which they were first seen. */
export const WIDGET_GROUPS = ["severity", "ecosystem", "package", "advisory", "asset", "label", "kind", "day"] as const;
export type WidgetGroup = (typeof WIDGET_GROUPS)[number];

/** What stands across a heat map. */
export const HEAT_COLUMNS = ["severity", "day"] as const;
export type HeatColumn = (typeof HEAT_COLUMNS)[number];

/** Columns of the grid that widgets stand on. */
export const GRID_COLUMNS = 12;
/** Rows of the grid. */
export const GRID_ROWS_MAX = 200;
/** Rows of the grid that one widget takes at most. */
export const WIDGET_HEIGHT_MAX = 20;
/** Widgets of one dashboard. */
export const WIDGETS_MAX = 40;
/** Groups that one widget shows at most. */
export const WIDGET_ROWS_MAX = 50;
/** Days that a trend looks back at most. */
export const WIDGET_DAYS_MAX = 365;

/** What a widget asks for: the same words as the route of figures takes. */
export const widgetAsks = {
  /** In the language of queries; of open findings unless it says otherwise. */
  query: z.string().trim().max(QUERY_CHARS_MAX).default(""),
  /** A saved view of findings instead of a query; empty for none. */
  viewId: z.union([z.literal(""), z.uuid()]).default(""),
  measure: z.enum(WIDGET_MEASURES).default("findings"),
  group: z.enum(WIDGET_GROUPS).default("severity"),
  /** Across a heat map. */
  across: z.enum(HEAT_COLUMNS).default("severity"),
  /** Groups to show, largest first. */
  rows: z.coerce.number().int().min(1).max(WIDGET_ROWS_MAX).default(10),
  /** Days back, today included: of a trend, and of what is grouped by day. */
  days: z.coerce.number().int().min(2).max(WIDGET_DAYS_MAX).default(30),
};

/** A widget: where it stands on the grid (0-based, in columns and rows), its form, and what it asks for. */
export const widget = z
  .object({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/, "Use a-z, 0-9 and -, at most 40 characters"),
    kind: z.enum(WIDGET_KINDS),
    title: z.string().trim().max(60).default(""),
    ...widgetAsks,
    x: z
      .number()
      .int()
      .min(0)
      .max(GRID_COLUMNS - 1),
    y: z.number().int().min(0).max(GRID_ROWS_MAX),
    w: z.number().int().min(2).max(GRID_COLUMNS),
    h: z.number().int().min(2).max(WIDGET_HEIGHT_MAX),
  })
  .refine(({ x, w }) => x + w <= GRID_COLUMNS, { message: "The widget stands out of the grid", path: ["w"] });
export type Widget = z.output<typeof widget>;

/** The widgets of one dashboard, each with an id of its own. */
export const widgets = z
  .array(widget)
  .max(WIDGETS_MAX)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, "Two widgets have the same id");
