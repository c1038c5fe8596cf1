import type { Field } from "./ast.ts";
import { tokenizeQuery } from "./lex.ts";

/** Replace `length` characters at `at` by `insert`. */
export interface Completion {
  readonly at: number;
  readonly length: number;
  readonly insert: string;
  readonly says: string;
}

/** Most completions offered at once. */
export const COMPLETIONS_MAX = 10;

const TYPED = /^([A-Za-z][A-Za-z_]*)(:?(?:>=|<=|>|<)|:|=)(.*)$/s;
const TIMES = ["1d", "7d", "30d", "1y"];

const valuesOf = (field: Field, known: readonly string[]): readonly string[] => {
  if (known.length > 0) return known;
  if (field.type.kind === "choice") return field.type.values.toReversed();
  return field.type.kind === "time" ? TIMES : [];
};

const quoted = (value: string): string => (/[\s()",]/.test(value) ? `"${value}"` : value);

/**
 * What may follow at the caret: fields while a word is being typed, values after an operator, one more after a comma. `known` gives
 * values that only the caller knows, by field, such as the ecosystems in use. Best first, at most `COMPLETIONS_MAX`.
 */
export const completeQuery = (
  text: string,
  caret: number,
  fields: readonly Field[],
  known: Readonly<Record<string, readonly string[]>> = {},
): readonly Completion[] => {
  const token = tokenizeQuery(text).tokens.find((t) => caret > t.at && caret <= t.at + t.length);
  if (token && token.kind !== "word" && token.kind !== "term") return [];
  const typed = token ? text.slice(token.at, caret) : "";
  const [at, length] = [token?.at ?? caret, token?.length ?? 0];
  const [, name, operator = ":", written = ""] = TYPED.exec(typed) ?? [];
  if (name === undefined) {
    return fields
      .filter((f) => f.name.startsWith(typed.toLowerCase()))
      .map((f) => ({ at, length, insert: `${f.name}:`, says: f.says }))
      .slice(0, COMPLETIONS_MAX);
  }
  const field = fields.find((f) => f.name === name.toLowerCase());
  if (field === undefined) return [];
  const before = written.slice(0, written.lastIndexOf(",") + 1);
  const last = written.slice(before.length).replaceAll('"', "").toLowerCase();
  const taken = new Set(before.split(","));
  return valuesOf(field, known[field.name] ?? [])
    .filter((v) => v.toLowerCase().startsWith(last) && v.toLowerCase() !== last && !taken.has(v))
    .map((v) => ({ at, length, insert: `${field.name}${operator}${before}${quoted(v)}`, says: field.says }))
    .slice(0, COMPLETIONS_MAX);
};
