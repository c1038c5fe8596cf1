import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Rows come and go this many at a time: a frame in which none does costs next to nothing. */
const STEP_ROWS = 8;
/** Rows that are ready above and below those in view. */
const BEYOND_ROWS = 16;
/** After a table is shown these wait so long, so that a page that opens answers first (ms); who scrolls has them at once. */
const REST_MS = 150;

/** Rows from `from` up to, and without, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Place {
  /** Where the first row begins, in pixels below the window's upper edge. */
  readonly top: number;
  /** Of the window, pixels. */
  readonly height: number;
  readonly rowPx: number;
  /** Rows of the table. */
  readonly count: number;
}

/** The rows to have in the page: those in view and `beyond` more on both sides, in whole steps so that both ends move at once. */
export const spanAt = ({ top, height, rowPx, count }: Place, beyond: number): Span => {
  const first = Math.floor(-top / rowPx / STEP_ROWS) * STEP_ROWS;
  const inView = Math.ceil(height / rowPx / STEP_ROWS + 1) * STEP_ROWS;
  const to = Math.max(0, Math.min(count, first + inView + beyond));
  return { from: Math.max(0, Math.min(first - beyond, to)), to };
};

/**
 * Which rows of a table of `count` rows, each `rowPx` high, are in the page while the window scrolls; `body` belongs to the element that
 * holds them. A change of their height keeps the row where it is that is read: `above` pixels below the window's upper edge.
 */
export const useRowWindow = ({ count, rowPx, above }: { count: number; rowPx: number; above: number }) => {
  const body = useRef<HTMLTableSectionElement>(null);
  // what is in view comes first; the rest when it is painted
  const [span, setSpan] = useState(() => ({ from: 0, to: Math.min(count, Math.ceil(window.innerHeight / rowPx)) }));
  const read = useRef({ row: 0, rowPx });
  const beyond = useRef(0);
  const look = useCallback(() => {
    const top = body.current?.getBoundingClientRect().top;
    if (top === undefined) return;
    read.current = { row: Math.max(0, (above - top) / rowPx), rowPx };
    const next = spanAt({ top, height: window.innerHeight, rowPx, count }, beyond.current);
    setSpan((before) => (before.from === next.from && before.to === next.to ? before : next));
  }, [count, rowPx, above]);
  useLayoutEffect(() => {
    const { row, rowPx: before } = read.current;
    if (before === rowPx || row === 0 || !body.current) return;
    window.scrollBy({ top: body.current.getBoundingClientRect().top + row * rowPx - above, behavior: "instant" });
  }, [rowPx, above]);
  useEffect(() => {
    const lookFurther = () => {
      beyond.current = BEYOND_ROWS;
      look();
    };
    const soon = setTimeout(lookFurther, REST_MS);
    window.addEventListener("scroll", lookFurther, { passive: true });
    window.addEventListener("resize", look);
    // whatever grows or shrinks above the table (a notice, a selection bar) moves where it begins
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => {
      clearTimeout(soon);
      window.removeEventListener("scroll", lookFurther);
      window.removeEventListener("resize", look);
      observer.disconnect();
    };
  }, [look]);
  return { body, ...span };
};

/** The key of the row of `body` that holds the focus: it stays in the page wherever the window scrolls. Null for none. */
export const useFocusedRow = (body: RefObject<HTMLElement | null>): string | null => {
  const [focused, setFocused] = useState<string | null>(null);
  useEffect(() => {
    const rows = body.current;
    if (!rows) return undefined;
    const come = ({ target }: FocusEvent) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-key]") : null;
      setFocused(row?.dataset["key"] ?? null);
    };
    const go = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && rows.contains(relatedTarget))) setFocused(null);
    };
    rows.addEventListener("focusin", come);
    rows.addEventListener("focusout", go);
    return () => {
      rows.removeEventListener("focusin", come);
      rows.removeEventListener("focusout", go);
    };
  }, [body]);
  return focused;
};
