import type { UseInfiniteQueryResult, InfiniteData } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useLayoutEffect, useRef, useState } from "react";
import { atLeast, count, plural } from "./format.ts";
import { singular } from "./singular.ts";
import { say } from "./texts.ts";
import { useKeys, useMedia } from "./hooks.ts";
import { ErrorPanel, RowsSkeleton } from "./states.tsx";

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
  readonly index: number;
  readonly isActive: boolean;
  readonly isSelected: boolean | undefined;
  readonly hasArrived: boolean;
  readonly onOpen: ((row: unknown) => void) | undefined;
}

/** One row. While the page scrolls only rows that come into view are made; those that stay are not looked at again. */
const Line = memo(({ row, columns, index, isActive, isSelected, hasArrived, onOpen }: LineProps) => (
  <tr
    aria-rowindex={index + 2}
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

/** Enter belongs to a focused link or button; only without one it opens the row. */
const noControlFocused = (): boolean =>
  document.activeElement === document.body || document.activeElement?.tagName === "MAIN";

/**
 * A table of any length: only the rows in view are in the page, all of one height. j and k move, e and Enter open,
 * x selects.
 */
export const Table = <Row,>(props: TableProps<Row>) => {
  const narrow = useMedia("(width < 1000px)");
  // what is measured for one height is not kept for another
  const form = narrow ? "cards" : props.isCompact ? "compact" : "rows";
  return <Rows key={form} {...props} narrow={narrow} />;
};

const Rows = <Row,>(props: TableProps<Row> & { narrow: boolean }) => {
  const { columns, rows, keyOf, onOpen, onSelect, narrow, cardHeight = CARD_PX } = props;
  const rowPx = props.isCompact ? COMPACT_PX : ROW_PX;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  const [active, setActive] = useState(-1);
  const hasRail = useMedia("(width >= 68.75rem)");
  const stickyPx = hasRail ? PROMPT_PX : PROMPT_PX + BAR_PX;
  // Whatever grows or shrinks above the table (a notice, a selection bar) moves where it begins.
  useLayoutEffect(() => {
    const measure = () => {
      if (body.current) setOffset(Math.round(body.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (narrow ? cardHeight : rowPx),
    overscan: 12,
    scrollMargin: offset,
    scrollPaddingStart: stickyPx + ROW_PX,
    scrollPaddingEnd: 64,
  });

  const onKey = useCallback(
    (key: string): boolean => {
      const row = rows[active];
      if (key === "j" || key === "k") {
        const to = Math.min(rows.length - 1, Math.max(0, active + (key === "j" ? 1 : -1)));
        setActive(to);
        virtual.scrollToIndex(to, { align: "auto" });
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
    [rows, active, virtual, onOpen, onSelect, keyOf],
  );
  useKeys(onKey);

  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const above = first ? first.start - offset : 0;
  const below = last ? virtual.getTotalSize() - (last.end - offset) : 0;
  return (
    <table
      className="grid-table"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      style={{
        ["--row" as string]: `${rowPx}px`,
        ["--row-narrow" as string]: `${cardHeight}px`,
        ["--sticky" as string]: `${stickyPx}px`,
      }}
    >
      <thead>
        <tr>
          {columns.map((c) => (
            <th key={c.head} scope="col" className={c.className} style={{ width: c.width }}>
              {c.hidesHead ? <span className="sr-only">{say(c.head)}</span> : say(c.head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {above > 0 && <tr className="spacer" aria-hidden="true" style={{ height: above }} />}
        {items.map(({ index }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const key = keyOf(row);
          return (
            <Line
              key={key}
              row={row}
              columns={columns as readonly Column<unknown>[]}
              index={index}
              isActive={index === active}
              isSelected={props.selected?.has(key)}
              hasArrived={props.arrived?.has(key) ?? false}
              onOpen={onOpen as ((row: unknown) => void) | undefined}
            />
          );
        })}
        {below > 0 && <tr className="spacer" aria-hidden="true" style={{ height: below }} />}
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
      <footer className="flex min-h-10 flex-wrap items-center gap-3 border-t border-line px-3 py-1 text-xs text-dim">
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
