import { decimal } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";

const DAY_MS = 86_400_000;

export interface BoardDay {
  readonly day: string;
  readonly risk: number;
}

/** Days of the trend that say how fast risk moves. */
const PACE_DAYS = 30;
/** A move in a week under which risk is steady. */
const STEADY = 0.1;

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** How much the risk moves in a week, by the last days of the trend; null before there are two days. */
export const paceOf = (trend: readonly BoardDay[]): number | null => {
  const last = trend.at(-1);
  const first = last && trend.find(({ day }) => daysBetween(day, last.day) <= PACE_DAYS);
  const span = first && last ? daysBetween(first.day, last.day) : 0;
  return first && last && span > 0 ? ((last.risk - first.risk) / span) * 7 : null;
};

/** Where a company stands against its goal; `above` it while how fast it moves is not known yet. */
export type Standing = "none" | "reached" | "on_course" | "above" | "behind" | "missed";

/** Whether the pace reaches the goal in time; without a day every fall is on course, without a pace nothing is said of it. */
export const standingOf = (
  now: { readonly risk: number; readonly today: string },
  goal: { readonly risk: number | null; readonly day: string | null },
  pace: number | null,
): { readonly standing: Standing; readonly neededPerWeek: number | null } => {
  if (goal.risk === null) return { standing: "none", neededPerWeek: null };
  if (now.risk <= goal.risk) return { standing: "reached", neededPerWeek: null };
  const by = (isOn: (perWeek: number) => boolean): Standing => {
    if (pace === null) return "above";
    return isOn(pace) ? "on_course" : "behind";
  };
  if (goal.day === null) return { standing: by((perWeek) => perWeek < -STEADY), neededPerWeek: null };
  const left = daysBetween(now.today, goal.day);
  if (left <= 0) return { standing: "missed", neededPerWeek: null };
  const neededPerWeek = ((now.risk - goal.risk) / left) * 7;
  return { standing: by((perWeek) => -perWeek >= neededPerWeek), neededPerWeek };
};

/** The pace in words. */
export const paceText = (pace: number | null): string => {
  if (pace === null) return say("How fast it moves is known from the second day on.");
  const by = decimal(Math.abs(pace));
  if (Math.abs(pace) < STEADY) return say("In the last 30 days it stayed about the same.");
  return pace < 0
    ? say("In the last 30 days it fell by {by} a week.", { by })
    : say("In the last 30 days it rose by {by} a week.", { by });
};
