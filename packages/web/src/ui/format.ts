import { LOCALE, say } from "./texts.ts";
import { zoneChosen } from "./zone.ts";

const whole = new Intl.NumberFormat(LOCALE);

/** 12345 -> `12,345`. */
export const count = (n: number): string => whole.format(n);

const decimals = new Map<number, Intl.NumberFormat>();
const decimalsOf = (digits: number): Intl.NumberFormat => {
  const known = decimals.get(digits);
  if (known) return known;
  const made = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  decimals.set(digits, made);
  return made;
};

/** 27.84 -> `27.8`, in the writing of the language. */
export const decimal = (n: number, digits: number = 1): string => decimalsOf(digits).format(n);

/** `1 finding`, `2 findings`, `2 advisories`. Both words stand in the catalog of texts. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${say(n === 1 ? one : many)}`;

/** A list's count: exact, or `10,000+` where counting stopped. */
export const atLeast = (n: number, exact: boolean): string => (exact ? count(n) : `${count(n)}+`);

/** A share 0..1 as a percentage; small shares keep one decimal, and what is not nothing or not all never reads as that. */
export const share = (part: number): string => {
  const percent = part * 100;
  if (part < 1 && Math.round(percent) === 100) return percent > 99.9 ? "> 99.9 %" : `${decimal(percent)} %`;
  if (percent === 0 || percent >= 10) return `${Math.round(percent)} %`;
  return percent < 0.1 ? "< 0.1 %" : `${decimal(percent)} %`;
};

const KIB = 1024;

/** Bytes with a binary unit: `7.0 MiB`. */
export const bytes = (n: number): string => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = n;
  let unit = 0;
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${decimal(value)} ${units[unit]}`;
};

const STEPS: readonly (readonly [number, string])[] = [
  [60, say("s")],
  [60, say("min")],
  [24, say("h")],
  [30, say("d")],
  [12.17, say("mo")],
  [Number.POSITIVE_INFINITY, say("y")],
];

/** Hours and days in ms, the largest first. */
const LARGE: readonly number[] = [86_400_000, 3_600_000];

/** A length of time in its largest unit: `42 s`, `3 h`, `2 mo`. */
export const duration = (ms: number): string => {
  let value = Math.max(0, ms) / 1000;
  for (const [size, unit] of STEPS) {
    if (value < size) return `${Math.floor(value)} ${unit}`;
    value /= size;
  }
  return "";
};

/** Hours as a bound is told: `48 h`, `14 days`. */
export const hoursText = (hours: number): string =>
  hours > 72 && hours % 24 === 0 ? plural(hours / 24, "day") : `${count(hours)} ${say("h")}`;

/** A moment against now: `just now`, `3 h ago`, `in 5 min`. Unreadable dates come back as they are. */
export const relative = (iso: string, nowMs: number): string => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  const ms = nowMs - at;
  if (Math.abs(ms) < 10_000) return say("just now");
  return ms < 0 ? say("in {time}", { time: ahead(-ms) }) : say("{time} ago", { time: duration(ms) });
};

/** Time that is left, rounded: a week less a second is `7 d`. */
const ahead = (ms: number): string => {
  const unit = LARGE.find((one) => ms >= one) ?? 0;
  return duration(unit === 0 ? ms : Math.round(ms / unit) * unit);
};

const zone = zoneChosen();
const moment = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone });
const zoneName = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "short" });

/** The exact moment in the time zone that this browser chose, UTC unless it chose one: `2026-11-21 14:41:09 UTC`. */
export const exact = (iso: string): string => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  // a table has hundreds of them, and dates are slow to format
  if (zone === "UTC") return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const name = zoneName.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
  return `${moment.format(at)} ${name}`;
};

const minute = new Intl.DateTimeFormat("sv-SE", { timeStyle: "short", timeZone: zone });

/** The time of day in the time zone that this browser chose: `10:42`. */
export const clock = (atMs: number): string => minute.format(atMs);

const lists = (type: "conjunction" | "disjunction") => {
  const format = new Intl.ListFormat(LOCALE, { type });
  return (texts: readonly string[]): string => format.format(texts);
};

/** `a, b, and c`. */
export const allOf = lists("conjunction");
/** `a, b, or c`. */
export const oneOf = lists("disjunction");

/** Long text cut in its middle, where purls and digests differ least. */
export const middle = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const tail = Math.floor((max - 1) / 2);
  return `${text.slice(0, max - 1 - tail)}…${text.slice(text.length - tail)}`;
};
