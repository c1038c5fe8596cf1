import { AppError } from "@zerotrace/core";
import { dayOf } from "@zerotrace/core/query/language/index";
import { CHANGE_DAYS_MAX } from "./contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** One day of a zone, or the part of it that is looked at: from `from` on and before `until`. */
export interface Day {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly from: Date;
  readonly until: Date;
}

/** Reads the clock of a zone. */
interface Clock {
  /** Milliseconds that the zone's clock is ahead of UTC at a moment. */
  offsetMs(at: number): number;
  /** The day there. */
  dayOf(at: number): string;
}

/** Throws BAD_REQUEST for a zone that nobody knows. */
const clockOf = (zone: string): Clock => {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new AppError("BAD_REQUEST", `There is no time zone "${zone}": use a name such as Europe/Berlin or UTC.`, {
      field: "zone",
    });
  }
  const localMs = (at: number): number => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return {
    offsetMs: (at) => localMs(at) - Math.floor(at / 1000) * 1000,
    dayOf: (at) => new Date(localMs(at)).toISOString().slice(0, 10),
  };
};

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/**
 * When a day begins: mostly 00:00. Where clocks are put forward at midnight it begins at 01:00; where they are put back to the day
 * before, with the second midnight, so that days have no gap and no overlap.
 */
const beginOf = (clock: Clock, day: string): number => {
  const midnight = Date.parse(day);
  const candidates = [midnight - DAY_MS, midnight + DAY_MS].map((at) => midnight - clock.offsetMs(at));
  const begins = candidates.filter((at) => clock.dayOf(at) >= day);
  return Math.min(...(begins.length > 0 ? begins : candidates));
};

const momentOf = (clock: Clock, text: string, field: string): number => {
  if (dayOf(text) !== null) return beginOf(clock, text);
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const mend = "a day such as 2026-01-31 or a moment such as 2026-01-31T08:00:00Z";
  throw new AppError("BAD_REQUEST", `${field} takes ${mend}, not "${text}".`, { field });
};

/**
 * The days of a zone between two moments or days, newest first; without `from` since yesterday 00:00 there, without `until` up to
 * `now`. Throws BAD_REQUEST for what is no day, no zone, empty, or longer than 90 days.
 */
export const daysOf = (asked: {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly zone: string;
  readonly now: Date;
}): { readonly from: Date; readonly until: Date; readonly days: readonly Day[] } => {
  const clock = clockOf(asked.zone);
  const now = asked.now.getTime();
  const yesterday = new Date(Date.parse(clock.dayOf(now)) - DAY_MS).toISOString().slice(0, 10);
  const from = asked.from === undefined ? beginOf(clock, yesterday) : momentOf(clock, asked.from, "from");
  const until = Math.min(now, asked.until === undefined ? now : momentOf(clock, asked.until, "until"));
  if (from >= until) {
    throw new AppError("BAD_REQUEST", "from must lie before until, and in the past.", { field: "from" });
  }
  const last = clock.dayOf(until - 1);
  const days: Day[] = [];
  for (let day = clock.dayOf(from); day <= last; day = dayAfter(day)) {
    const begin = Math.max(from, beginOf(clock, day));
    const end = Math.min(until, beginOf(clock, dayAfter(day)));
    if (begin < end) days.push({ day, from: new Date(begin), until: new Date(end) });
    if (days.length > CHANGE_DAYS_MAX + 1) {
      throw new AppError("BAD_REQUEST", `At most ${CHANGE_DAYS_MAX} days are looked at together.`, { field: "from" });
    }
  }
  return { from: new Date(from), until: new Date(until), days: days.toReversed() };
};
