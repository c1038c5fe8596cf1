import { oneDecimal } from "../assets/index.ts";
import type { Counts, Day } from "./sql.ts";

/** The six counts alone. */
export const countsOf = ({ critical, high, medium, low, none, unknown }: Counts): Counts => ({
  critical,
  high,
  medium,
  low,
  none,
  unknown,
});

const sumOf = (c: Counts): number => c.critical + c.high + c.medium + c.low + c.none + c.unknown;

/** The trend as the API shows it: the recorded days, then today as it is now. */
export const trendOf = (past: readonly Day[], today: Day) =>
  [...past, today].map((one) => ({
    day: one.day,
    risk: oneDecimal(one.risk),
    findings: countsOf(one),
    findingCount: sumOf(one),
  }));
