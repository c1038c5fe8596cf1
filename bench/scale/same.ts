/** A row of a naive statement, as the driver gives it. */
export type NaiveRow = Readonly<Record<string, unknown>>;

/** An answer and what the naive statement finds, put into the same words; null where the two are the same. */
export type Compare = (answer: never, rows: readonly NaiveRow[]) => unknown;

/** Counts end here. */
const COUNT_LIMIT = 10_000;
/** Sums of many numbers of four bytes differ by their order; shown to one decimal. */
const NEAR = 0.0001;

const first = (rows: readonly NaiveRow[]): NaiveRow => rows[0] ?? {};
const isNear = (a: unknown, b: unknown): boolean =>
  a === b || Math.abs(Number(a) - Number(b)) <= Math.max(0.11, Math.abs(Number(a)) * NEAR);

/** Null where both are the same, else the first places where they are not. */
const differing = (pairs: readonly (readonly [string, unknown, unknown])[]): unknown => {
  const found = pairs.filter(([, a, b]) => !isNear(a, b)).slice(0, 3);
  return found.length === 0 ? null : found;
};

interface Page {
  readonly rows: readonly { readonly id: string }[];
  readonly count: number;
}

/** A page of ids in the order of the statement, which counts all in `count`. */
export const samePage: Compare = ({ rows, count }: Page, naive) =>
  differing([
    ["count", count, Math.min(COUNT_LIMIT, Number(first(naive)["count"] ?? 0))],
    ["rows", rows.length, Math.min(naive.length, rows.length === 0 ? naive.length : 100)],
    ...rows.map(({ id }, n) => [`row ${n}`, id, naive[n]?.["id"]] as const),
  ]);

/** Only how many there are. */
export const sameCount: Compare = ({ count }: Page, naive) =>
  differing([["count", count, Math.min(COUNT_LIMIT, Number(first(naive)["count"] ?? 0))]]);

interface Advisories {
  readonly rows: readonly { readonly advisory: string; readonly findingCount: number; readonly risk: number }[];
}

export const sameAdvisories: Compare = ({ rows }: Advisories, naive) =>
  differing(
    rows.flatMap(({ advisory, findingCount, risk }, n) => [
      [`row ${n}`, advisory, naive[n]?.["advisory"]] as const,
      [`findings of ${advisory}`, findingCount, Number(naive[n]?.["count"])] as const,
      [`risk of ${advisory}`, risk, naive[n]?.["max"]] as const,
    ]),
  );

interface Fixes {
  readonly rows: readonly {
    readonly ecosystem: string;
    readonly package: string;
    readonly fixedIn: string | null;
    readonly findingCount: number;
    readonly advisoryCount: number;
    readonly kevCount: number;
  }[];
  readonly count: number;
  readonly totalRisk: number;
}

/** Fixes in their order, with what each closes, how many there are and the risk of all of them. */
export const sameFixes: Compare = ({ rows, count, totalRisk }: Fixes, naive) =>
  differing([
    ["count", count, naive.length],
    ["risk", totalRisk, naive.reduce((sum, { weight }) => sum + Number(weight), 0)],
    ...rows.flatMap((row, n) => {
      const said = naive[n] ?? {};
      return [
        [`row ${n}`, `${row.ecosystem} ${row.package}`, `${String(said["ecosystem"])} ${String(said["package"])}`],
        [`findings of ${row.package}`, row.findingCount, Number(said["findings"])],
        [`advisories of ${row.package}`, row.advisoryCount, Number(said["advisories"])],
        [`exploited of ${row.package}`, row.kevCount, Number(said["kev"])],
      ] as const;
    }),
  ]);

interface Figures {
  readonly rows: readonly { readonly name: string; readonly value: number }[];
  readonly total: number;
  readonly columns: readonly string[];
  readonly cells: readonly (readonly number[])[];
}

/** Groups by what they are called, with their values, and by severity where the statement has these. */
export const sameGroups: Compare = ({ rows, total, columns, cells }: Figures, naive) => {
  const known = new Map(naive.map((row) => [String(row["name"]), row]));
  return differing([
    ["total", total, naive.reduce((sum, { value }) => sum + Number(value), 0)],
    ...rows.flatMap(({ name, value }, n) => [
      [`value of ${name}`, value, Number(known.get(name)?.["value"])] as const,
      [`value at ${n}`, value, Number(naive[n]?.["value"])] as const,
      ...columns.map(
        (column, place) => [`${column} of ${name}`, cells[n]?.[place], Number(known.get(name)?.[column])] as const,
      ),
    ]),
  ]);
};

export const sameTotal: Compare = ({ total }: Figures, naive) =>
  differing([["total", total, Number(first(naive)["count"])]]);

interface Stats {
  readonly findings: Readonly<Record<string, number>>;
}

/** Open findings by severity. */
export const sameSeverities: Compare = ({ findings }: Stats, naive) =>
  differing(
    naive
      .filter(({ severity }) => severity !== null)
      .map(({ severity, count }) => [String(severity), findings[String(severity)], Number(count)] as const),
  );

interface WhatIf {
  readonly before: { readonly findingCount: number };
  readonly after: { readonly findingCount: number; readonly kevCount: number };
  readonly closedCount: number;
  readonly touchedCount: number;
}

export const sameWhatIf: Compare = ({ before, after, closedCount, touchedCount }: WhatIf, naive) =>
  differing([
    ["before", before.findingCount, Number(first(naive)["before"])],
    ["after", after.findingCount, Number(first(naive)["after"])],
    ["exploited after", after.kevCount, Number(first(naive)["kev"])],
    ["closed", closedCount, Number(first(naive)["before"]) - Number(first(naive)["after"])],
    ["touched", touchedCount, Number(first(naive)["touched"])],
  ]);
