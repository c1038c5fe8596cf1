import type { Widget } from "@zerotrace/core/dashboard/widget";
import { say } from "../../ui/texts.ts";
import { bottomOf } from "./grid.ts";

const ASKS = {
  title: "",
  query: "",
  viewId: "",
  measure: "findings",
  group: "severity",
  across: "severity",
  rows: 10,
  days: 30,
} as const;

let made = 0;
/** An id that no other widget of the page has. */
const newId = (): string => `w${Date.now().toString(36)}${(made++).toString(36)}`;

/** A new widget below all others. */
export const newWidget = (widgets: readonly Widget[]): Widget => ({
  ...ASKS,
  id: newId(),
  kind: "bar",
  x: 0,
  y: bottomOf(widgets),
  w: 6,
  h: 5,
});

const of = (more: Partial<Widget> & Pick<Widget, "kind" | "x" | "y" | "w" | "h">): Widget => ({
  ...ASKS,
  id: newId(),
  ...more,
});

/** What a new dashboard can start with. */
export const STARTERS: readonly { readonly id: string; readonly name: string; readonly widgets: () => Widget[] }[] = [
  {
    id: "morning",
    name: say("A morning: what is open, where, and since when"),
    widgets: () => [
      of({ kind: "number", title: say("Critical"), query: "severity:critical", x: 0, y: 0, w: 3, h: 3 }),
      of({ kind: "number", title: say("Known to be exploited"), query: "kev:true", x: 3, y: 0, w: 3, h: 3 }),
      of({ kind: "number", title: say("With a fix"), query: "fix:yes", x: 6, y: 0, w: 3, h: 3 }),
      of({ kind: "number", title: say("New in 7 days"), query: "seen:7d", x: 9, y: 0, w: 3, h: 3 }),
      of({ kind: "trend", title: say("Open findings"), x: 0, y: 3, w: 6, h: 5 }),
      of({ kind: "bar", title: say("By severity"), x: 6, y: 3, w: 6, h: 5 }),
      of({ kind: "map", title: say("Where the risk is"), group: "label", rows: 30, x: 0, y: 8, w: 6, h: 6 }),
      of({ kind: "heat", title: say("Labels by severity"), group: "label", x: 6, y: 8, w: 6, h: 6 }),
      of({ kind: "table", title: say("Packages"), group: "package", measure: "risk", x: 0, y: 14, w: 12, h: 6 }),
    ],
  },
  { id: "empty", name: say("Nothing: I add each widget"), widgets: () => [] },
];
