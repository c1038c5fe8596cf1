import { AppError } from "../errors.ts";

/** The longest license expression that is read, in characters. */
export const LICENSE_CHARACTERS_MAX = 16_384;
/** The deepest nesting of parentheses that is read. */
export const LICENSE_DEPTH_MAX = 64;

/** One license: its id or `LicenseRef-`, whether later versions do too (`+`), and the exception after `WITH`. */
export interface License {
  readonly kind: "license";
  readonly id: string;
  readonly orLater: boolean;
  readonly exception: string | null;
}

/** An SPDX license expression. The parts of `and` are licenses and `or`s, those of `or` licenses and `and`s; two or more. */
export type LicenseExpression = License | { readonly kind: "and" | "or"; readonly parts: readonly LicenseExpression[] };

const bad = (what: string): AppError =>
  new AppError("BAD_REQUEST", `The license expression ${what}.`, { field: "license" });

const ID = /^(?!(?:License|Document|Addition)Ref-)[A-Za-z0-9][A-Za-z0-9.-]*$/i;
const REFERENCE = /^(?:DocumentRef-([A-Za-z0-9.-]+):)?(License|Addition)Ref-([A-Za-z0-9.-]+)$/i;
const TOKEN = /\s*(?:([()])|([^\s()]+))/y;

/** Operators are written in upper or in lower case, never mixed: `And` would be an id. */
const operatorOf = (token: string | undefined): "AND" | "OR" | "WITH" | null => {
  if (token === "AND" || token === "and") return "AND";
  if (token === "OR" || token === "or") return "OR";
  return token === "WITH" || token === "with" ? "WITH" : null;
};

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(trimmed); found; found = TOKEN.exec(trimmed)) tokens.push(found[1] ?? found[2]!);
  return tokens;
};

/** A reference with its prefixes as the specification writes them; null when the text is none of that kind. */
const referenceOf = (token: string, kind: "License" | "Addition"): string | null => {
  const found = REFERENCE.exec(token);
  if (found?.[2]?.toLowerCase() !== kind.toLowerCase()) return null;
  return `${found[1] === undefined ? "" : `DocumentRef-${found[1]}:`}${kind}Ref-${found[3]}`;
};

const exceptionOf = (token: string | undefined): string => {
  if (token === undefined || operatorOf(token) !== null) throw bad("needs an exception after WITH");
  const reference = referenceOf(token, "Addition");
  if (reference === null && !ID.test(token)) throw bad("has an exception whose id is not valid");
  return reference ?? token;
};

const join = (kind: "and" | "or", parts: readonly LicenseExpression[]): LicenseExpression => {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  return flat.length === 1 ? flat[0]! : { kind, parts: flat };
};

/** Reads tokens from left to right; `at` is the next one. */
class Reader {
  private at = 0;
  private readonly tokens: readonly string[];

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): LicenseExpression {
    const expression = this.any(0);
    if (this.at < this.tokens.length) throw bad("has something after its end");
    return expression;
  }

  private any(depth: number): LicenseExpression {
    const parts = [this.all(depth)];
    while (this.takes("OR")) parts.push(this.all(depth));
    return join("or", parts);
  }

  private all(depth: number): LicenseExpression {
    const parts = [this.one(depth)];
    while (this.takes("AND")) parts.push(this.one(depth));
    return join("and", parts);
  }

  private takes(operator: "AND" | "OR" | "WITH"): boolean {
    const taken = operatorOf(this.tokens[this.at]) === operator;
    if (taken) this.at++;
    return taken;
  }

  private one(depth: number): LicenseExpression {
    const token = this.tokens[this.at++];
    if (token === "(") {
      if (depth >= LICENSE_DEPTH_MAX) throw bad(`nests deeper than ${LICENSE_DEPTH_MAX} parentheses`);
      const inner = this.any(depth + 1);
      if (this.tokens[this.at++] !== ")") throw bad("has a parenthesis that is not closed");
      return inner;
    }
    if (token === undefined || token === ")" || operatorOf(token) !== null) throw bad("lacks a license");
    const reference = referenceOf(token, "License");
    const orLater = reference === null && token.endsWith("+");
    const id = reference ?? (orLater ? token.slice(0, -1) : token);
    if (reference === null && !ID.test(id)) throw bad("has a license whose id is not valid");
    const exception = this.takes("WITH") ? exceptionOf(this.tokens[this.at++]) : null;
    return { kind: "license", id, orLater, exception };
  }
}

/**
 * Reads an SPDX license expression. Ids are checked for their form, not against SPDX's list. Throws BAD_REQUEST (field
 * `license`) saying what is wrong. Linear in the length.
 */
export const parseLicense = (text: string): LicenseExpression => {
  if (text.length > LICENSE_CHARACTERS_MAX) throw bad(`is longer than ${LICENSE_CHARACTERS_MAX} characters`);
  return new Reader(tokensOf(text)).whole();
};

const formatOne = ({ id, orLater, exception }: License): string =>
  `${id}${orLater ? "+" : ""}${exception === null ? "" : ` WITH ${exception}`}`;

/** Writes an expression with operators in upper case, single spaces and no parentheses but those it needs. */
export const formatLicense = (expression: LicenseExpression): string => {
  if (expression.kind === "license") return formatOne(expression);
  const { kind, parts } = expression;
  const texts = parts.map((part) =>
    kind === "and" && part.kind === "or" ? `(${formatLicense(part)})` : formatLicense(part),
  );
  return texts.join(kind === "and" ? " AND " : " OR ");
};
