import { AppError, type Route } from "@zerotrace/core";
import {
  type DocumentNode,
  execute,
  getNamedType,
  getVariableValues,
  GraphQLError,
  type GraphQLFieldResolver,
  isLeafType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  validate,
} from "graphql";
import type { z } from "zod";
import { type RequestContext, toProblem } from "../../platform/http/index.ts";
import type { askGraphql, graphqlError } from "./contract.ts";
import { measure } from "./limits.ts";
import { type AskAll, createLoader } from "./loader.ts";
import { type Asking, createSchema } from "./schema.ts";

type Body = z.output<(typeof askGraphql)["body"]>;
type Answer = z.input<(typeof askGraphql)["answer"]>;
type Failure = z.input<typeof graphqlError>;
type Ask = Asking["ask"];
/** The two ways to ask routes as the caller. */
export interface Routes {
  readonly ask: Ask;
  readonly askAll: AskAll;
}

/** Words and signs of a query. */
const TOKENS_MAX = 2_000;
/** Errors that are told, and characters of one. */
const ERRORS_MAX = 20;
const MESSAGE_MAX = 500;
/** Routes of one query that are asked at the same time: one caller does not get every connection of the database. */
const LANES = 2;
/** From then on no further route is asked. */
const DEADLINE_MS = 20_000;
/** Characters of an answer. */
const ANSWER_MAX = 16_000_000;

const bad = (message: string): AppError => new AppError("BAD_REQUEST", message, { field: "query" });

/** Lets so many run at once; the rest waits in order. */
const createLanes = (count: number) => {
  let free = count;
  const waiting: (() => void)[] = [];
  return async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

/** Asks a few routes at a time, and none after the deadline; a level of fields of objects counts as one. */
const inLanes = ({ ask, askAll }: Routes): Asking => {
  const lane = createLanes(LANES);
  const until = performance.now() + DEADLINE_MS;
  const inTime = <Result>(run: () => Promise<Result>): Promise<Result> =>
    lane(() => {
      if (performance.now() < until) return run();
      throw bad(`The query took longer than ${DEADLINE_MS / 1000} s: ask for less at once.`);
    });
  return {
    ask: (route: Route, input) => inTime(() => ask(route, input)),
    askLink: createLoader((route, inputs) => inTime(() => askAll(route, inputs))),
  };
};

const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : 8;
};

/** Takes a field from its object, and counts what the answer becomes. */
const createReader = () => {
  let size = 0;
  const read: GraphQLFieldResolver<unknown, Asking> = (source, _, __, { fieldName, returnType }) => {
    const value = (source as Readonly<Record<string, unknown>>)[fieldName];
    if (!isLeafType(getNamedType(returnType))) return value;
    size += sizeOf(value);
    // the answer is refused at the end: an error for each field would cost more than the field
    return size > ANSWER_MAX && typeof value === "string" ? "" : value;
  };
  return { read, isTooLarge: () => size > ANSWER_MAX };
};

const operationOf = (document: DocumentNode, name: string | null | undefined): OperationDefinitionNode => {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) throw bad("A request has one query: send each by itself.");
  if (operation.operation !== OperationTypeNode.QUERY)
    throw bad(`There is no ${operation.operation} here: only queries are answered.`);
  if (name && operation.name?.value !== name) throw bad(`The request has no query with the name of operationName.`);
  return operation;
};

const cut = (text: string): string => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX)}…` : text);

/** An error of the library is the caller's before anything is asked, and when it points at the query; one of a value is ours. */
const causeOf = ({ originalError, message, nodes, source }: GraphQLError, isAsked: boolean): unknown => {
  if (originalError instanceof GraphQLError) return causeOf(originalError, isAsked);
  return originalError ?? (!isAsked || nodes || source ? bad(message) : new Error(message));
};

const failureOf = (error: GraphQLError, { correlationId, log }: RequestContext, isAsked: boolean): Failure => {
  const cause = causeOf(error, isAsked);
  const { body, isBug } = toProblem(cause, correlationId);
  if (isBug) log.error({ err: cause, "trace.id": correlationId }, "a field of a query failed");
  const { locations, path } = error;
  return {
    message: cut(body.detail),
    ...(locations === undefined ? {} : { locations: locations.map(({ line, column }) => ({ line, column })) }),
    ...(path === undefined ? {} : { path }),
    extensions: {
      code: body.code,
      // without a path it is the query as a whole, which has no name among its own arguments
      ...(body.field === undefined || (path === undefined && body.field === "query") ? {} : { field: body.field }),
    },
  };
};

const placeOf = ({ locations, path }: GraphQLError): readonly (string | number)[] => [
  locations?.[0]?.line ?? 0,
  locations?.[0]?.column ?? 0,
  ...(path ?? []),
];

/** By their place in the query and the answer: routes answer in any order. */
const inOrder = (errors: readonly GraphQLError[]): GraphQLError[] =>
  errors
    .map((error) => ({ error, place: placeOf(error) }))
    .toSorted((a, b) => {
      const at = a.place.findIndex((part, i) => part !== b.place[i]);
      const [left, right] = [a.place[at], b.place[at]];
      if (left === undefined || right === undefined) return a.place.length - b.place.length;
      return left < right ? -1 : 1;
    })
    .map(({ error }) => error);

const refusal = (errors: readonly GraphQLError[], context: RequestContext, isAsked = false): Answer => ({
  data: null,
  errors: inOrder(errors)
    .slice(0, ERRORS_MAX)
    .map((error) => failureOf(error, context, isAsked)),
});

const asGraphqlError = (error: unknown): GraphQLError => {
  if (error instanceof GraphQLError) return error;
  if (error instanceof AppError) return new GraphQLError(error.message, { originalError: error });
  throw error;
};

/** Makes what answers queries: one schema for all of them. */
export const createEngine = () => {
  const schema = createSchema();
  const prepare = (body: Body) => {
    const document = parse(body.query, { maxTokens: TOKENS_MAX, noLocation: false });
    const operation = operationOf(document, body.operationName);
    const faults = validate(schema, document, undefined, { maxErrors: ERRORS_MAX });
    if (faults.length > 0) return { faults };
    const given = getVariableValues(schema, operation.variableDefinitions ?? [], body.variables ?? {}, {
      maxErrors: ERRORS_MAX,
    });
    if (given.errors !== undefined) return { faults: given.errors };
    measure(schema, document, operation, given.coerced);
    return { document };
  };
  /** Answers a query by what `routes` answer for its fields. What fails is an error of its field alone; the rest is there. */
  return async (context: RequestContext, body: Body, routes: Routes): Promise<Answer> => {
    let ready: ReturnType<typeof prepare>;
    try {
      ready = prepare(body);
    } catch (error) {
      return refusal([asGraphqlError(error)], context);
    }
    if (ready.document === undefined) return refusal(ready.faults, context);
    const { read, isTooLarge } = createReader();
    const { data, errors = [] } = await execute({
      schema,
      document: ready.document,
      variableValues: body.variables ?? {},
      contextValue: inLanes(routes),
      fieldResolver: read,
    });
    if (isTooLarge()) {
      const words = `The answer has more than ${ANSWER_MAX} characters: ask for fewer rows or fields.`;
      return refusal([asGraphqlError(new AppError("PAYLOAD_TOO_LARGE", words))], context);
    }
    return errors.length === 0 ? { data: data ?? null } : { ...refusal(errors, context, true), data: data ?? null };
  };
};
