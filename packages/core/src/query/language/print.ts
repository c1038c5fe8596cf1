import type { QueryNode } from "./ast.ts";

const needsQuotes = (text: string): boolean => text === "" || /[\s()",|]|^[-!<>=:]|^(?:OR|AND|NOT)$/.test(text);
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (c) => `\\${c}`)}"`;
const value = (text: string): string => (needsQuotes(text) ? quoted(text) : text);
/** A word that would be read as a field has quotes too. */
const word = (text: string): string => (/^[A-Za-z][A-Za-z_]*[:=<>]/.test(text) ? quoted(text) : value(text));

/** The text of a query in one form: reading it back gives the same tree. */
export const printQuery = (node: QueryNode | null): string => {
  if (node === null) return "";
  if (node.kind === "word") return word(node.text);
  if (node.kind === "term") return `${node.field}${node.op}${node.values.map(value).join(",")}`;
  if (node.kind === "not") {
    const { part } = node;
    return part.kind === "and" || part.kind === "or" ? `-(${printQuery(part)})` : `-${printQuery(part)}`;
  }
  const isAnd = node.kind === "and";
  const parts = node.parts.map((part) => (isAnd && part.kind === "or" ? `(${printQuery(part)})` : printQuery(part)));
  return parts.join(isAnd ? " " : " OR ");
};

/** The text of a query that asks for these fields to have these values. */
export const queryOf = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([field, text]) => printQuery({ kind: "term", at: 0, length: 0, field, op: ":", values: [text] }))
    .join(" ");
