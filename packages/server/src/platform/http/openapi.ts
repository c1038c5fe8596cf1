import { problem, type Route } from "@zerotrace/core/schema";
import { z } from "zod";

type Json = Record<string, unknown>;

const schemaOf = (shape: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: "any", target: "draft-2020-12" });
  return schema;
};

/** One parameter for each property of an object schema. */
const parametersOf = (shape: z.ZodType, where: "path" | "query"): Json[] => {
  const { properties = {}, required = [] } = schemaOf(shape, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema,
  }));
};

const bodyOf = (route: Route): Json => {
  if (route.body instanceof z.ZodUndefined) return {};
  const schema = schemaOf(route.body, "input");
  const types = ["application/json", ...(route.mediaTypes ?? [])];
  return { requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) } };
};

const securityOf = ({ permission }: Route): Json[] =>
  permission === "public" ? [] : [{ bearer: [] }, { session: [] }];

const operationOf = (id: string, feature: string, route: Route): Json => {
  const isJson = route.contentType?.endsWith("+json") ?? true;
  const content = !isJson
    ? { [String(route.contentType)]: { schema: { type: "string" } } }
    : { [route.contentType ?? "application/json"]: { schema: schemaOf(route.answer, "output") } };
  return {
    operationId: id,
    tags: [feature],
    summary: route.summary,
    "x-permission": route.permission,
    security: securityOf(route),
    parameters: [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
    ...bodyOf(route),
    responses: {
      [route.status]: { description: "Done", content },
      default: { $ref: "#/components/responses/problem" },
    },
  };
};

/** The OpenAPI 3.1 document of a contract (feature -> name -> route), generated from the same types that check requests. */
export const openApiOf = (
  contract: Readonly<Record<string, Readonly<Record<string, Route>>>>,
  about: { title: string; version: string },
): Json => {
  const paths: Record<string, Json> = {};
  for (const [feature, routes] of Object.entries(contract)) {
    for (const [id, route] of Object.entries(routes)) {
      const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(id, feature, route) };
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
