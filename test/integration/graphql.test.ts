import { contract } from "@zerotrace/sdk";
import { getNamedType, type GraphQLObjectType, isObjectType, isRequiredArgument } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FieldName, FIELDS } from "../../packages/server/src/features/graphql/fields.ts";
import { createSchema } from "../../packages/server/src/features/graphql/schema.ts";
import type { Ask } from "../isolation/client.ts";
import { ENTRIES } from "../isolation/entries.ts";
import { type Ids, KNOWN, seed, strangersOf } from "../isolation/seeds.ts";
import { askAs, ROUTES, spy } from "../isolation/walk.ts";
import { type Caller, type Company, NOBODY, startWorld, type World } from "../isolation/world.ts";
import { record } from "../support/live.ts";

// Every field of the query with all of its fields, as the company itself and as everybody of another.
let world: World;
let a: Company;
let b: Company;
let ofA: Ids;
let ofB: Ids;
let ofNobody: Ids;
let spies: readonly Caller[];

beforeAll(async () => {
  world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  [a, b] = [await world.company("A"), await world.company("B")];
  ofB = await seed(world, b);
  ofNobody = strangersOf(ofB);
  ofA = await seed(world, a);
  spies = [...b.callers, ...world.provider.callers.filter(({ name }) => name === "provider"), NOBODY];
});
afterAll(() => world?.stop());

const QUERY = createSchema().getQueryType() as GraphQLObjectType;
const route = contract.graphql.askGraphql;
const NAMES = Object.keys(FIELDS) as FieldName[];

const entryOf = (field: FieldName) => {
  const name = ROUTES.find(([, one]) => one === FIELDS[field])?.[0] ?? "";
  const entry = ENTRIES[name];
  if (entry === undefined) throw new Error(`${field}: ${name} has no line in test/isolation/entries.ts`);
  return entry;
};

/** Everything that an object has, but for what other routes answer. */
const allOf = (type: GraphQLObjectType): string => {
  const fields = Object.values(type.getFields()).filter((field) => field.extensions.route === undefined);
  const words = fields.map(({ name, type: of }) => {
    const named = getNamedType(of);
    return isObjectType(named) ? `${name} ${allOf(named)}` : name;
  });
  return `{ ${words.join(" ")} }`;
};

/** What a route is asked, as a query of its field. */
const inGraphql = (field: FieldName, { params, query }: Ask): Ask => {
  const given: Readonly<Record<string, string>> = { ...params, ...query };
  const { args, type } = QUERY.getFields()[field] as ReturnType<GraphQLObjectType["getFields"]>[string];
  const used = args.filter(({ name }) => given[name] !== undefined);
  expect(args.filter(isRequiredArgument).every(({ name }) => given[name] !== undefined)).toBe(true);
  const values = used.map(({ name, type: of }) => [
    name,
    ["Int", "Float", "Boolean"].includes(getNamedType(of).name) ? JSON.parse(given[name] as string) : given[name],
  ]);
  const head =
    used.length === 0 ? "" : `(${used.map(({ name, type: of }) => `$${name}: ${of.toString()}`).join(", ")})`;
  const inner = used.length === 0 ? "" : `(${used.map(({ name }) => `${name}: $${name}`).join(", ")})`;
  const text = `query ${head} { ${field}${inner} ${allOf(getNamedType(type) as GraphQLObjectType)} }`;
  return { body: { query: text, variables: Object.fromEntries(values) } };
};

test.each(NAMES)("%s answers the company all that its route answers", async (field) => {
  const ask = inGraphql(field, entryOf(field).ask(ofA, ofA));
  const told = await askAs(world, route, ask, (await a.admin.again?.()) ?? a.admin, "127.0.5.1");
  const body = JSON.parse(told.text) as { data: Record<string, unknown> | null; errors?: unknown };
  expect([told.status, body.errors]).toEqual([200, undefined]);
  expect(body.data?.[field]).not.toBeNull();
});

/** Fields after which everybody gets a new credential: limits count by credential, the field and the request that it came with. */
const RENEW_EVERY = 10;

test.each(NAMES)("%s shows nothing of another company and does not say what there is", async (field) => {
  const { ask, moves, beyond } = entryOf(field);
  const entry = {
    ask: (of: Ids, own: Ids) => inGraphql(field, ask(of, own)),
    ...(moves === undefined ? {} : { moves }),
    ...(beyond === undefined ? {} : { beyond }),
  };
  const walk = { world, route, entry, theirs: ofA, nobodys: ofNobody, own: ofB };
  const wrong: string[] = [];
  if (NAMES.indexOf(field) % RENEW_EVERY === 0)
    spies = await Promise.all(spies.map(async (caller) => (await caller.again?.()) ?? caller));
  for (const [n, caller] of spies.entries()) wrong.push(...(await spy(walk, caller, `127.0.5.${n + 2}`)));
  expect(wrong).toEqual([]);
});
