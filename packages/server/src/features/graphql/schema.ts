import type { Route } from "@zerotrace/core";
import {
  type GraphQLArgumentConfig,
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLFloat,
  type GraphQLInputType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import type { z } from "zod";
import { type FieldName, FIELDS, LINKS } from "./fields.ts";
import { createTypes, elementOf, shapeOf, unwrapped } from "./types.ts";

/** What resolvers are given: a way to ask a route as the caller. */
export interface Asking {
  readonly ask: (
    route: Route,
    input: { params: Record<string, unknown>; query: Record<string, unknown> },
  ) => Promise<unknown>;
  /** As `ask`, for a field of an object: those of all objects of a level are asked together. */
  readonly askLink: Asking["ask"];
}

/** What the limits need to know of a field behind which a route is asked. */
export interface RouteField {
  /** Rows that one answer holds at most, unless `limit` says less. */
  readonly rows: number;
}

/** Rows of a list that is not paged: what they hold as a rule. */
const WHOLE_ROWS = 100;
/** Rows of a page where `limit` is left out. */
const PAGE_ROWS = 50;

declare module "graphql" {
  // oxlint-disable-next-line typescript/no-unused-vars -- the parameters are the library's
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** Set where a route is asked. */
    route?: RouteField;
  }
}

type Args = Readonly<Record<string, unknown>>;

const choicesOf = (schema: z.ZodType): readonly unknown[] =>
  Object.values((schema.def as unknown as { entries?: Record<string, unknown> }).entries ?? {});

const isYesNo = (schema: z.ZodType): boolean => {
  const choices = choicesOf(schema);
  return choices.length === 2 && choices.includes("true") && choices.includes("false");
};

const inputTypeOf = (schema: z.ZodType): GraphQLInputType => {
  const { bare } = unwrapped(schema);
  if (isYesNo(bare)) return GraphQLBoolean;
  if (bare.def.type === "boolean") return GraphQLBoolean;
  if (bare.def.type !== "number") return GraphQLString;
  return (bare as z.ZodNumber).isInt ? GraphQLInt : GraphQLFloat;
};

const saidOf = (schema: z.ZodType): string | undefined => {
  const { bare } = unwrapped(schema);
  const choices = isYesNo(bare) ? [] : choicesOf(bare);
  const says = schema.description ?? bare.description;
  return choices.length === 0
    ? says
    : [...(says === undefined ? [] : [says]), `One of: ${choices.join(", ")}`].join(". ");
};

const argsOf = ({ params, query }: Route, without: string | null): Record<string, GraphQLArgumentConfig> => {
  const given = { ...shapeOf(params), ...shapeOf(query) };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => name !== without)
      .map(([name, schema]) => {
        const type = inputTypeOf(schema);
        const description = saidOf(schema);
        const must = !unwrapped(schema).mayLack;
        return [name, { type: must ? new GraphQLNonNull(type) : type, ...(description ? { description } : {}) }];
      }),
  );
};

/** Arguments as an address has them, so that they are read and refused as over HTTP. */
const inputOf = ({ params }: Route, args: Args) => {
  const inPath = shapeOf(params);
  const texts = Object.entries(args)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)] as const);
  const part = (isOfPath: boolean) => Object.fromEntries(texts.filter(([name]) => name in inPath === isOfPath));
  return { params: part(true), query: part(false) };
};

const rowsOf = (route: Route): number => {
  if (shapeOf(route.query)["limit"] !== undefined) return PAGE_ROWS;
  return elementOf(shapeOf(route.answer)["rows"]) === null ? 1 : WHOLE_ROWS;
};

/** What an object of a field is: a row of its list, or else its answer. */
const subjectOf = (route: Route): z.ZodType => {
  const row = elementOf(shapeOf(route.answer)["rows"]);
  return unwrapped(row ?? route.answer).bare;
};

/** The schema of the contract's routes that read. Has no state: one serves every request. */
export const createSchema = (): GraphQLSchema => {
  const fieldOf = (name: FieldName, by: string | null = null): GraphQLFieldConfig<unknown, Asking> => {
    const route: Route = FIELDS[name];
    const type = types.objectOf(unwrapped(route.answer).bare, name.charAt(0).toUpperCase() + name.slice(1));
    const says = route.permission === "signed-in" ? "" : ` Needs ${route.permission}.`;
    return {
      type,
      args: argsOf(route, by),
      description: `${route.summary}.${says}`,
      extensions: { route: { rows: rowsOf(route) } },
      resolve: (source, args: Args, { ask, askLink }) => {
        if (by === null) return ask(route, inputOf(route, args));
        return askLink(route, inputOf(route, { ...args, [by]: (source as { id: string }).id }));
      },
    };
  };
  const linksOf = (schema: z.ZodType) => {
    const links = LINKS.filter(({ on }) => on.some((name) => subjectOf(FIELDS[name]) === schema));
    return Object.fromEntries(links.map(({ name, to, by }) => [name, fieldOf(to, by)]));
  };
  const types = createTypes(linksOf as never);
  const fields = (Object.keys(FIELDS) as FieldName[]).map((name) => [name, fieldOf(name)] as const);
  const query = new GraphQLObjectType({
    name: "Query",
    description: "Each field is a route of the API that reads, with its parameters as arguments.",
    fields: Object.fromEntries(fields),
  });
  return new GraphQLSchema({ query });
};
