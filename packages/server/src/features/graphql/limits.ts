import { AppError } from "@zerotrace/core";
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** How much one query may ask for. Fragments count where they are used, aliases as fields of their own. */
export const LIMITS = {
  /** Fields within fields. */
  depth: 8,
  /** Fields that the query names. */
  fields: 200,
  /** Fields of introspection. */
  introspection: 400,
  /** Routes that are asked: one for each field of the query, one for each row that a field asks more of. */
  calls: 200,
  /** Rows: limits of lists, multiplied downwards. */
  cost: 10_000,
  /** Fields without fields of their own, times the rows that have them. */
  values: 50_000,
} as const;

export type Measure = { -readonly [Name in keyof typeof LIMITS]: number };

const MEND: Readonly<Record<keyof Measure, string>> = {
  depth: "levels of fields: ask less deep",
  fields: "fields: ask for fewer, or in several requests",
  introspection: "fields of introspection: use the standard query",
  calls: "routes: ask for fewer rows where a list is within a list",
  cost: "rows: give smaller limits",
  values: "values: ask for fewer fields, or for fewer rows",
};

const refuse = (name: keyof Measure): never => {
  throw new AppError("BAD_REQUEST", `The query asks for more than ${LIMITS[name]} ${MEND[name]}.`, { field: "query" });
};

/** Rows of a page at most: a larger limit is refused by the route itself. */
const PAGE_MAX = 500;

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Record<string, unknown>;
  readonly measure: Measure;
}

const add = ({ measure }: Walk, name: keyof Measure, amount: number): void => {
  measure[name] += amount;
  if (measure[name] > LIMITS[name]) refuse(name);
};

const reach = ({ measure }: Walk, depth: number): void => {
  measure.depth = Math.max(measure.depth, depth);
  if (depth > LIMITS.depth) refuse("depth");
};

/** Selections with their fragments laid open. The document is valid: no fragment is within itself. */
function* fieldsOf(walk: Walk, set: SelectionSetNode): Generator<FieldNode> {
  for (const one of set.selections) {
    if (one.kind === Kind.FIELD) yield one;
    else if (one.kind === Kind.INLINE_FRAGMENT) yield* fieldsOf(walk, one.selectionSet);
    else {
      const fragment = walk.fragments.get(one.name.value);
      if (fragment) yield* fieldsOf(walk, fragment.selectionSet);
    }
  }
}

const introspect = (walk: Walk, node: FieldNode): void => {
  add(walk, "introspection", 1);
  if (node.selectionSet) for (const one of fieldsOf(walk, node.selectionSet)) introspect(walk, one);
};

const rowsAsked = (walk: Walk, field: ReturnType<GraphQLObjectType["getFields"]>[string], node: FieldNode): number => {
  const { route } = field.extensions;
  if (route === undefined) return 1;
  const { limit } = getArgumentValues(field, node, walk.variables);
  return typeof limit === "number" ? Math.min(Math.max(limit, 1), PAGE_MAX) : route.rows;
};

const visit = (
  walk: Walk,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  at: { depth: number; rows: number },
): void => {
  for (const node of fieldsOf(walk, set)) {
    const name = node.name.value;
    if (name === "__schema" || name === "__type") {
      introspect(walk, node);
      continue;
    }
    add(walk, "fields", 1);
    reach(walk, at.depth);
    const field = type.getFields()[name];
    const named = field === undefined ? null : getNamedType(field.type);
    if (field === undefined || isLeafType(named)) add(walk, "values", at.rows);
    else if (node.selectionSet && isObjectType(named)) {
      const rows = rowsAsked(walk, field, node);
      if (field.extensions.route !== undefined) {
        add(walk, "calls", at.rows);
        add(walk, "cost", at.rows * rows);
      }
      visit(walk, named, node.selectionSet, { depth: at.depth + 1, rows: at.rows * rows });
    }
  }
};

/** How much a valid query asks for. Throws BAD_REQUEST as soon as one of the limits is passed, before anything is asked. */
export const measure = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Measure => {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const none: Measure = { depth: 0, fields: 0, introspection: 0, calls: 0, cost: 0, values: 0 };
  const walk: Walk = { schema, fragments, variables, measure: none };
  visit(walk, schema.getQueryType() as GraphQLObjectType, operation.selectionSet, { depth: 1, rows: 1 });
  return none;
};
