import { GRID_COLUMNS, GRID_ROWS_MAX, WIDGET_HEIGHT_MAX } from "@zerotrace/core/dashboard/widget";

/** Where a widget stands, in columns and rows from 0. */
export interface Place {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Columns and rows that a widget has at least. */
const SIDE_MIN = 2;

const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Rows first, as a page is read. */
export const inReadingOrder = <T extends Place>(places: readonly T[]): T[] =>
  places.toSorted((a, b) => a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1));

/**
 * Places without overlaps and without gaps above: each goes up as far as nothing is in its way, or down below what is. The one named
 * `first` (it was just moved) is placed before others of its row.
 */
export const settle = <T extends Place>(places: readonly T[], first = ""): T[] => {
  const placed: T[] = [];
  const order = places.toSorted(
    (a, b) => a.y - b.y || Number(b.id === first) - Number(a.id === first) || a.x - b.x || (a.id < b.id ? -1 : 1),
  );
  for (const one of order) {
    const isFree = (y: number): boolean => !placed.some((other) => overlap({ ...one, y }, other));
    let y = one.y;
    while (!isFree(y)) y += 1;
    while (y > 0 && isFree(y - 1)) y -= 1;
    placed.push({ ...one, y });
  }
  return places.map((one) => placed.find(({ id }) => id === one.id) ?? one);
};

/** A widget moved to a place; it stays on the grid, and others make room. */
export const moved = <T extends Place>(places: readonly T[], id: string, to: { x: number; y: number }): T[] =>
  settle(
    places.map((one) =>
      one.id === id
        ? { ...one, x: between(0, to.x, GRID_COLUMNS - one.w), y: between(0, to.y, GRID_ROWS_MAX - WIDGET_HEIGHT_MAX) }
        : one,
    ),
    id,
  );

/** A widget of another size; it stays on the grid, and others make room. */
export const resized = <T extends Place>(places: readonly T[], id: string, to: { w: number; h: number }): T[] =>
  settle(
    places.map((one) =>
      one.id === id
        ? {
            ...one,
            w: between(SIDE_MIN, to.w, GRID_COLUMNS - one.x),
            h: between(SIDE_MIN, to.h, WIDGET_HEIGHT_MAX),
          }
        : one,
    ),
    id,
  );

/** One row up or down past what stands there: an arrow key always changes something where there is room. */
export const shifted = <T extends Place>(places: readonly T[], id: string, by: -1 | 1): T[] => {
  const one = places.find((place) => place.id === id);
  if (one === undefined) return [...places];
  const isBeside = (other: T): boolean => other.id !== id && other.x < one.x + one.w && one.x < other.x + other.w;
  if (by === -1) {
    const above = places.filter((other) => isBeside(other) && other.y + other.h <= one.y);
    const next = above.reduce((most, other) => Math.max(most, other.y), -1);
    return next < 0 ? moved(places, id, { x: one.x, y: 0 }) : moved(places, id, { x: one.x, y: next });
  }
  const below = places.filter((other) => isBeside(other) && other.y >= one.y + one.h);
  const [next] = inReadingOrder(below);
  if (next === undefined) return [...places];
  return moved(places, id, { x: one.x, y: next.y + next.h });
};

/** The lowest free row, for a new widget. */
export const bottomOf = (places: readonly Place[]): number => Math.max(0, ...places.map(({ y, h }) => y + h));
