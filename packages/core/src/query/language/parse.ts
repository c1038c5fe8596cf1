import {
  type Field,
  QUERY_CHARS_MAX,
  QUERY_DEPTH_MAX,
  QUERY_TERMS_MAX,
  type QueryError,
  type QueryNode,
  type Span,
  type Term,
} from "./ast.ts";
import { termFault } from "./check.ts";
import { type Token, tokenizeQuery } from "./lex.ts";

export interface ParsedQuery {
  /** What was understood; null for nothing. Parts with mistakes are left out. */
  readonly node: QueryNode | null;
  /** In the order of the text. */
  readonly errors: readonly QueryError[];
}

interface State {
  readonly tokens: readonly Token[];
  readonly fields: ReadonlyMap<string, Field>;
  readonly errors: QueryError[];
  next: number;
  depth: number;
  isTooDeep: boolean;
  terms: number;
}

const joined = (kind: "and" | "or", parts: readonly QueryNode[]): QueryNode | null => {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  return flat.length > 1 ? { kind, parts: flat } : (flat[0] ?? null);
};

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

const NEAR_CHARS_MAX = 32;

/** The field nearest to a mistyped one; null when none is near. */
const nearest = (typed: string, names: readonly string[]): string | null => {
  if (typed.length > NEAR_CHARS_MAX) return null;
  const starts = names.find((name) => name.startsWith(typed));
  if (starts !== undefined) return starts;
  const [best] = names.map((name) => ({ name, far: distance(typed, name) })).sort((a, b) => a.far - b.far);
  return best && best.far <= 2 ? best.name : null;
};

const unknownField = (name: string, fields: ReadonlyMap<string, Field>): string => {
  const names = [...fields.keys()];
  const near = nearest(name, names);
  return near === null
    ? `There is no field "${name}". Fields: ${names.join(", ")}. Put quotes around text with a colon.`
    : `There is no field "${name}". Did you mean ${near}: ?`;
};

const termOf = (state: State, token: Extract<Token, { kind: "term" }>): Term | null => {
  const { at, length, op, values } = token;
  const field = state.fields.get(token.field);
  const wrong = field ? termFault(field, op, values) : unknownField(token.field, state.fields);
  if (wrong !== null || !field) {
    state.errors.push({ at, length, message: wrong ?? "" });
    return null;
  }
  const written =
    field.type.kind === "choice" ? [...new Set(values.map((v) => v.toLowerCase()))] : [...new Set(values)];
  return { kind: "term", at, length, field: field.name, op: op === "=" ? ":" : op, values: written };
};

/** Notes a mistake once a place. */
const fault = (state: State, { at, length }: Span, message: string): void => {
  if (!state.errors.some((error) => error.at === at)) state.errors.push({ at, length, message });
};

const leaf = (state: State, token: Token): QueryNode | null => {
  state.terms += 1;
  if (state.terms === QUERY_TERMS_MAX + 1) {
    fault(state, token, `A query has at most ${QUERY_TERMS_MAX} parts: this and what follows is left out.`);
  }
  if (state.terms > QUERY_TERMS_MAX) return null;
  if (token.kind === "term") return termOf(state, token);
  if (token.kind !== "word") return null;
  if (token.text !== "") return { ...token, kind: "word" };
  fault(state, token, "There is nothing between these quotes: write a text there, or take them away.");
  return null;
};

const group = (state: State, open: Token): QueryNode | null => {
  state.depth += 1;
  if (state.depth > QUERY_DEPTH_MAX) {
    fault(state, open, `Brackets lie in each other at most ${QUERY_DEPTH_MAX} deep.`);
    state.next = state.tokens.length;
    state.isTooDeep = true;
    return null;
  }
  const first = state.tokens[state.next];
  if (first?.kind === ")") {
    const span = { at: open.at, length: first.at + first.length - open.at };
    fault(state, span, "There is nothing between these brackets: write a part there, or take them away.");
  }
  const node = anyOf(state);
  if (state.tokens[state.next]?.kind === ")") state.next += 1;
  else if (!state.isTooDeep) fault(state, open, "This bracket is not closed: put ) where it ends.");
  state.depth -= 1;
  return node;
};

const factor = (state: State): QueryNode | null => {
  const token = state.tokens[state.next];
  if (token === undefined) return null;
  state.next += 1;
  if (token.kind === "(") return group(state, token);
  if (token.kind !== "not") return leaf(state, token);
  let isNegated = true;
  while (state.tokens[state.next]?.kind === "not") {
    isNegated = !isNegated;
    state.next += 1;
  }
  const following = state.tokens[state.next]?.kind;
  if (following === undefined || following === ")" || following === "or" || following === "and") {
    fault(state, token, "Nothing follows the NOT: write what is not wanted.");
    return null;
  }
  const part = factor(state);
  return part && isNegated ? { kind: "not", part } : part;
};

/** A word that joins has something on both of its sides. */
const oneSided = (state: State, joining: Token | undefined): void => {
  if (joining === undefined || state.isTooDeep) return;
  const word = joining.kind.toUpperCase();
  fault(state, joining, `The ${word} has nothing on one of its sides: write a part there, or take it away.`);
};

/** Parts with one word between them; `part` reads one and answers null also for a part with a mistake. */
const row = (state: State, kind: "and" | "or", part: (state: State) => QueryNode | null): QueryNode | null => {
  const parts: QueryNode[] = [];
  let before: Token | undefined;
  for (;;) {
    const from = state.next;
    const read = part(state);
    if (read) parts.push(read);
    const isNothing = state.next === from;
    const after = state.tokens[state.next];
    if (isNothing) oneSided(state, before);
    if (after?.kind !== kind) {
      // parts of an `and` stand beside each other, with its word or without
      if (kind === "or" || isNothing) return joined(kind, parts);
      before = undefined;
      continue;
    }
    if (isNothing) oneSided(state, after);
    before = after;
    state.next += 1;
  }
};

const partOf = (state: State): QueryNode | null => {
  const kind = state.tokens[state.next]?.kind;
  return kind === undefined || kind === ")" || kind === "or" || kind === "and" ? null : factor(state);
};
const allOf = (state: State): QueryNode | null => row(state, "and", partOf);
const anyOf = (state: State): QueryNode | null => row(state, "or", allOf);

/**
 * Reads a query such as `severity:critical,high (kev:true OR epss>=50%) -label:lab fix:yes openssl` over these fields. Parts
 * beside each other must all hold; OR and | join alternatives; NOT, - and ! turn a part around; brackets group; quotes hold
 * text together. Never throws: what is not understood is left out and named in `errors`.
 */
export const parseQuery = (text: string, fields: readonly Field[]): ParsedQuery => {
  if (text.length > QUERY_CHARS_MAX) {
    const message = `A query has at most ${QUERY_CHARS_MAX} characters.`;
    return { node: null, errors: [{ at: QUERY_CHARS_MAX, length: text.length - QUERY_CHARS_MAX, message }] };
  }
  const { tokens, errors } = tokenizeQuery(text);
  const byName = new Map(fields.map((f) => [f.name, f]));
  const state: State = { tokens, fields: byName, errors, next: 0, depth: 0, isTooDeep: false, terms: 0 };
  const parts: QueryNode[] = [];
  while (state.next < tokens.length) {
    const node = anyOf(state);
    if (node) parts.push(node);
    const stray = tokens[state.next];
    if (stray?.kind === ")") {
      fault(state, stray, "This bracket closes none: take it away, or open one before.");
      state.next += 1;
    }
  }
  return { node: joined("and", parts), errors: errors.sort((a, b) => a.at - b.at || a.length - b.length) };
};
