import type { ReactNode } from "react";
import { say } from "../texts.ts";
import { Chart } from "./chart.tsx";
import { figure, shortFigure } from "./scale.ts";

/** A group of a chart. */
export interface Group {
  readonly key: string;
  /** As it is read, with its link where it opens something. */
  readonly name: ReactNode;
  /** The same as plain text. */
  readonly text: string;
  readonly value: number;
  /** Class of the bar's ground; gray without. */
  readonly ground?: string | undefined;
}

/** Groups as bars from zero, each named and with its figure. */
export const Bars = ({ label, groups, unit }: { label: string; groups: readonly Group[]; unit: string }) => {
  const most = Math.max(1, ...groups.map((g) => g.value));
  const rows = groups.map((g) => ({ key: g.key, cells: [g.name, figure(g.value)] }));
  return (
    <Chart label={label} table={{ heads: [say("Group"), unit], rows }}>
      <ul
        className="grid max-h-full grid-cols-[fit-content(45%)_minmax(32px,1fr)_auto] content-start gap-x-3 gap-y-1 overflow-auto"
        aria-label={label}
      >
        {groups.map((g) => (
          <li key={g.key} className="col-span-3 grid grid-cols-subgrid items-center text-sm">
            <span className="mono truncate" title={g.text}>
              {g.name}
            </span>
            <span className="h-2.5 bg-raised" aria-hidden="true">
              <span
                className={`block h-2.5 ${g.ground ?? "bg-dim"}`}
                style={{ width: `${(g.value / most) * 100}%`, minWidth: g.value > 0 ? 2 : 0 }}
              />
            </span>
            <span className="mono min-w-10 text-right" title={figure(g.value)}>
              {shortFigure(g.value)}
            </span>
          </li>
        ))}
      </ul>
    </Chart>
  );
};

/** Values by day as columns over a zero line. */
export const DayColumns = ({ label, groups, unit }: { label: string; groups: readonly Group[]; unit: string }) => {
  const most = Math.max(1, ...groups.map((g) => g.value));
  const rows = groups.toReversed().map((g) => ({ key: g.key, cells: [g.name, figure(g.value)] }));
  return (
    <Chart label={label} table={{ heads: [say("Day"), unit], rows }}>
      <div className="flex h-full min-h-20 flex-col">
        <div className="flex min-h-0 flex-1 items-end gap-px border-b border-edge" aria-hidden="true">
          {groups.map((g, i) => (
            <span
              key={g.key}
              title={`${g.text}: ${figure(g.value)}`}
              className={`min-w-0 flex-1 ${i === groups.length - 1 ? "bg-accent" : "bg-dim"}`}
              style={{ height: `${(g.value / most) * 100}%`, minHeight: g.value > 0 ? 2 : 0 }}
            />
          ))}
        </div>
        <div className="mono mt-1 flex justify-between text-xs text-dim">
          <span>{groups[0]?.text}</span>
          <span>{say("most in a day: {most}", { most: figure(groups.length === 0 ? 0 : most) })}</span>
          <span>{say("today")}</span>
        </div>
      </div>
    </Chart>
  );
};
