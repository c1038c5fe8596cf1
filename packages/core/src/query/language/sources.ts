import type { QueryNode } from "./ast.ts";

/** Sources that add to advisories, and fields that ask for what they say. */
export const ADDING_SOURCES = ["kev", "epss"] as const;
export type AddingSource = (typeof ADDING_SOURCES)[number];

const asks = (node: QueryNode, field: string): boolean => {
  if (node.kind === "term") return node.field === field;
  if (node.kind === "word") return false;
  return node.kind === "not" ? asks(node.part, field) : node.parts.some((part) => asks(part, field));
};

/** The sources without which a query cannot be answered: where one was never read, nothing is counted and not "0". Pure. */
export const sourcesAsked = (node: QueryNode | null): readonly AddingSource[] =>
  node === null ? [] : ADDING_SOURCES.filter((source) => asks(node, source));
