import { oneDecimal } from "../assets/index.ts";
import type { AssetDay } from "./asset-days-sql.ts";
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

const DAY_MS = 86_400_000;

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/**
 * An asset's figures on each of the last `days`: a day without a row is as the one before, and without any row the asset has been
 * as it is since it was first seen.
 */
export const assetTrendOf = (
  recorded: readonly AssetDay[],
  today: AssetDay & { readonly firstDay: string },
  days: number,
): AssetDay[] => {
  const { firstDay, ...now } = today;
  const first = new Date(Date.parse(now.day) - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  const byDay = new Map(recorded.map((one) => [one.day, one]));
  let held: AssetDay | null = recorded.findLast((one) => one.day < first) ?? (recorded.length === 0 ? now : null);
  const trend: AssetDay[] = [];
  for (let day = first; day < now.day; day = dayAfter(day)) {
    held = byDay.get(day) ?? held;
    if (held !== null && day >= firstDay) trend.push({ ...held, day });
  }
  return [...trend, now];
};

/** A day of an asset as the API shows it. */
export const toAssetDay = (one: AssetDay) => ({
  day: one.day,
  risk: oneDecimal(one.risk),
  componentCount: one.componentCount,
  findings: countsOf(one),
  findingCount: sumOf(one),
  kevCount: one.kevCount,
  notCovered: one.notCovered,
});

/** The trend as the API shows it: the recorded days, then today as it is now. */
export const trendOf = (past: readonly Day[], today: Day) =>
  [...past, today].map((one) => ({
    day: one.day,
    risk: oneDecimal(one.risk),
    findings: countsOf(one),
    findingCount: sumOf(one),
  }));
