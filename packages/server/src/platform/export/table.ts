/** What stands in a cell. Text is text for ever: no format makes a formula of it. */
export type Cell = string | number | null;

/** A column of an export: its name and what a row has there. */
export type ExportColumn<Row> = readonly [name: string, cell: (row: Row) => Cell];
