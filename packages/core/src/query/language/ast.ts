/** Where a part of a query stands in its text: characters from 0. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

export type Operator = ":" | "=" | "<" | "<=" | ">" | ">=";

/** `field:value,value` or `field>=value`, the values as they were written and checked. */
export interface Term extends Span {
  readonly kind: "term";
  readonly field: string;
  readonly op: Operator;
  /** At least one; several only with `:` and mean any of them. */
  readonly values: readonly string[];
}

/** Free text that a name or an advisory must contain. */
export interface Word extends Span {
  readonly kind: "word";
  readonly text: string;
}

/** A question as a tree. `and` and `or` have at least two parts. */
export type QueryNode =
  | Term
  | Word
  | { readonly kind: "not"; readonly part: QueryNode }
  | { readonly kind: "and" | "or"; readonly parts: readonly QueryNode[] };

/** A mistake: where it stands, and one sentence with the mend. */
export interface QueryError extends Span {
  readonly message: string;
}

/** What a field holds, and so which operators and values it takes. */
export type FieldType =
  | { readonly kind: "choice"; readonly values: readonly string[]; readonly isOrdered?: true }
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly percent?: true }
  /** A day, or a duration such as 7d: within the last seven days. */
  | { readonly kind: "time" }
  | { readonly kind: "id" }
  /** Text; `*` stands for any letters where `hasGlob`. */
  | { readonly kind: "text"; readonly maxLength: number; readonly hasGlob?: true };

/** One field of a query. */
export interface Field {
  readonly name: string;
  readonly says: string;
  readonly type: FieldType;
}

/** The longest query in characters, its terms and words (count), and how deep brackets may lie in brackets. */
export const QUERY_CHARS_MAX = 2_000;
export const QUERY_TERMS_MAX = 100;
export const QUERY_DEPTH_MAX = 16;
/** Values of one term (count). */
export const QUERY_VALUES_MAX = 100;
