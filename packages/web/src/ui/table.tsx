import type { UseInfiniteQueryResult, InfiniteData } from "@tanstack/react-query";
import { memo, type ReactNode, useCallback, useState } from "react";
import { atLeast, count, plural } from "./format.ts";
import { singular } from "./singular.ts";
import { say } from "./texts.ts";
import { useKeys, useMedia } from "./hooks.ts";
import { ErrorPanel, RowsSkeleton } from "./states.tsx";
import { useFocusedRow, useRowWindow } from "./table-window.ts";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** The head is there for readers alone. */
  readonly hidesHead?: boolean;
  /** CSS width of the column; the rest is shared by those without. */
  readonly width?: string;
  readonly className?: string;
  /** Said before the value where a row is a card (under 1000 px: a window of 1440 px at 200 % too). */
  readonly label?: string;
}

interface Page<Row> {
  rows: Row[];
  next: string | null;
  count: number;
  countIsExact: boolean;
}
export type Pages<Row> = UseInfiniteQueryResult<InfiniteData<Page<Row>>>;

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** Height of a row as a card, in pixels. */
  readonly cardHeight?: number;
  /** Rows of 26 instead of 32 pixels, where they are no cards. */
  readonly isCompact?: boolean;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (key: string) => void;
  /** Keys of rows that just came in. */
  readonly arrived?: ReadonlySet<string>;
}

const ROW_PX = 32;
const COMPACT_PX = 26;
const CARD_PX = 72;
/** Height of what stays at the top of the page: the prompt, and on narrow screens the bar with the menu. */
const PROMPT_PX = 41;
const BAR_PX = 48;

interface LineProps {
  readonly row: unknown;
  readonly columns: readonly Column<unknown>[];
  readonly id: string;
  readonly index: number;
  /** Where it stands when it is not beside the rows in view, in pixels of the table's body. */
  readonly apartAt: number | undefined;
  readonly isActive: boolean;
  readonly isSelected: boolean | undefined;
  readonly hasArrived: boolean;
  readonly onOpen: ((row: unknown) => void) | undefined;
}

/** One row. While the page scrolls only rows that come into view are made; those that stay are not looked at again. */
const Line = memo(({ row, columns, id, index, apartAt, isActive, isSelected, hasArrived, onOpen }: LineProps) => (
  <tr
    aria-rowindex={index + 2}
    data-key={id}
    style={apartAt === undefined ? undefined : { position: "absolute", top: apartAt }}
    aria-current={isActive ? "true" : undefined}
    aria-selected={isSelected}
    data-opens={onOpen ? "" : undefined}
    className={hasArrived ? "arrived" : undefined}
    onClick={(event) => {
      if (!onOpen || (event.target as HTMLElement).closest("a,button") || getSelection()?.toString()) return;
      onOpen(row);
    }}
  >
    {columns.map((c) => (
      <td key={c.head} className={c.className} data-label={c.label}>
        {c.cell(row)}
      </td>
    ))}
  </tr>
));

/** Where rows are read: below what stays at the top, above what stays at the bottom. Pixels. */
const BELOW_PX = 64;

/** Scrolls as far as it takes to read what lies between two heights of the table's body. */
const reveal = (body: Element | null, { from, to, above }: { from: number; to: number; above: number }): void => {
  const top = body?.getBoundingClientRect().top ?? 0;
  const hidden = Math.min(0, top + from - above) || Math.max(0, top + to + BELOW_PX - window.innerHeight);
  if (hidden !== 0) window.scrollBy({ top: hidden, behavior: "instant" });
};

/** Enter belongs to a focused link or button; only without one it opens the row. */
const noControlFocused = (): boolean =>
  document.activeElement === document.body || document.activeElement?.tagName === "MAIN";

/** As wide as the columns say; those that say nothing share the rest. */
const widthsOf = <Row,>(columns: readonly Column<Row>[]): string =>
  columns.map(({ width = "minmax(0, 1fr)" }) => width).join(" ");

/**
 * A table of any length: only the rows in view are in the page, all of one height. j and k move, e and Enter open,
 * x selects.
 */
export const Table = <Row,>(props: TableProps<Row>) => {
  const { columns, rows, keyOf, onOpen, onSelect, cardHeight = CARD_PX } = props;
  const narrow = useMedia("(width < 1000px)");
  const hasRail = useMedia("(width >= 68.75rem)");
  const widePx = props.isCompact ? COMPACT_PX : ROW_PX;
  const rowPx = narrow ? cardHeight : widePx;
  const stickyPx = hasRail ? PROMPT_PX : PROMPT_PX + BAR_PX;
  const above = stickyPx + (narrow ? 0 : ROW_PX);
  const [active, setActive] = useState(-1);
  const { body, from, to } = useRowWindow({ count: rows.length, rowPx, above });
  const focused = useFocusedRow(body);

  const onKey = useCallback(
    (key: string): boolean => {
      const row = rows[active];
      if (key === "j" || key === "k") {
        const next = Math.min(rows.length - 1, Math.max(0, active + (key === "j" ? 1 : -1)));
        setActive(next);
        reveal(body.current, { from: next * rowPx, to: (next + 1) * rowPx, above });
        return true;
      }
      if (!row) return false;
      if ((key === "e" || (key === "Enter" && noControlFocused())) && onOpen) {
        onOpen(row);
        return true;
      }
      if (key !== "x" || !onSelect) return false;
      onSelect(keyOf(row));
      return true;
    },
    [rows, active, body, rowPx, above, onOpen, onSelect, keyOf],
  );
  useKeys(onKey);

  const shown = rows.slice(from, to).map((row, n) => ({ row, key: keyOf(row), index: from + n }));
  if (focused !== null && !shown.some(({ key }) => key === focused)) {
    const index = rows.findIndex((row) => keyOf(row) === focused);
    const apart = { row: rows[index]!, key: focused, index };
    // in the order of the table: an element that is moved loses the focus
    if (index >= to) shown.push(apart);
    else if (index >= 0) shown.unshift(apart);
  }
  return (
    <table
      className="grid-table rows"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      style={{
        ["--columns" as string]: widthsOf(columns),
        ["--row" as string]: `${rowPx}px`,
        ["--sticky" as string]: `${stickyPx}px`,
      }}
    >
      <thead>
        <tr>
          {columns.map((c) => (
            <th key={c.head} scope="col" className={c.className}>
              {c.hidesHead ? <span className="sr-only">{say(c.head)}</span> : say(c.head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body} style={{ height: rows.length * rowPx, paddingTop: from * rowPx }}>
        {shown.map(({ row, key, index }) => (
          <Line
            key={key}
            row={row}
            columns={columns as readonly Column<unknown>[]}
            id={key}
            index={index}
            apartAt={index < from || index >= to ? index * rowPx : undefined}
            isActive={index === active}
            isSelected={props.selected?.has(key)}
            hasArrived={props.arrived?.has(key) ?? false}
            onOpen={onOpen as ((row: unknown) => void) | undefined}
          />
        ))}
      </tbody>
    </table>
  );
};

/** All rows that a paged query has so far. */
export const rowsOf = <Row,>(pages: Pages<Row>): Row[] => pages.data?.pages.flatMap((p) => p.rows) ?? [];

/** A paged query as a table: skeleton, error, `empty`, rows, and a button for the next page. */
export const PagedTable = <Row,>({
  pages,
  empty,
  noun,
  ...table
}: Omit<TableProps<Row>, "rows"> & { pages: Pages<Row>; empty: ReactNode; noun: string }) => {
  const rows = rowsOf(pages);
  const head = pages.data?.pages[0];
  if (pages.isPending) return <RowsSkeleton rows={10} />;
  if (pages.error && rows.length === 0) return <ErrorPanel error={pages.error} retry={() => void pages.refetch()} />;
  if (rows.length === 0) return <>{empty}</>;
  return (
    <>
      {pages.error && <ErrorPanel error={pages.error} retry={() => void pages.fetchNextPage()} />}
      <Table {...table} rows={rows} />
      <footer className="flex min-h-10 flex-wrap items-center gap-3 border-t border-line px-4 py-1 text-xs text-dim">
        <span>
          {head && rows.length < head.count
            ? `${count(rows.length)} / ${atLeast(head.count, head.countIsExact)} ${say(noun)}`
            : plural(rows.length, singular(noun), noun)}
        </span>
        {pages.hasNextPage && (
          <button
            type="button"
            className="button"
            disabled={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            {pages.isFetchingNextPage ? say("Loading…") : say("Load more")}
          </button>
        )}
      </footer>
    </>
  );
};
