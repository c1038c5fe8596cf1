import type { ReactNode } from "react";
import { say } from "../texts.ts";
import { shortFigure, tint } from "./scale.ts";

export interface HeatRow {
  readonly key: string;
  readonly name: ReactNode;
  readonly text: string;
  readonly cells: readonly number[];
}

export interface HeatColumn {
  readonly key: string;
  readonly name: ReactNode;
  /** A color of the theme, such as `--critical`. */
  readonly color: string;
}

/** Groups by what stands across: a table whose cells are tinted by their figure, each against the largest of its column's color. */
export const Heat = ({
  label,
  corner,
  columns,
  rows,
}: {
  label: string;
  /** Head of the groups. */
  corner: string;
  columns: readonly HeatColumn[];
  rows: readonly HeatRow[];
}) => {
  const most = Math.max(1, ...rows.flatMap((row) => row.cells));
  // roots, so that one large group does not leave all others without a tint
  const part = (value: number): number => Math.sqrt(value / most);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="h-full overflow-auto" tabIndex={0} aria-label={say("Figures of {label}", { label })}>
      <table className="mono w-full border-separate border-spacing-0.5 text-sm">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="text-xs text-dim">
            <th scope="col" className="text-left font-medium">
              {corner}
            </th>
            {columns.map((column) => (
              <th key={column.key} scope="col" className="px-1 font-medium">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" title={row.text} className="max-w-40 truncate pr-2 text-left font-normal">
                {row.name}
              </th>
              {row.cells.map((value, i) => (
                <td
                  key={columns[i]?.key ?? i}
                  className={`h-7 px-1 text-center whitespace-nowrap ${value === 0 ? "text-dim" : ""}`}
                  style={{ background: tint(columns[i]?.color ?? "--text", part(value)) }}
                >
                  {shortFigure(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
