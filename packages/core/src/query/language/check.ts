import type { Field, Operator } from "./ast.ts";
import { QUERY_VALUES_MAX } from "./ast.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DURATION = /^(\d{1,5})(h|d|w|m|y)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168, m: 730, y: 8_766 };

/** The hours of a duration such as 12h, 7d, 2w, 3m or 1y; null for other text. */
export const durationHours = (text: string): number | null => {
  const [, count, unit] = DURATION.exec(text.toLowerCase()) ?? [];
  return count === undefined ? null : Number(count) * (HOURS[unit ?? ""] ?? 0);
};

/** A day as YYYY-MM-DD that there is; null for other text. */
export const dayOf = (text: string): string | null => {
  if (!DAY.test(text)) return null;
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text ? null : text;
};

const MOMENT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?Z$/;

/** A moment in UTC such as 2026-01-31T23:00Z that there is; null for other text. */
export const momentOf = (text: string): string | null => {
  const [, day = ""] = MOMENT.exec(text) ?? [];
  return dayOf(day) === null ? null : text;
};

/** A number of a field; `50%` is 0.5 where the field takes percents. Null for other text and for what is out of bounds. */
export const numberOf = (text: string, { min, max, percent }: { min: number; max: number; percent?: true }) => {
  const [, digits, sign] = /^(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
  if (digits === undefined || (sign === "%" && !percent)) return null;
  const number = Number(digits) / (sign === "%" ? 100 : 1);
  return number >= min && number <= max ? number : null;
};

const wanted = ({ type }: Field): string => {
  if (type.kind === "choice") return `one of ${type.values.join(", ")}`;
  if (type.kind === "number") return `a number from ${type.min} to ${type.max}`;
  if (type.kind === "time")
    return "a day such as 2026-01-31, a moment such as 2026-01-31T23:00Z, or a time such as 7d for the last seven days";
  if (type.kind === "id") return "an id: open the thing and copy it there";
  return "a text";
};

const isOrdered = (field: Field): boolean =>
  field.type.kind === "number" ||
  field.type.kind === "time" ||
  (field.type.kind === "choice" && !!field.type.isOrdered);

const oneFault = (field: Field, op: Operator, value: string): string | null => {
  const { name, type } = field;
  const no = `${name} does not know "${value}": it takes ${wanted(field)}.`;
  if (type.kind === "choice") return type.values.includes(value.toLowerCase()) ? null : no;
  if (type.kind === "number") return numberOf(value, type) === null ? no : null;
  if (type.kind === "id") return UUID.test(value) ? null : no;
  if (type.kind === "text" && value.trim() === "") return `${name} needs a value: ${wanted(field)}.`;
  if (type.kind === "text")
    return value.length <= type.maxLength ? null : `${name} takes at most ${type.maxLength} characters.`;
  if (dayOf(value) !== null) return null;
  if (momentOf(value) !== null) {
    return op === ":" || op === "=" ? `${name} compares moments: write ${name}>=${value} or ${name}<${value}.` : null;
  }
  if (durationHours(value) === null) return no;
  return op === ":"
    ? null
    : `${name} compares days: write ${name}${op}2026-01-31, or ${name}:${value} for the last ${value}.`;
};

/** What is wrong with a term of a field, with the mend; null when nothing is. */
export const termFault = (field: Field, op: Operator, values: readonly string[]): string | null => {
  if (values.length === 0) return `${field.name} needs a value: ${wanted(field)}.`;
  if (values.length > QUERY_VALUES_MAX) return `${field.name} takes at most ${QUERY_VALUES_MAX} values.`;
  if (op !== ":" && op !== "=") {
    if (!isOrdered(field)) return `${field.name} has no order: write ${field.name}:${values[0] ?? ""}.`;
    if (values.length > 1) {
      const [whole = "", part = ""] = values;
      // who writes decimals with a comma is told how they are written here
      return values.length === 2 && /^\d+$/.test(whole) && /^\d+%?$/.test(part)
        ? `${field.name}${op} takes one value, with a point for decimals: ${whole}.${part}.`
        : `${field.name}${op} takes one value.`;
    }
  }
  for (const value of values) {
    const fault = oneFault(field, op, value);
    if (fault !== null) return fault;
  }
  return null;
};
