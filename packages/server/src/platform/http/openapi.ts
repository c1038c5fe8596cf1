import { problem, type Route } from "@zerotrace/core/schema";
import { z } from "zod";
import { type Example, exampleOf, type Examples } from "./examples.ts";
import { sampleOf } from "./sample.ts";

type Json = Record<string, unknown>;

const schemaOf = (shape: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: "any", target: "draft-2020-12" });
  return schema;
};

/** One parameter for each property of an object schema. */
const parametersOf = (shape: z.ZodType, where: "path" | "query", given: Readonly<Json> = {}): Json[] => {
  const { properties = {}, required = [] } = schemaOf(shape, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema,
    ...(given[name] === undefined && where === "path" ? { example: sampleOf(schema) } : exampleOf(given[name])),
  }));
};

const bodyOf = (route: Route, { body, type: own = "application/json" }: Example["ask"]): Json => {
  if (route.body instanceof z.ZodUndefined) return {};
  const schema = schemaOf(route.body, "input");
  const types = new Set(["application/json", ...(route.mediaTypes ?? []), own]);
  const example = body === undefined ? { example: sampleOf(schema) } : exampleOf(body);
  const content = Array.from(types, (type) => [type, { schema, ...(type === own ? example : {}) }] as const);
  return { requestBody: { required: true, content: Object.fromEntries(content) } };
};

const securityOf = ({ permission }: Route): Json[] =>
  permission === "public" ? [] : [{ bearer: [] }, { session: [] }];

const answerOf = (route: Route, example: Example | undefined): Json => {
  const isJson = route.contentType?.endsWith("+json") ?? true;
  const schema = isJson ? schemaOf(route.answer, "output") : { type: "string" };
  // what was refused is no example of what the route answers: then its shape is
  const given = example?.status === route.status ? example.answer : undefined;
  const { example: shown = sampleOf(schema) } = exampleOf(given);
  return { [route.contentType ?? "application/json"]: { schema, example: shown } };
};

const operationOf = (id: string, feature: string, route: Route, example: Example | undefined): Json => {
  const { ask = {} } = example ?? {};
  return {
    operationId: id,
    tags: [feature],
    summary: route.summary,
    "x-permission": route.permission,
    security: securityOf(route),
    parameters: [...parametersOf(route.params, "path", ask.params), ...parametersOf(route.query, "query", ask.query)],
    ...bodyOf(route, ask),
    responses: {
      [route.status]: { description: "Done", content: answerOf(route, example) },
      default: { $ref: "#/components/responses/problem" },
    },
  };
};

/**
 * The OpenAPI 3.1 document of a contract (feature -> name -> route), generated from the same types that check requests; with an example of
 * a request and of an answer for each route: as it was recorded, else made of its shape.
 */
export const openApiOf = (
  contract: Readonly<Record<string, Readonly<Record<string, Route>>>>,
  about: { title: string; version: string },
  examples: Examples = new Map(),
): Json => {
  const paths: Record<string, Json> = {};
  for (const [feature, routes] of Object.entries(contract)) {
    for (const [id, route] of Object.entries(routes)) {
      const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = {
        ...paths[path],
        [route.method.toLowerCase()]: operationOf(id, feature, route, examples.get(`${feature}.${id}`)),
      };
    }
  }
  return {
    openapi: "3.1.0",
    info: { ...about, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API token or a device credential" },
        session: { type: "apiKey", in: "cookie", name: "zt_session" },
      },
      responses: {
        problem: {
          description: "What went wrong, as RFC 9457 problem details",
          content: { "application/problem+json": { schema: schemaOf(problem, "output") } },
        },
      },
    },
  };
};
