import { parseAst } from "rolldown/parseAst";

/** A node of a parsed source, with what it holds. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Whether a value is a node. */
export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** The nodes that a node holds. */
export const childrenOf = (node: Node): Node[] =>
  Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);

/** A source as its tree. */
export const treeOf = (source: string, lang: "ts" | "tsx"): Node =>
  parseAst(source, { lang, astType: "ts" }) as unknown as Node;

/** The name of an identifier, or of what a node is called by; empty for none. */
export const nameOf = (node: unknown): string => {
  if (!isNode(node)) return "";
  const name = node["name"] ?? node["value"];
  return typeof name === "string" ? name : isNode(name) ? nameOf(name) : "";
};
