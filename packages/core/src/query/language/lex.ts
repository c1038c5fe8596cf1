import type { Operator, QueryError, Span } from "./ast.ts";

/** One piece of a query's text. */
export type Token =
  | (Span & { readonly kind: "(" | ")" | "or" | "not" | "and" })
  | (Span & { readonly kind: "word"; readonly text: string })
  | (Span & {
      readonly kind: "term";
      readonly field: string;
      readonly op: Operator;
      readonly values: readonly string[];
    });

const FIELD = /([A-Za-z][A-Za-z_]*)(:?(?:>=|<=|>|<)|:|=)/y;
const BARE = /[^\s()",]+/y;
const BARE_WORD = /[^\s()"]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)("?)/y;
const SPACE = /\s/;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, "$1");

const operatorOf = (written: string): Operator => {
  const bare = written.length > 1 && written.startsWith(":") ? written.slice(1) : written;
  return bare as Operator;
};

/** Text in quotes; null where none begins. A quote that is not closed is noted, and holds the rest. */
const quotedAt = (text: string, at: number, errors: QueryError[]): { value: string; end: number } | null => {
  const quoted = matchAt(QUOTED, text, at);
  if (quoted === null) return null;
  const [whole, inside = "", close] = quoted;
  if (close === "")
    errors.push({ at, length: text.length - at, message: 'This quote is not closed: end the text with ".' });
  return { value: unescaped(inside), end: at + whole.length };
};

/** A value with quotes or without; null where none stands. */
const valueAt = (text: string, at: number, errors: QueryError[]): { value: string; end: number } | null => {
  const quoted = quotedAt(text, at, errors);
  if (quoted) return quoted;
  const bare = matchAt(BARE, text, at);
  return bare && { value: bare[0], end: at + bare[0].length };
};

const valuesAt = (text: string, from: number, errors: QueryError[]): { values: string[]; end: number } => {
  const values: string[] = [];
  let end = from;
  for (;;) {
    const found = valueAt(text, end, errors);
    if (found) {
      values.push(found.value);
      end = found.end;
    }
    if (text[end] !== ",") return { values, end };
    end += 1;
  }
};

const KEYWORDS: ReadonlyMap<string, "or" | "not" | "and"> = new Map([
  ["OR", "or"],
  ["|", "or"],
  ["AND", "and"],
  ["NOT", "not"],
]);

const tokenAt = (text: string, at: number, errors: QueryError[]): Token => {
  const one = text[at];
  if (one === "(" || one === ")") return { kind: one, at, length: 1 };
  if ((one === "-" || one === "!") && !SPACE.test(text[at + 1] ?? " ")) return { kind: "not", at, length: 1 };
  const field = matchAt(FIELD, text, at);
  if (field) {
    const { values, end } = valuesAt(text, at + field[0].length, errors);
    const [, name = "", op = ":"] = field;
    return { kind: "term", at, length: end - at, field: name.toLowerCase(), op: operatorOf(op), values };
  }
  const quoted = quotedAt(text, at, errors);
  if (quoted) return { kind: "word", at, length: quoted.end - at, text: quoted.value };
  const word = matchAt(BARE_WORD, text, at)?.[0] ?? one ?? "";
  const keyword = KEYWORDS.get(word);
  return keyword ? { kind: keyword, at, length: word.length } : { kind: "word", at, length: word.length, text: word };
};

/** Cuts a query into tokens; a quote that is not closed is an error and its text still a token. Linear in the text. */
export const tokenizeQuery = (text: string): { tokens: Token[]; errors: QueryError[] } => {
  const tokens: Token[] = [];
  const errors: QueryError[] = [];
  for (let at = 0; at < text.length;) {
    if (SPACE.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at, errors);
    tokens.push(token);
    at += Math.max(1, token.length);
  }
  return { tokens, errors };
};
