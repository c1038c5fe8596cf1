import type { HeatColumn, Widget, WidgetGroup, WidgetKind, WidgetMeasure } from "@zerotrace/core/dashboard/widget";
import { FINDING_FIELDS, parseQuery, printQuery, queryOf } from "@zerotrace/core/query/language/index";
import { say } from "../../ui/texts.ts";

/** Forms of widgets, each with what it is good for. */
export const KINDS: Readonly<Record<WidgetKind, { readonly name: string; readonly says: string }>> = {
  number: { name: say("Number"), says: say("one figure, large") },
  trend: { name: say("Trend"), says: say("what was open on each day") },
  bar: { name: say("Bars"), says: say("groups by size") },
  table: { name: say("Table"), says: say("groups with findings and highest risk") },
  heat: { name: say("Heat map"), says: say("groups by severity or by day") },
  map: { name: say("Map of risk"), says: say("groups as areas, tinted by risk") },
};

export const GROUPS: Readonly<Record<WidgetGroup, string>> = {
  severity: say("severity"),
  ecosystem: say("ecosystem"),
  package: say("package"),
  advisory: say("advisory"),
  asset: say("asset"),
  label: say("label"),
  kind: say("kind of asset"),
  day: say("day first seen"),
};

export const MEASURES: Readonly<Record<WidgetMeasure, string>> = {
  findings: say("number of findings"),
  risk: say("sum of their risks"),
};

/** The unit of a measure, below a figure and as the head of a table. */
export const UNITS: Readonly<Record<WidgetMeasure, string>> = {
  findings: say("findings"),
  risk: say("points of risk"),
};

export const ACROSS: Readonly<Record<HeatColumn, string>> = { severity: say("severity"), day: say("day first seen") };

const FIELDS: Readonly<Record<WidgetGroup, string>> = {
  severity: "severity",
  ecosystem: "ecosystem",
  package: "package",
  advisory: "advisory",
  asset: "asset",
  label: "label",
  kind: "kind",
  day: "seen",
};

/** The query of one group: what the widget asks for, and that group. A group without a name, such as no label, narrows nothing. */
export const queryOfGroup = (query: string, group: WidgetGroup, key: string): string => {
  const own = key === "" ? "" : queryOf({ [FIELDS[group]]: key });
  const { node } = parseQuery(query, FINDING_FIELDS);
  const asked = node?.kind === "or" ? `(${printQuery(node)})` : query.trim();
  return [asked, own].filter((part) => part !== "").join(" ");
};

/** What a widget is called: its title, or what it shows. */
export const titleOf = (widget: Widget): string => {
  if (widget.title !== "") return widget.title;
  if (widget.kind === "number") return widget.measure === "risk" ? say("Sum of risk") : say("Findings");
  if (widget.kind === "trend") return say("Open by day");
  return say("Findings by {group}", { group: GROUPS[widget.group] });
};
