import {
  GraphQLBoolean,
  GraphQLFloat,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLString,
} from "graphql";
import type { z } from "zod";

/** What has no fields that are known beforehand, as the JSON of the API has it. */
export const JsonScalar = new GraphQLScalarType({
  name: "JSON",
  description: "A value as the API's JSON has it: its names are data, or it has one of several shapes.",
  serialize: (value) => value,
});

/** As far as a zod schema is looked into; the library keeps these open for such use. */
interface Def {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}
const defOf = (schema: z.ZodType): Def => schema.def;

const WRAPPERS: ReadonlySet<string> = new Set(["readonly", "catch", "nonoptional", "pipe"]);
const MAY_LACK: ReadonlySet<string> = new Set(["optional", "nullable", "default", "prefault"]);

/** A schema without what is around it, and whether a value may be null or missing as the server writes it. */
export const unwrapped = (schema: z.ZodType): { bare: z.ZodType; mayLack: boolean } => {
  const { type, innerType, in: before } = defOf(schema);
  const inner = innerType ?? before;
  if (inner === undefined || !(WRAPPERS.has(type) || MAY_LACK.has(type))) return { bare: schema, mayLack: false };
  const below = unwrapped(inner);
  return { bare: below.bare, mayLack: below.mayLack || MAY_LACK.has(type) };
};

/** The schema of a list's entries; null for what is no list. */
export const elementOf = (schema: z.ZodType | undefined): z.ZodType | null =>
  schema === undefined ? null : (defOf(unwrapped(schema).bare).element ?? null);

/** The fields of an object's schema; none for everything else. */
export const shapeOf = (schema: z.ZodType): Readonly<Record<string, z.ZodType>> =>
  defOf(unwrapped(schema).bare).shape ?? {};

const NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;
/** These pass 31 bits, which is all that Int may have. */
const LARGE = /(Bytes|Ms)$/;

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const scalarOf = (schema: z.ZodType, key: string): GraphQLScalarType => {
  const { type, options, values } = defOf(schema);
  if (type === "string" || type === "enum") return GraphQLString;
  if (type === "boolean") return GraphQLBoolean;
  if (type === "number") return (schema as z.ZodNumber).isInt && !LARGE.test(key) ? GraphQLInt : GraphQLFloat;
  if (type === "literal" && values?.every((one) => typeof one === "string")) return GraphQLString;
  if (type === "literal" && values?.every((one) => typeof one === "boolean")) return GraphQLBoolean;
  const kinds = new Set(options?.map((one) => scalarOf(one, key)));
  return kinds.size === 1 ? ([...kinds][0] as GraphQLScalarType) : JsonScalar;
};

const describe = (schema: z.ZodType): { description?: string } =>
  schema.description === undefined ? {} : { description: schema.description };

/** Makes one output type of each schema: a schema that stands in several places is one type, under the name it got first. */
export const createTypes = (
  linksOf: (schema: z.ZodType) => Readonly<Record<string, GraphQLFieldConfig<unknown, never>>>,
) => {
  const made = new Map<z.ZodType, GraphQLObjectType>();
  const names = new Set<string>();
  const nameFor = (wanted: string): string => {
    let name = wanted;
    for (let n = 2; names.has(name); n += 1) name = `${wanted}${n}`;
    names.add(name);
    return name;
  };
  const objectOf = (schema: z.ZodType, wanted: string): GraphQLObjectType => {
    const known = made.get(schema);
    if (known !== undefined) return known;
    const name = nameFor(wanted);
    // not before all types have their names: they are given in the order of the query's fields
    const fields = Object.entries(shapeOf(schema)).map(([key, value]) => [
      key,
      { type: typeOf(value, key, name + capital(key)), ...describe(value) },
    ]);
    const type = new GraphQLObjectType({ name, fields: () => ({ ...Object.fromEntries(fields), ...linksOf(schema) }) });
    made.set(schema, type);
    return type;
  };
  const bareType = (bare: z.ZodType, key: string, wanted: string): GraphQLOutputType => {
    const { type, element } = defOf(bare);
    if (type === "array" && element !== undefined) return new GraphQLList(typeOf(element, key, wanted));
    const keys = Object.keys(shapeOf(bare));
    const isObject = type === "object" && keys.length > 0 && keys.every((one) => NAME.test(one));
    return isObject ? objectOf(bare, wanted) : scalarOf(bare, key);
  };
  /** The type of what a schema describes: never null where the server always writes a value. */
  const typeOf = (schema: z.ZodType, key: string, wanted: string): GraphQLOutputType => {
    const { bare, mayLack } = unwrapped(schema);
    const type = bareType(bare, key, key === "rows" ? wanted.replace(/Rows$/, "Row") : wanted);
    // any value may be null
    return mayLack || type === JsonScalar ? type : new GraphQLNonNull(type);
  };
  return { objectOf };
};
