import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Route } from "@zerotrace/core/schema";
import { contract } from "@zerotrace/sdk";
import { z } from "zod";
import { type Ask, pathOf } from "../../isolation/client.ts";

/** A route as it was asked and answered. */
export interface Recording {
  readonly ask: Ask;
  readonly status: number;
  readonly type: string;
  readonly answer: unknown;
}
export type Recorded = Readonly<Record<string, Recording>>;

/** What was recorded, which the server shows in its OpenAPI document; and where the pages lie. */
export const RECORDED = new URL("../../../packages/server/api-examples.ndjson", import.meta.url);
const FOLDER = new URL("../../../docs/reference/api/", import.meta.url);
const ORIGIN = "https://zerotrace.example.com";

interface Field {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly Field[];
  readonly items?: Field;
}

const typeOf = (field: Field): string => {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum) return field.enum.map((one) => `\`${one}\``).join(", ");
  if (field.anyOf) return field.anyOf.map(typeOf).join(" or ");
  if (field.type === "array") return `list of ${field.items ? typeOf(field.items) : "values"}`;
  return [field.type ?? "value"].flat().join(" or ");
};

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const rowsOf = (where: string, shape: z.ZodType): string[] => {
  if (shape instanceof z.ZodUndefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(shape, { io: "input", unrepresentable: "any" }) as {
    properties?: Record<string, Field>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, field]) => {
    const must = where === "path" || required.includes(name) ? "yes" : "";
    const otherwise = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
    return `| \`${name}\` | ${where} | ${cell(typeOf(field))} | ${must} | ${cell(otherwise)} | ${cell(field.description ?? "")} |`;
  });
};

const parametersOf = (route: Route): string => {
  const rows = [...rowsOf("path", route.params), ...rowsOf("query", route.query), ...rowsOf("body", route.body)];
  if (rows.length === 0) return "";
  return `\n| name | in | type | required | otherwise | what |\n|---|---|---|---|---|---|\n${rows.join("\n")}\n`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const curlOf = ({ method, path, permission }: Route, { ask }: Recording): string => {
  const lines = [`curl${method === "GET" ? "" : ` -X ${method}`} ${quoted(ORIGIN + pathOf(path, ask))}`];
  if (permission !== "public") lines.push('-H "Authorization: Bearer $ZEROTRACE_TOKEN"');
  if (ask.body !== undefined) {
    const isText = ask.type !== undefined && typeof ask.body === "string";
    lines.push(`-H ${quoted(`content-type: ${isText ? ask.type : "application/json"}`)}`);
    lines.push(`-d ${quoted(isText ? ask.body : JSON.stringify(ask.body))}`);
  }
  return lines.join(" \\\n  ");
};

const sdkOf = (name: string, { ask }: Recording): string => {
  const { type: _, ...input } = ask;
  const given = Object.keys(input).length === 0 ? "" : `, ${JSON.stringify(input, null, 2)}`;
  return `await call(contract.${name}${given});`;
};

const answerOf = ({ status, type, answer }: Recording): string => {
  if (typeof answer !== "string") return `\`${status}\`\n\n\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\``;
  if (answer === "") return `\`${status}\`, without a body`;
  const text = answer
    .replaceAll("```", "'''")
    .replaceAll("\0", "")
    .replaceAll(/[ \t]+$/gm, "")
    .trimEnd();
  return `\`${status}\`, ${type.split(";")[0]}\n\n\`\`\`\n${/^PK|\p{Cc}{2}/u.test(text.replaceAll(/\s/g, "")) ? "(bytes)" : text}\n\`\`\``;
};

const PERMISSIONS: Readonly<Record<string, string>> = {
  public: "needs no credential",
  "signed-in": "for whoever is signed in",
};

const sectionOf = (name: string, route: Route, recording: Recording): string => `## ${route.summary}

\`${route.method} ${route.path}\`, ${PERMISSIONS[route.permission] ?? `needs \`${route.permission}\``}; \`contract.${name}\`
${parametersOf(route)}
\`\`\`sh
${curlOf(route, recording)}
\`\`\`

\`\`\`ts
${sdkOf(name, recording)}
\`\`\`

Answers ${answerOf(recording)}
`;

/** \`accessTokens\` as \`access-tokens\`, and in words. */
const slugOf = (feature: string): string => feature.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const wordsOf = (feature: string): string => {
  const words = slugOf(feature).replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const FEATURES = Object.entries(contract as Readonly<Record<string, Readonly<Record<string, Route>>>>).toSorted(
  ([a], [b]) => (a < b ? -1 : 1),
);

const indexPage = (): string => `# API

Every route of the server, one page for each part, with a request and the answer that a fresh server gave. The same as data: \`GET
/api/v1/openapi.json\` (OpenAPI 3.1). Several reads in one request: [GraphQL](../graphql.md). What happens, as it happens:
[the stream](../stream.md) and [webhooks](../../guide/webhooks.md). What a refusal says: [errors](../errors.md).

Show an API token as \`Authorization: Bearer …\` ([tokens](../../operate/tokens.md)). In TypeScript:

\`\`\`ts
import { contract, createClient } from "@zerotrace/sdk";

const call = createClient({ baseUrl: "${ORIGIN}", token });
\`\`\`

Lists answer \`rows\`, \`count\` and \`next\`: give \`next\` as \`cursor\` for the page after. The answers here show two rows at most, one
time for all times, and numbered ids.

| part | routes |
|---|---|
${FEATURES.map(
  ([feature, routes]) =>
    `| [${wordsOf(feature)}](${slugOf(feature)}.md) | ${Object.values(routes)
      .map(({ method, path }) => `\`${method} ${path}\``)
      .join("<br>")} |`,
).join("\n")}

Written by \`npm run docs:api\`.
`;

const pageOf = (feature: string, routes: Readonly<Record<string, Route>>, recorded: Recorded): string => {
  const sections = Object.entries(routes).flatMap(([name, route]) => {
    const full = `${feature}.${name}`;
    const recording = recorded[full];
    return recording === undefined ? [] : [sectionOf(full, route, recording)];
  });
  return `# API: ${wordsOf(feature)}\n\n${sections.join("\n")}\nWritten by \`npm run docs:api\`.\n`;
};

/** Routes that nobody has recorded yet. */
export const notRecorded = (recorded: Recorded): string[] =>
  FEATURES.flatMap(([feature, routes]) => Object.keys(routes).map((name) => `${feature}.${name}`)).filter(
    (name) => recorded[name] === undefined,
  );

/** Every page by its file's name; a route that was not recorded has no section. */
export const apiPages = (recorded: Recorded): ReadonlyMap<string, string> =>
  new Map([
    ["index.md", indexPage()],
    ...FEATURES.map(([feature, routes]) => [`${slugOf(feature)}.md`, pageOf(feature, routes, recorded)] as const),
  ]);

/** What was recorded last: a line for each route. */
export const readRecorded = (): Recorded =>
  Object.fromEntries(
    readFileSync(RECORDED, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { name, ...recording } = JSON.parse(line) as Recording & { readonly name: string };
        return [name, recording];
      }),
  );

/** Writes docs/reference/api. */
export const writePages = (recorded: Recorded): void => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of apiPages(recorded)) writeFileSync(new URL(name, FOLDER), text);
};
