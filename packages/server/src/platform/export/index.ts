import { Readable } from "node:stream";
import { reply } from "../http/index.ts";
import { csvLine } from "./csv.ts";
import type { ExportColumn } from "./table.ts";
import { xlsxStream } from "./xlsx.ts";

export type { Cell, ExportColumn } from "./table.ts";

/** Each format with its media type and the ending of its file. */
const FORMATS = {
  csv: { type: "text/csv; charset=utf-8", ending: "csv" },
  json: { type: "application/x-ndjson", ending: "ndjson" },
  xlsx: { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ending: "xlsx" },
} as const;
/** `json` is one object a line. */
export type ExportFormat = keyof typeof FORMATS;

const cellsOf = async function* <Row>(columns: readonly ExportColumn<Row>[], rows: AsyncIterable<Row>) {
  for await (const row of rows) yield columns.map(([, cell]) => cell(row));
};

const csvLines = async function* <Row>(columns: readonly ExportColumn<Row>[], rows: AsyncIterable<Row>) {
  yield csvLine(columns.map(([name]) => name));
  for await (const cells of cellsOf(columns, rows)) yield csvLine(cells);
};

const jsonLines = async function* <Row>(rows: AsyncIterable<Row>) {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
};

/**
 * The answer of an export: rows as they are read, as a file to download that is named by `name`. JSON lines hold the rows
 * themselves, the other formats the columns.
 */
export const exportReply = <Row>(
  name: string,
  format: ExportFormat,
  columns: readonly ExportColumn<Row>[],
  rows: AsyncIterable<Row>,
) => {
  const { type, ending } = FORMATS[format];
  const body =
    format === "csv"
      ? Readable.from(csvLines(columns, rows))
      : format === "json"
        ? Readable.from(jsonLines(rows))
        : Readable.from(
            xlsxStream(
              name,
              columns.map(([head]) => head),
              cellsOf(columns, rows),
            ),
          );
  return reply({
    headers: { "content-type": type, "content-disposition": `attachment; filename="${name}.${ending}"` },
    body,
  });
};

/** Rows page by page until one is not full. `next` answers up to `size` rows after the last of the page before; null at first. */
export const everyPage = async function* <Row>(
  size: number,
  next: (after: Row | null) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  let after: Row | null = null;
  for (;;) {
    const rows: readonly Row[] = await next(after);
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < size || last === undefined) return;
    after = last;
  }
};
