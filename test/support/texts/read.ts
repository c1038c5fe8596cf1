import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SENTENCES } from "../../../packages/web/src/ui/sentences.ts";
import { singular } from "../../../packages/web/src/ui/singular.ts";
import { childrenOf, isNode, nameOf, type Node, treeOf } from "./ast.ts";
import { refusalsOfServer } from "./refusals.ts";

/** The sources of the dashboard. */
export const WEB = new URL("../../../packages/web/src/", import.meta.url).pathname;
/** What every language says, by the English text. */
export const CATALOGS = join(WEB, "texts");

export interface Found {
  /** English texts that the sources say. */
  readonly texts: ReadonlySet<string>;
  /** Where text stands that goes round the catalog: `file:line: text`. */
  readonly stray: readonly string[];
}

const stringOf = (value: unknown): string | null =>
  isNode(value) && value.type === "Literal" && typeof value["value"] === "string" ? value["value"] : null;

/** Literals that an expression may come to. */
const literals = (node: unknown): string[] => {
  const text = stringOf(node);
  if (text !== null) return [text];
  if (!isNode(node) || node.type !== "ConditionalExpression") return [];
  return [...literals(node["consequent"]), ...literals(node["alternate"])];
};

/** Attributes whose text is read or heard. */
const SHOWN = new Set(["title", "label", "aria-label", "placeholder", "alt", "aside", "lead", "hint", "heading"]);
/** Words of which a text must have one to be a text. */
const WORD = /\p{L}{2}/u;
/** An example of what may be written, as `site:berlin`, is no text of a language. */
const EXAMPLE = /\S:\S/;
/** What stands on a key or is a mark of the field is the same in every language. */
const SAME = new Set(["Ctrl K", "&gt;"]);

/** What one call or property says: arguments of `say` and `plural`, heads of columns, nouns of tables. */
const textsOf = (node: Node): string[] => {
  if (node.type === "CallExpression") {
    const args = node["arguments"] as Node[];
    const callee = nameOf(node["callee"]);
    if (callee === "say") return literals(args[0]);
    if (callee === "plural") {
      const [one] = literals(args[1]);
      return one === undefined ? [] : [one, literals(args[2])[0] ?? `${one}s`];
    }
  }
  if (node.type === "Property" && nameOf(node["key"]) === "head") return literals(node["value"]);
  if (node.type === "JSXAttribute" && nameOf(node["name"]) === "noun") {
    const [many] = literals(node["value"]);
    return many === undefined ? [] : [many, singular(many)];
  }
  return [];
};

const strayIn = (node: Node): string | null => {
  if (node.type === "JSXText") return nameOf(node).trim();
  if (node.type === "JSXAttribute" && SHOWN.has(nameOf(node["name"]))) return stringOf(node["value"]);
  return null;
};

const sourcesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".test.ts"))
    .sort();

/** Reads the texts of every source. */
export const textsOfWeb = (): Found => {
  const texts = new Set<string>([...SENTENCES, ...refusalsOfServer()]);
  const stray: string[] = [];
  for (const file of sourcesIn(WEB)) {
    const source = readFileSync(join(WEB, file), "utf8");
    const visit = (node: Node): void => {
      for (const text of textsOf(node)) texts.add(text);
      const bare = strayIn(node);
      if (bare !== null && WORD.test(bare) && !EXAMPLE.test(bare) && !SAME.has(bare))
        stray.push(`${file}:${source.slice(0, node.start).split("\n").length}: ${bare}`);
      for (const child of childrenOf(node)) visit(child);
    };
    visit(treeOf(source, file.endsWith("x") ? "tsx" : "ts"));
  }
  return { texts, stray };
};
