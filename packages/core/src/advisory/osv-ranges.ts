import { AppError } from "../errors.ts";
import type { VersionScheme } from "../version/scheme.ts";
import type { AffectedRange } from "./advisory.ts";

/** Most events in one range. */
export const EVENTS_MAX = 20_000;

const KINDS = ["introduced", "fixed", "last_affected", "limit"] as const;

/** One event of an OSV range. */
export interface RangeEvent {
  readonly kind: (typeof KINDS)[number];
  readonly version: string;
}

/** Reads an OSV `events` list; throws BAD_RECORD naming `field`. An event object may hold several keys. */
export const readEvents = (
  value: unknown,
  field: string,
  text: (value: unknown, field: string) => string,
): RangeEvent[] => {
  if (!Array.isArray(value)) throw new AppError("BAD_RECORD", `${field} must be a list.`, { field });
  if (value.length > EVENTS_MAX) {
    throw new AppError("BAD_RECORD", `${field} has more than ${EVENTS_MAX} entries.`, { field });
  }
  const events: RangeEvent[] = [];
  value.forEach((entry: unknown, i) => {
    if (typeof entry !== "object" || entry === null) {
      throw new AppError("BAD_RECORD", `${field}[${i}] must be an object.`, { field: `${field}[${i}]` });
    }
    for (const kind of KINDS) {
      const version = (entry as Record<string, unknown>)[kind];
      if (version === undefined || version === null) continue;
      events.push({ kind, version: text(version, `${field}[${i}].${kind}`) });
    }
  });
  return events;
};

const RANK = { introduced: 0, fixed: 0, last_affected: 1, limit: 2 } as const;

const isBelow = (a: string, b: string, scheme: VersionScheme): boolean => b !== "0" && scheme.compare(a, b) === -1;

/** Events in version order; ties keep the record's order, but a last affected version closes after it opened. */
const ordered = (events: readonly RangeEvent[], scheme: VersionScheme | null): readonly RangeEvent[] => {
  if (!scheme || events.length < 2) return events;
  if (events.length === 2) {
    // Most ranges: from the beginning, or between two versions that the record names in their order.
    const [from, to] = events as [RangeEvent, RangeEvent];
    if (from.kind === "introduced" && (from.version === "0" || isBelow(from.version, to.version, scheme)))
      return events;
  }
  const comparable = events.every((e) => e.version === "0" || scheme.compare(e.version, e.version) === 0);
  if (!comparable) return events;
  return events.toSorted((a, b) => {
    if (a.version === b.version) return RANK[a.kind] - RANK[b.kind];
    if (a.version === "0" || b.version === "0") return a.version === "0" ? -1 : 1;
    return (scheme.compare(a.version, b.version) ?? 0) || RANK[a.kind] - RANK[b.kind];
  });
};

/** The highest of the limits; null when there is none or one of them is `*`. */
const highestLimit = (events: readonly RangeEvent[], scheme: VersionScheme | null): string | null => {
  let highest: string | null = null;
  for (const { kind, version } of events) {
    if (kind !== "limit") continue;
    if (version === "*") return null;
    if (highest === null || scheme?.compare(version, highest) === 1) highest = version;
  }
  return highest;
};

const clip = (range: AffectedRange, limit: string, scheme: VersionScheme | null): AffectedRange | null => {
  if (scheme && range.introduced !== "0" && (scheme.compare(range.introduced, limit) ?? -1) >= 0) return null;
  const end = range.fixed ?? range.lastAffected;
  return end !== null && scheme?.compare(end, limit) === -1 ? range : { ...range, limit };
};

/**
 * The intervals that the OSV schema's evaluation gives for one range: events are sorted by version, each `introduced`
 * opens and the next `fixed` or `last_affected` closes; limits cut everything at and above the highest of them. Versions
 * that the scheme cannot order keep the record's order.
 */
export const intervalsOf = (events: readonly RangeEvent[], scheme: VersionScheme | null): AffectedRange[] => {
  const ranges: AffectedRange[] = [];
  let open: string | null = null;
  for (const { kind, version } of ordered(
    events.filter((e) => e.kind !== "limit"),
    scheme,
  )) {
    if (kind === "introduced") {
      open ??= version;
      continue;
    }
    if (open === null) continue;
    const fixed = kind === "fixed" ? version : null;
    if (fixed === null || fixed !== open)
      ranges.push({ introduced: open, fixed, lastAffected: fixed === null ? version : null });
    open = null;
  }
  if (open !== null) ranges.push({ introduced: open, fixed: null, lastAffected: null });
  const limit = highestLimit(events, scheme);
  if (limit === null) return ranges;
  return ranges.flatMap((range) => clip(range, limit, scheme) ?? []);
};
