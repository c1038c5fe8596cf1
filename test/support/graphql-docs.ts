import { writeFileSync } from "node:fs";
import { printSchema } from "graphql";
import { LIMITS } from "../../packages/server/src/features/graphql/limits.ts";
import { createSchema } from "../../packages/server/src/features/graphql/schema.ts";

const FILE = new URL("../../docs/reference/graphql.md", import.meta.url);

const WHAT: Readonly<Record<keyof typeof LIMITS, string>> = {
  depth: "fields within fields",
  fields: "fields that the query names, fragments laid open, aliases counted each",
  introspection: "fields of introspection, counted in the same way",
  calls: "routes that are asked: one for each field of the query, one for each row that a `…List` field is asked of",
  cost: "rows: limits of lists multiplied downwards; a list that is not paged counts as 100",
  values: "fields without fields of their own, times the rows that have them",
};

/** docs/reference/graphql.md: how to ask, the limits, and the schema as the server has it. */
export const graphqlPage = (): string => `# GraphQL

\`POST /api/v1/graphql\` reads what the [routes of the API](api/index.md) answer: several at once, and only the fields that are
asked for. It answers queries alone; what changes something is a route of its own.

\`\`\`sh
curl -X POST 'https://zerotrace.example.com/api/v1/graphql' \\
  -H "Authorization: Bearer $ZEROTRACE_TOKEN" \\
  -H 'content-type: application/json' \\
  -d '{
    "query": "query Morning($text: String) { stats { risk findingCount } findings(query: $text, limit: 5) { count rows { advisory package fixedIn assetList(limit: 3) { rows { name } } } } }",
    "variables": { "text": "severity:critical kev:true" }
  }'
\`\`\`

- Each field of \`Query\` is a route that reads; its parameters are the arguments, with the same limits and the same words when one is
  wrong. \`next\` of a list goes back as \`cursor\`. A field whose name ends in \`List\` asks another route about its object.
- A field is allowed, scoped by labels and answered as its route is. What the credential may not read is null, with an error of the
  code \`FORBIDDEN\` for that field alone; the rest is there.
- An error has its \`path\` and place in the query, and in \`extensions\` a \`code\` of the [table of errors](errors.md), with the
  argument at fault in \`field\`. A query that is not valid, or asks for too much, asks for nothing: \`data\` is null. Its status is 200 all the same.
- Each route that is asked counts as a request of the rate limits. Two of one query are asked at a time. The fields of one name of all objects of a
  level are asked together, in one transaction and with the statements of one.
- Who is signed in may ask for the schema itself (\`__schema\`), as tools for GraphQL do.

## Limits

| limit | most | counts |
|---|---|---|
${Object.entries(LIMITS)
  .map(([name, most]) => `| ${name} | ${most.toLocaleString("en")} | ${WHAT[name as keyof typeof LIMITS]} |`)
  .join("\n")}

Beside these: 20,000 characters, 2,000 words and signs, one query in a request, 16,000,000 characters in an answer; after 20 seconds no
further route is asked.

## Schema

\`\`\`graphql
${printSchema(createSchema())}
\`\`\`

Written by \`npm run docs:graphql\`.
`;

if (import.meta.main) writeFileSync(FILE, graphqlPage());
