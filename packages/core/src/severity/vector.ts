/** The longest vector that is read, in characters; the longest legal one has fewer than 300. */
export const VECTOR_CHARACTERS_MAX = 512;

/** The metrics of one CVSS version. */
export interface MetricTable {
  /** Names and allowed values of every metric, in the order in which vectors are written. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The metrics that must be present. */
  readonly required: readonly string[];
  /** Sets of optional metrics that are given whole or not at all (v2). */
  readonly groups: readonly (readonly string[])[];
  /** Whether another order than that of `values` is refused (v2, v4); v3 demands that readers take any. */
  readonly ordered: boolean;
}

/** Reads `AV:N/AC:L/...` into a map; null when a metric is missing, repeated, misplaced, unknown or has a foreign value. */
export const parseMetrics = (text: string, table: MetricTable): Map<string, string> | null => {
  const names = Object.keys(table.values);
  const found = new Map<string, string>();
  let last = -1;
  for (const part of text.split("/")) {
    const colon = part.indexOf(":");
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    if (colon < 1 || found.has(name) || !Object.hasOwn(table.values, name)) return null;
    if (!table.values[name]!.includes(value)) return null;
    const place = names.indexOf(name);
    if (table.ordered && place < last) return null;
    last = place;
    found.set(name, value);
  }
  const whole = table.groups.every((group) => {
    const given = group.filter((name) => found.has(name)).length;
    return given === 0 || given === group.length;
  });
  return whole && table.required.every((name) => found.has(name)) ? found : null;
};

/** Writes the metrics that are given, in the specification's order. */
export const formatMetrics = (metrics: ReadonlyMap<string, string>, table: MetricTable): string =>
  Object.keys(table.values)
    .filter((name) => metrics.has(name))
    .map((name) => `${name}:${metrics.get(name)!}`)
    .join("/");

/** Base, temporal and environmental score of a v2 or v3 vector, 0..10, one decimal each. */
export interface Scores {
  readonly base: number;
  readonly temporal: number;
  readonly environmental: number;
}
