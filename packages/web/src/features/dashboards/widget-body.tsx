import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Widget } from "@zerotrace/core/dashboard/widget";
import type { ReactNode } from "react";
import { type Figures, queries, type Severity } from "../../api.ts";
import { Bars, DayColumns, type Group } from "../../ui/charts/bars.tsx";
import { Heat } from "../../ui/charts/heat.tsx";
import { dayText, figure } from "../../ui/charts/scale.ts";
import { TreeMap } from "../../ui/charts/tree-map.tsx";
import { Trend } from "../../ui/charts/trend.tsx";
import { count, decimal } from "../../ui/format.ts";
import { SEVERITY_BACKGROUND, SeverityMark } from "../../ui/severity.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { GROUPS, queryOfGroup, titleOf, UNITS } from "./words.ts";

type Row = Figures["rows"][number];

const isSeverity = (key: string): key is Severity => key in SEVERITY_BACKGROUND;

/** What a group is called for a reader. */
const textOf = (widget: Widget, row: Row): string => {
  if (widget.group === "day") return dayText(row.key);
  if (widget.group === "severity" || widget.group === "kind") return told(row.key);
  if (row.name !== "") return row.name;
  return widget.group === "label" ? say("no label") : say("not said");
};

/** A group with the link to its list. */
const GroupLink = ({ widget, row, query }: { widget: Widget; row: Row; query: string }) => (
  <Link to="/findings" search={{ query: queryOfGroup(query, widget.group, row.key) }} className="hover:text-accent">
    {widget.group === "severity" && isSeverity(row.key) ? (
      <SeverityMark severity={row.key} label />
    ) : (
      textOf(widget, row)
    )}
  </Link>
);

const groupsOf = (widget: Widget, { rows, query }: Figures): (Group & { readonly risk: number })[] =>
  rows.map((row) => ({
    key: row.key,
    text: textOf(widget, row),
    name: <GroupLink widget={widget} row={row} query={query} />,
    value: row.value,
    risk: row.risk,
    ground: widget.group === "severity" && isSeverity(row.key) ? SEVERITY_BACKGROUND[row.key] : undefined,
  }));

const NumberBody = ({ widget, figures }: { widget: Widget; figures: Figures }) => (
  <div className="flex h-full flex-col justify-center">
    <Link
      to="/findings"
      search={{ query: figures.query || undefined }}
      className="widget-number mono leading-none font-semibold hover:text-accent"
    >
      {figure(figures.total)}
    </Link>
    <span className="mt-2 text-sm text-dim">
      {figures.total > 0
        ? say("{unit}, highest risk {risk}", { unit: UNITS[widget.measure], risk: decimal(figures.risk) })
        : UNITS[widget.measure]}
    </span>
  </div>
);

const TableBody = ({ widget, figures }: { widget: Widget; figures: Figures }) => {
  const label = titleOf(widget);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="h-full overflow-auto" tabIndex={0} aria-label={say("Figures of {label}", { label })}>
      <table className="chart-table mono w-full text-sm">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            <th scope="col" className="text-left">
              {GROUPS[widget.group]}
            </th>
            <th scope="col" className="text-right">
              {UNITS[widget.measure]}
            </th>
            <th scope="col" className="text-right">
              {say("highest risk")}
            </th>
          </tr>
        </thead>
        <tbody>
          {figures.rows.map((row) => (
            <tr key={row.key}>
              <td className="wrap-anywhere">
                <GroupLink widget={widget} row={row} query={figures.query} />
              </td>
              <td className="text-right">{figure(row.value)}</td>
              <td className="text-right">{decimal(row.risk)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

const HeatBody = ({ widget, figures }: { widget: Widget; figures: Figures }) => (
  <Heat
    label={titleOf(widget)}
    corner={GROUPS[widget.group]}
    columns={figures.columns.map((key) => ({
      key,
      name: isSeverity(key) ? <SeverityMark severity={key} /> : dayText(key),
      color: isSeverity(key) ? `--${key === "none" ? "unknown" : key}` : "--text",
    }))}
    rows={figures.rows.map((row, i) => ({
      key: row.key,
      text: textOf(widget, row),
      name: <GroupLink widget={widget} row={row} query={figures.query} />,
      cells: figures.cells[i] ?? [],
    }))}
  />
);

/** What was never read has no figures: 0 would be a guess. */
const Unknown = ({ sources }: { sources: Figures["unknown"] }) => (
  <div className="flex h-full flex-col justify-center">
    <span className="text-2xl font-semibold text-dim">{say("unknown")}</span>
    <span className="mt-2 text-sm text-dim">
      {sources.includes("kev") ? say("No KEV catalog was read") : say("No EPSS scores were read")}
    </span>
    <Link to="/feeds" className="link text-sm">
      {say("See the feeds")}
    </Link>
  </div>
);

const Picture = ({ widget, figures }: { widget: Widget; figures: Figures }): ReactNode => {
  const unit = UNITS[widget.measure];
  const label = titleOf(widget);
  if (widget.kind === "number") return <NumberBody widget={widget} figures={figures} />;
  if (widget.kind === "trend") {
    return <Trend label={label} unit={unit} points={figures.rows.map(({ key, value }) => ({ day: key, value }))} />;
  }
  if (figures.total === 0) {
    return (
      <p className="text-sm text-dim">
        {say("Nothing open answers this query now. As soon as something does, it is shown here.")}
      </p>
    );
  }
  if (widget.kind === "table") return <TableBody widget={widget} figures={figures} />;
  if (widget.kind === "heat") return <HeatBody widget={widget} figures={figures} />;
  const groups = groupsOf(widget, figures);
  if (widget.kind === "map") {
    return <TreeMap label={label} unit={unit} groups={groups} ratio={Math.max(0.5, widget.w / widget.h) * 1.6} />;
  }
  return widget.group === "day" ? (
    <DayColumns label={label} unit={unit} groups={groups} />
  ) : (
    <Bars label={label} unit={unit} groups={groups} />
  );
};

/** What is not shown, so that a part is not taken for all. */
const Rest = ({ widget, figures }: { widget: Widget; figures: Figures }) => {
  const hasGroups = widget.kind !== "number" && widget.kind !== "trend" && widget.group !== "day";
  if (!hasGroups || figures.groupCount <= figures.rows.length) return null;
  return (
    <p className="mt-1 text-xs text-dim">
      {say("The {shown} largest of {all}", { shown: count(figures.rows.length), all: count(figures.groupCount) })}
    </p>
  );
};

/** The figures of a widget, asked for as long as it is shown. */
export const WidgetBody = ({ widget }: { widget: Widget }) => {
  const figures = useQuery(queries.figures(widget));
  if (figures.data) {
    return (
      <div className="flex h-full flex-col">
        {figures.error && (
          <p className="text-xs text-warn">{say("Not renewed: {why}", { why: figures.error.message })}</p>
        )}
        <div className="min-h-0 flex-1">
          {figures.data.unknown.length > 0 ? (
            <Unknown sources={figures.data.unknown} />
          ) : (
            <Picture widget={widget} figures={figures.data} />
          )}
        </div>
        <Rest widget={widget} figures={figures.data} />
      </div>
    );
  }
  if (figures.error) return <ErrorPanel error={figures.error} retry={() => void figures.refetch()} />;
  return <Block className="h-full min-h-12 w-full" />;
};
