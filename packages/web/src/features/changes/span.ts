import { LOCALE, say } from "../../ui/texts.ts";
/** What of the time a page asks for: one of the usual spans, a day since which, or one day alone. */
export interface ChangesSearch {
  /** `7d`, `30d`, or a day since which; since yesterday unless said. */
  since?: string | undefined;
  /** One day alone. */
  day?: string | undefined;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

const isDay = (text: unknown): text is string =>
  typeof text === "string" && DAY.test(text) && !Number.isNaN(Date.parse(text));

/** Keeps what the page understands of a URL. */
export const changesSearch = (search: Record<string, unknown>): ChangesSearch => {
  const { since, day } = search;
  if (isDay(day)) return { day };
  return { since: since === "7d" || since === "30d" || isDay(since) ? since : undefined };
};

/** The zone of the browser. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A day so many days after another. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Today in a zone, `YYYY-MM-DD`. */
export const todayIn = (zone: string, nowMs: number): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(nowMs);

/** What the API is asked for, and how the sentence begins. */
export const spanOf = (
  search: ChangesSearch,
  today: string,
): { readonly from?: string; readonly until?: string; readonly begins: string } => {
  const { since, day } = search;
  if (day !== undefined) {
    const told = dayName(day, today);
    return { from: day, until: dayAfter(day, 1), begins: `${told.charAt(0).toUpperCase()}${told.slice(1)}` };
  }
  if (since === "7d") return { from: dayAfter(today, -7), begins: say("In the last 7 days") };
  if (since === "30d") return { from: dayAfter(today, -30), begins: say("In the last 30 days") };
  return since === undefined
    ? { begins: say("Since yesterday") }
    : { from: since, begins: say("Since {dayName}", { dayName: dayName(since, today) }) };
};

/** `today, Sat, Nov 21`: a day as it is told, against today. */
export const dayName = (day: string, today: string): string => {
  const told = new Date(day).toLocaleDateString(LOCALE, {
    weekday: "short",
    month: "short",
    day: "numeric",
    timeZone: "UTC",
    ...(day.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" }),
  });
  if (day === today) return say("today, {told}", { told });
  return day === dayAfter(today, -1) ? say("yesterday, {told}", { told }) : told;
};
