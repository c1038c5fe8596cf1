import { AppError, type Route } from "@zerotrace/core";
import { getIntrospectionQuery } from "graphql";
import { pino } from "pino";
import { beforeEach, expect, test } from "vitest";
import type { RequestContext } from "../../platform/http/index.ts";
import { GRAPHQL_CHARS_MAX } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { LIMITS } from "./limits.ts";

const engine = createEngine();
let asked: string[] = [];
let together = 0;
let most = 0;
beforeEach(() => {
  asked = [];
  most = 0;
});

const ROW = { advisory: "CVE-1", package: "p", id: "1", summary: "s".repeat(100_000) };

/** Answers every route with a list of some findings. */
const answering =
  (rows: readonly object[]) =>
  async (route: Route): Promise<unknown> => {
    asked.push(route.path);
    together += 1;
    most = Math.max(most, together);
    await new Promise((resolve) => void setImmediate(resolve));
    together -= 1;
    return { rows, count: rows.length, risk: 1 };
  };

/** Both ways of asking by one. */
const routesOf = (one: (route: Route) => Promise<unknown>) => ({
  ask: one,
  askAll: (route: Route, inputs: readonly unknown[]) => Promise.allSettled(inputs.map(() => one(route))),
});

const context = { correlationId: "c-1", log: pino({ level: "silent" }) } as unknown as RequestContext;
const ask = (query: string, rows: readonly object[] = [ROW], variables: Record<string, unknown> = {}) =>
  engine(context, { query, variables }, routesOf(answering(rows)));

const many = (count: number, of: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => of(n)).join(" ");
const nested = (levels: number): string =>
  `{ assets(limit: 1) { rows { ${many(levels, () => "findingList(limit: 1) { rows { assetList(limit: 1) { rows {")} id ${"}".repeat(levels * 4)} } } }`;
const cycle =
  "fragment a on Findings { rows { findings: advisory ...b } } fragment b on FindingsRow { id ...c } fragment c on FindingsRow { id ...b }";
/** Each fragment uses the next twice: 2^20 fields in some hundred characters. */
const doubling = (type: string, leaf: string): string =>
  `${many(20, (n) => `fragment f${n} on ${type} { ...f${n + 1} ...f${n + 1} }`)} fragment f20 on ${type} { ${leaf} }`;

/** What is refused, and the words that say why. */
const REFUSED: readonly (readonly [name: string, query: string, says: RegExp])[] = [
  ["deep", nested(3), /more than 8 levels/],
  ["wide", `{ ${many(LIMITS.fields + 1, (n) => `a${n}: __typename`)} }`, /more than 200 fields/],
  ["aliases of one route", `{ ${many(101, (n) => `a${n}: stats { risk }`)} }`, /more than 200 fields/],
  [
    "a flood of aliases in rows",
    `{ findings(limit: 500) { rows { ${many(150, (n) => `a${n}: summary`)} } } }`,
    /50000 values/,
  ],
  ["fragments that double", `{ findings { ...f0 } } ${doubling("Findings", "count")}`, /more than 200 fields/],
  [
    "fragments that double in the schema",
    `{ __schema { ...f0 } } ${doubling("__Schema", "description")}`,
    /introspection/,
  ],
  ["a circle of fragments", `{ findings { ...a } } ${cycle}`, /Cannot spread fragment/],
  ["lists within lists", "{ findings(limit: 500) { rows { assetList(limit: 1) { count } } } }", /200 routes/],
  ["a product of limits", "{ findings(limit: 150) { rows { assetList(limit: 100) { count } } } }", /10000 rows/],
  ["many whole lists", `{ ${many(30, (n) => `a${n}: findings(limit: 500) { count }`)} }`, /10000 rows/],
  [
    "a limit that is a variable",
    "query ($n: Int = 500) { findings(limit: $n) { rows { assetList { count } } } }",
    /200 routes/,
  ],
  [
    "schema within schema",
    `{ __schema { types { ${many(5, () => "fields { type {")} name ${many(5, () => "fields { name } } }")} } } }`,
    /./,
  ],
  ["too many words", `{ ${"a ".repeat(5_000)} }`, /2000 tokens/],
  ["deep brackets", `{ a(a: ${"[".repeat(1_900)}`, /./],
  ["selections without end", "{ a ".repeat(1_000), /./],
  ["an unknown field", "{ findings { rows { advisoy } } }", /"advisoy".*"advisory"/],
  ["unknown fields without end", `{ ${many(150, (n) => `a${n}: nothing`)} }`, /error limit reached|"nothing"/],
  ["an unknown argument", '{ findings(sevrity: "high") { count } }', /"sevrity"/],
  ["an unknown route", "{ tokens { rows { secret } } }", /"tokens"/],
  ["a variable of another type", "query ($n: Int!) { findings(limit: $n) { count } }", /\$n/],
  ["two queries", "query A { stats { risk } } query B { stats { risk } }", /one query/],
  ["a mutation", "mutation { createToken { id } }", /no mutation/],
];

test.each(REFUSED)("%s: refused in words and at a place, before anything is asked", async (_, query, says) => {
  expect(query.length).toBeLessThanOrEqual(GRAPHQL_CHARS_MAX);
  const { data, errors = [] } = await ask(query);
  expect(data).toBeNull();
  expect(asked).toEqual([]);
  expect(errors.map(({ message }) => message).join("\n")).toMatch(says);
  expect(errors.every(({ extensions }) => extensions.code === "BAD_REQUEST")).toBe(true);
  expect(JSON.stringify(errors).length).toBeLessThan(20_000);
});

test("no query that fits a request takes long to be refused", async () => {
  const fields = many(900, (n) => `x: f${n % 7}`);
  const overlapping = `{ findings { ${many(300, (n) => `rows { a: ${n % 2 ? "advisory" : "package"} }`)} } }`;
  const spread = `{ findings { ${many(60, (n) => `...g${n}`)} } } ${many(60, (n) => `fragment g${n} on Findings { rows { a${n}: id ...h${n} } } fragment h${n} on FindingsRow { x: id }`)}`;
  for (const query of [`{ ${fields} }`, overlapping, spread, ...REFUSED.map(([, one]) => one)]) {
    const before = process.cpuUsage();
    await ask(query);
    const { user, system } = process.cpuUsage(before);
    expect([query.slice(0, 80), (user + system) / 1000 < 1_000]).toEqual([query.slice(0, 80), true]);
  }
});

test("the standard query of introspection is answered, several within lists only up to the limits", async () => {
  const { data, errors } = await ask(getIntrospectionQuery());
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data).length).toBeLessThan(2_000_000);
});

test("what fits the limits is answered, two routes at a time", async () => {
  const { errors } = await ask(
    "{ a: findings { count } b: findings { count } c: stats { risk } d: findings { count } }",
  );
  expect(errors).toBeUndefined();
  expect(asked).toHaveLength(4);
  expect(most).toBe(2);
});

test("errors come in the order of the query, whichever route answers first", async () => {
  const waits: Readonly<Record<string, number>> = { stats: 20, assets: 1, findings: 10 };
  const failing = async (route: Route): Promise<unknown> => {
    await new Promise((resolve) => void setTimeout(resolve, waits[route.path.split("/").at(-1) ?? ""]));
    throw new AppError("NOT_FOUND", "There is none.");
  };
  const { errors } = await engine(
    context,
    { query: "{ stats { risk } assets { count } findings { count } }" },
    routesOf(failing),
  );
  expect(errors?.map(({ path }) => path?.[0])).toEqual(["stats", "assets", "findings"]);
});

test("an answer that would be too large is refused as a whole", async () => {
  const rows = Array.from({ length: 200 }, () => ROW);
  const { data, errors } = await ask("{ findings(limit: 500) { rows { summary } } }", rows);
  expect([data, errors?.[0]?.extensions.code]).toEqual([null, "PAYLOAD_TOO_LARGE"]);
});

test("a fault of ours says so under a number and shows nothing of itself; the other fields are answered", async () => {
  const failing = async (route: Route): Promise<unknown> => {
    if (route.path.endsWith("/stats")) throw new TypeError("secret at /srv/app.ts:1");
    if (route.path.endsWith("/assets")) throw new AppError("DATABASE_UNAVAILABLE", "connect 10.0.0.1 refused");
    return { count: 1, rows: [] };
  };
  const { data, errors } = await engine(
    context,
    { query: "{ stats { risk } assets { count } findings { count } }" },
    routesOf(failing),
  );
  expect(data).toEqual({ stats: null, assets: null, findings: { count: 1 } });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INTERNAL", "DATABASE_UNAVAILABLE"]);
  expect(JSON.stringify(errors)).not.toMatch(/secret|10\.0\.0\.1|stack/);
  expect(errors?.[0]?.message).toContain("c-1");
});
