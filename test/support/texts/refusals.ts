import { ERRORS, type ErrorCode } from "@zerotrace/core/errors";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { childrenOf, isNode, nameOf, type Node, treeOf } from "./ast.ts";

const PACKAGES = new URL("../../../packages/", import.meta.url).pathname;
/** Where what a page asks for may be refused. */
const ROOTS = [
  "server/src/features",
  "server/src/platform/auth",
  "server/src/platform/http",
  "server/src/platform/outgoing",
  "core/src",
];
/** Asked by programs alone. */
const PROGRAMS =
  /^server\/src\/features\/(scim|inventory|access-tokens|graphql|canary|health|jobs)\/|agents\/(presence|report|certificates)/;
/** Only the command line reads these. */
const LOCAL = /^core\/src\/(?:(?:policy|pki|match)\/|dashboard\/file)/;
/** Refusals that are no fault of the server's or its operator's. */
const CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "BAD_REQUEST",
  "CONFLICT",
  "FORBIDDEN",
  "NOT_FOUND",
  "NOT_READY",
  "PAYLOAD_TOO_LARGE",
  "QUOTA_EXCEEDED",
  "RATE_LIMITED",
  "UNAUTHENTICATED",
  "UNSUPPORTED_MEDIA_TYPE",
]);

/** A value of this name is a sentence or a word that is told too. */
const TOLD = new Set([
  "says",
  "mend",
  "what",
  "why",
  "detail",
  "state",
  "message",
  "where",
  "who",
  "whose",
  "choice",
  "part",
]);
const COUNTED =
  /^[A-Z][A-Z\d_]+$|^(?:n|at|most|max|length|seconds|count|days|total|mega|said)$|(?:Max|Count|Seconds|Bytes|Days)$/;
/** Two words of its own: less is no sentence to be known by. */
const WORDS = /\p{L}{2,}\P{L}+\p{L}{2,}/u;
/** What stands within another sentence has more of them: with fewer it would be found in any. */
const INNER_WORDS = /(?:\p{L}{2,}\P{L}+){2}\p{L}{2,}/u;

const bare = (text: string): string => text.replaceAll(/\{\w+\}/g, " ");

const baseOf = (node: Node): string => {
  if (node.type === "Identifier") return nameOf(node);
  if (node.type === "MemberExpression") return baseOf((node["computed"] ? node["object"] : node["property"]) as Node);
  if (node.type === "CallExpression") {
    const callee = node["callee"] as Node;
    return callee.type === "MemberExpression" ? baseOf(callee["object"] as Node) : "why";
  }
  if (node.type === "BinaryExpression") return "n";
  return "choice";
};

/** The place of a value in a sentence, by the name that it has in the source. */
const placeOf = (node: Node, taken: Set<string>): string => {
  const base = baseOf(node);
  const name =
    node.type !== "CallExpression" && COUNTED.test(base)
      ? "n"
      : TOLD.has(base)
        ? `says${base[0]?.toUpperCase()}${base.slice(1)}`
        : base;
  let place = name;
  for (let i = 2; taken.has(place); i += 1) place = `${name}${i}`;
  taken.add(place);
  return `{${place}}`;
};

/** The texts that an expression may come to; `named` are the constants of its file. */
const textsOf = (node: unknown, named: ReadonlyMap<string, Node[]>, depth = 0): string[] => {
  if (!isNode(node) || depth > 4) return [];
  const inner = (one: unknown): string[] => textsOf(one, named, depth + 1);
  if (node.type === "Literal") return typeof node["value"] === "string" ? [node["value"]] : [];
  if (node.type === "TemplateLiteral") {
    const taken = new Set<string>();
    const values = node["expressions"] as Node[];
    const places = values.map((one) => placeOf(one, taken));
    const parts = (node["quasis"] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    // what stands in a place that is told is a sentence of its own
    const within = values
      .filter((_, i) => places[i]?.startsWith("{says"))
      .flatMap(inner)
      .filter((text) => INNER_WORDS.test(bare(text)));
    return [parts.map((part, i) => part + (places[i] ?? "")).join(""), ...within];
  }
  if (node.type === "ConditionalExpression") return [...inner(node["consequent"]), ...inner(node["alternate"])];
  if (node.type === "LogicalExpression") return [...inner(node["left"]), ...inner(node["right"])];
  if (node.type === "BinaryExpression" && node["operator"] === "+") {
    return inner(node["left"]).flatMap((left) => inner(node["right"]).map((right) => left + right));
  }
  return node.type === "Identifier" ? (named.get(nameOf(node)) ?? []).flatMap(inner) : [];
};

const walk = (node: Node, visit: (node: Node) => void): void => {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
};

/** What a call or an error says to whoever asked. */
const saidBy = (node: Node): unknown => {
  const args = (node["arguments"] ?? []) as Node[];
  if (node.type === "NewExpression" && nameOf(node["callee"]) === "AppError") {
    const code = args[0]?.["value"];
    return typeof code === "string" && CODES.has(code) ? args[1] : null;
  }
  // what zod says in our words
  if (node.type === "CallExpression" && /^(?:regex|refine|min)$/.test(nameOf((node["callee"] as Node)["property"]))) {
    return args[1];
  }
  if (node.type === "CallExpression" && nameOf(node["callee"]) === "mustSeeAll") return args[1];
  // a mistake in a query
  if (node.type === "CallExpression" && nameOf(node["callee"]) === "fault") return args[2];
  return node.type === "Property" && nameOf(node["key"]) === "message" ? node["value"] : null;
};

/** The file's constants and values of properties by name, of which a sentence may be made. */
const constantsOf = (tree: Node): ReadonlyMap<string, Node[]> => {
  const named = new Map<string, Node[]>();
  const add = (name: string, value: unknown): void => {
    if (name !== "" && isNode(value)) named.set(name, [...(named.get(name) ?? []), value]);
  };
  walk(tree, (node) => {
    if (node.type === "VariableDeclarator") add(nameOf(node["id"]), node["init"]);
  });
  return named;
};

/** Every sentence with which the server refuses what a page asks for, in the order of letters. */
export const refusalsOfServer = (): string[] => {
  const found = new Set<string>();
  for (const root of ROOTS) {
    for (const file of readdirSync(join(PACKAGES, root), { recursive: true, encoding: "utf8" })) {
      const path = `${root}/${file}`;
      if (!file.endsWith(".ts") || /\.test\.ts$|fixtures/.test(file) || PROGRAMS.test(path) || LOCAL.test(path))
        continue;
      const tree = treeOf(readFileSync(join(PACKAGES, path), "utf8"), "ts");
      const named = constantsOf(tree);
      walk(tree, (node) => {
        for (const text of textsOf(saidBy(node), named)) if (WORDS.test(bare(text))) found.add(text);
      });
    }
  }
  for (const { title } of Object.values(ERRORS)) found.add(title);
  return [...found].sort();
};
