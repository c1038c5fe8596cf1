import { LOCALE } from "../texts.ts";

/** A bound above a value that is round for the eye and whose half is a whole number, as counts are: 2, 4, 6, 8, 10, 20, 40 … */
export const roundTop = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((top) => top >= value && top % 2 === 0) ?? 10 * power;
};

const short = new Intl.DateTimeFormat(LOCALE, { month: "short", day: "numeric", timeZone: "UTC" });
const long = new Intl.DateTimeFormat(LOCALE, { month: "long", day: "numeric", year: "numeric", timeZone: "UTC" });

/** `2026-03-31` as `Mar 31`. */
export const dayText = (day: string): string => short.format(new Date(day));

/** `2026-03-31` as `March 31, 2026`. */
export const longDayText = (day: string): string => long.format(new Date(day));

const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });

/** A figure whole, with at most one decimal. */
export const figure = (value: number): string => number.format(value);

/** A figure where there is little room: `12.3K`. */
export const shortFigure = (value: number): string => (value < 10_000 ? number.format(value) : compact.format(value));

/** Ground of a cell by a share 0..1: a mix that text stays readable on; nothing at 0. */
export const tint = (color: string, share: number): string =>
  share <= 0
    ? "transparent"
    : `color-mix(in srgb, var(${color}) ${Math.round(6 + Math.min(1, share) * 32)}%, transparent)`;
