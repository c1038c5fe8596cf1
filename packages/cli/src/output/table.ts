import Table from "cli-table3";
import { printable } from "./style.ts";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** One column: its title and how it stands. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A table of plain columns that pipes well: two spaces between, no lines. `paint` colors a cell after its width is known. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: (column: number, row: number, text: string) => string = (_column, _row, text) => text,
): string => {
  const made = new Table({
    head: columns.map((c) => c.title),
    chars: NO_LINES,
    colAligns: columns.map((c) => c.align ?? "left"),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  made.push(...rows.map((cells, row) => cells.map((cell, column) => paint(column, row, printable(cell)))));
  return `${made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
};
