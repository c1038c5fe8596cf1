import { route } from "@zerotrace/core/schema";
import { z } from "zod";

/** Longest query (characters). */
export const GRAPHQL_CHARS_MAX = 20_000;

const place = z.object({ line: z.number().int(), column: z.number().int() });

export const graphqlError = z.object({
  message: z.string(),
  /** Where in the query. */
  locations: z.array(place).readonly().optional(),
  /** The field of the answer that is null for it. */
  path: z
    .array(z.union([z.string(), z.number()]))
    .readonly()
    .optional(),
  /** The code of the table of errors, and the argument at fault. */
  extensions: z.object({ code: z.string(), field: z.string().optional() }),
});

export const askGraphql = route({
  method: "POST",
  path: "/api/v1/graphql",
  summary:
    "Read by GraphQL what the routes of the contract answer, several at once and only the fields that are asked for",
  permission: "signed-in",
  body: z.object({
    query: z.string().min(1).max(GRAPHQL_CHARS_MAX).describe("One query; mutations and subscriptions there are none"),
    variables: z.record(z.string().max(100), z.unknown()).nullable().optional(),
    operationName: z.string().max(100).nullable().optional(),
  }),
  answer: z.object({
    /** Null when nothing was asked because of the errors. */
    data: z.record(z.string(), z.unknown()).nullable(),
    errors: z.array(graphqlError).readonly().optional(),
  }),
});

export const routes = { askGraphql };
