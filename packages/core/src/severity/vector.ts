/** The longest vector that is read, in characters; the longest legal one has fewer than 300. */
export const VECTOR_CHARACTERS_MAX = 512;

/** Allowed values of each metric; the first `required` metrics of the table must be present. */
export interface MetricTable {
  readonly required: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Reads `AV:N/AC:L/...` into a map; null when a metric is missing, repeated, unknown or has a foreign value. */
export const parseMetrics = (text: string, table: MetricTable): Map<string, string> | null => {
  const found = new Map<string, string>();
  for (const part of text.split("/")) {
    const colon = part.indexOf(":");
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    if (colon < 1 || found.has(name) || !Object.hasOwn(table.values, name)) return null;
    if (!table.values[name]!.includes(value)) return null;
    found.set(name, value);
  }
  return table.required.every((name) => found.has(name)) ? found : null;
};
