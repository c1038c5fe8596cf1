import type { Field, QueryError, QueryNode } from "../query/language/ast.ts";
import { parseQuery } from "../query/language/parse.ts";

/** Rules of a company (count): each is asked of every asset. */
export const RISK_RULES_MAX = 50;

const text = (name: string, says: string, maxLength: number): Field => ({
  name,
  says,
  type: { kind: "text", maxLength, hasGlob: true },
});

/** What a condition on assets may ask, in the order in which it is offered. */
export const ASSET_FIELDS: readonly Field[] = [
  text("label", "one of its labels", 100),
  text("host", "its name, such as web-*", 255),
  { name: "kind", says: "what it is", type: { kind: "choice", values: ["host", "image", "repository", "sbom"] } },
  text("os", "its operating system in words, such as Debian*", 200),
  { name: "asset", says: "the id of one asset", type: { kind: "id" } },
];

const leavesOf = (node: QueryNode): readonly QueryNode[] => {
  if (node.kind === "term" || node.kind === "word") return [node];
  return node.kind === "not" ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
};

/**
 * Reads a condition on assets, in the language of queries. Never throws: `errors` names each mistake at its place, and is empty where
 * the condition can be used; then `node` is one.
 */
export const parseAssetCondition = (
  condition: string,
): { readonly node: QueryNode | null; readonly errors: readonly QueryError[] } => {
  const { node, errors } = parseQuery(condition, ASSET_FIELDS);
  if (errors.length > 0) return { node: null, errors };
  if (node === null) {
    const message = "A rule needs a condition: write which assets it is about, such as label:prod.";
    return { node, errors: [{ at: 0, length: 0, message }] };
  }
  const faults = leavesOf(node).flatMap((leaf): QueryError[] => {
    if (leaf.kind !== "word") return [];
    return [{ at: leaf.at, length: leaf.length, message: `Say what "${leaf.text}" is: write host:*${leaf.text}*.` }];
  });
  return { node: faults.length > 0 ? null : node, errors: faults };
};
