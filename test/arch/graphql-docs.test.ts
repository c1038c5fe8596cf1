import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { graphqlPage } from "../support/graphql-docs.ts";

test("the reference of GraphQL has the schema and the limits of the server: npm run docs:graphql", () => {
  expect(readFileSync(new URL("../../docs/reference/graphql.md", import.meta.url), "utf8")).toBe(graphqlPage());
});
