import { AppError, SEVERITIES, type Severity } from "@zerotrace/core";
import type { Widget } from "@zerotrace/core/dashboard/widget";
import { ASSET_SCOPE_FIELDS } from "@zerotrace/core/decision/scope";
import { FINDING_FIELDS, parseQuery, type QueryNode, type Term, type Word } from "@zerotrace/core/query/language/index";

const ASSET_FIELDS: ReadonlySet<string> = new Set(ASSET_SCOPE_FIELDS);

const leavesOf = (node: QueryNode): readonly (Term | Word)[] => {
  if (node.kind === "term" || node.kind === "word") return [node];
  return node.kind === "not" ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
};

const isOfAssets = (node: QueryNode): boolean =>
  leavesOf(node).every((leaf) => leaf.kind === "term" && ASSET_FIELDS.has(leaf.field));

/** A query cut in two: what it asks of assets alone, and all else; null where it asks nothing of the kind. */
export interface Parts {
  readonly assets: QueryNode | null;
  readonly rest: QueryNode | null;
}

const joined = (parts: readonly QueryNode[]): QueryNode | null => {
  const [first] = parts;
  if (first === undefined) return null;
  return parts.length === 1 ? first : { kind: "and", parts };
};

/** Cuts a query at its outermost ANDs, so that assets that it does not ask for are not counted in groups of assets. */
export const partsOf = (node: QueryNode | null): Parts => {
  if (node === null) return { assets: null, rest: null };
  const parts = node.kind === "and" ? node.parts : [node];
  return {
    assets: joined(parts.filter(isOfAssets)),
    rest: joined(parts.filter((part) => !isOfAssets(part))),
  };
};

/** From the least to the worst. */
const RISING: readonly Severity[] = SEVERITIES.toReversed();

const compares: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

/**
 * The severities that a query asks for where it asks for nothing else (null asks for all), so that sums which are kept by severity
 * answer it; null where they cannot.
 */
export const severitiesAlone = (node: QueryNode | null): readonly Severity[] | null => {
  if (node === null) return SEVERITIES;
  if (node.kind !== "term" || node.field !== "severity") return null;
  const { op, values } = node;
  if (op === ":" || op === "=") return SEVERITIES.filter((one) => values.includes(one));
  const bound = RISING.indexOf(values[0] as Severity);
  return SEVERITIES.filter((one) => compares[op]?.(RISING.indexOf(one), bound) ?? false);
};

const DAY_MS = 86_400_000;

/** The last days up to one (`YYYY-MM-DD`), oldest first. */
export const daysUpTo = (today: string, days: number): string[] =>
  Array.from({ length: days }, (_, i) =>
    new Date(Date.parse(today) - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );

/** Findings by the day on which they came and the day on which they went; null: they are still there. */
export interface Stay {
  readonly came: string;
  readonly went: string | null;
  readonly value: number;
}

/** What was there at the end of each day. What came before the first day counts from it. */
export const courseOf = (stays: readonly Stay[], days: readonly string[]): number[] => {
  const change = new Map<string, number>();
  const first = days[0] ?? "";
  const add = (day: string, value: number): void => {
    change.set(day, (change.get(day) ?? 0) + value);
  };
  for (const { came, went, value } of stays) {
    add(came < first ? first : came, value);
    if (went !== null) add(went < first ? first : went, -value);
  }
  let there = 0;
  return days.map((day) => {
    there += change.get(day) ?? 0;
    return Math.max(0, there);
  });
};

/** A day without a figure is as the one before; days before the first figure are left out. */
export const filledDays = <Day extends { readonly day: string }>(
  known: readonly Day[],
  days: readonly string[],
): Day[] => {
  const byDay = new Map(known.map((one) => [one.day, one]));
  const first = days[0] ?? "";
  let held = known.findLast((one) => one.day < first);
  return days.flatMap((day) => {
    held = byDay.get(day) ?? held;
    return held === undefined ? [] : [{ ...held, day }];
  });
};

/** Throws BAD_REQUEST unless every widget can be counted, so that no dashboard is kept that cannot be shown. */
export const checkWidgets = (
  widgets: readonly Widget[],
  views: ReadonlyMap<string, { readonly noun: string; readonly isShared: boolean }>,
  isShared: boolean,
): void => {
  for (const [i, { title, kind, query, viewId }] of widgets.entries()) {
    const named = `"${title || kind}"`;
    const bad = (message: string): AppError => new AppError("BAD_REQUEST", message, { field: `widgets.${i}` });
    const [first] = parseQuery(query, FINDING_FIELDS).errors;
    if (first !== undefined) throw bad(`The widget ${named}, at character ${first.at + 1}: ${first.message}`);
    if (viewId === "") continue;
    const view = views.get(viewId);
    if (view?.noun !== "findings") throw bad(`The widget ${named} names no saved view of findings that you see.`);
    if (isShared && !view.isShared) {
      throw bad(`The widget ${named} shows a view of your own: share the view, or write its query into the widget.`);
    }
  }
};
