import type { Severity } from "../advisory/advisory.ts";

const DAY_MS = 86_400_000;

/** Days within which a company wants a finding to be fixed, from the day it opened. */
export interface Sla {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  /** From the day it is known to be exploited, whatever its severity. */
  readonly kev: number;
}

/** Used where the company chose nothing. */
export const SLA_OTHERWISE: Sla = { critical: 7, high: 30, medium: 90, low: 180, kev: 3 };

/** The days of one severity; null where no time is set: nobody said how bad it is, or that it is bad at all. */
export const slaDaysOf = (sla: Sla, severity: Severity): number | null =>
  severity === "none" || severity === "unknown" ? null : sla[severity];

/** When what has been open is due: since when, by severity, and as one known to be exploited. Null: not open. */
export type OpenSince = Readonly<Record<keyof Sla, Date | null>>;

/** When the first of a fix's findings is due; null when none has a time. */
export const dueAtOf = (sla: Sla, since: OpenSince): Date | null => {
  const times = (Object.keys(SLA_OTHERWISE) as (keyof Sla)[]).flatMap((key) => {
    const at = since[key];
    return at === null ? [] : [at.getTime() + sla[key] * DAY_MS];
  });
  return times.length === 0 ? null : new Date(Math.min(...times));
};

/** Whole days until a moment, rounded up; negative when it is past. */
export const daysUntil = (at: Date, now: Date): number => Math.ceil((at.getTime() - now.getTime()) / DAY_MS);
