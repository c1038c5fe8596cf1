import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { RATES } from "../../platform/http/index.ts";
import { assetRoutes } from "../assets/index.ts";
import { auditRoutes } from "../audit/index.ts";
import { findingRoutes } from "../findings/index.ts";
import { statRoutes } from "../stats/index.ts";
import { GRAPHQL_CHARS_MAX } from "./contract.ts";
import { graphqlRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let scoped: string;
let findingId: string;

const noKnowledge = {
  explain: async () => [],
  explanation: async () => null,
  enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
};

const insertAsset = (name: string, labels: string[], componentIds: number[]): Promise<unknown> =>
  api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, component_count)
       values ($1, 'host', $2, $2, '', 'Debian:12', '{}', '', $3, $4) returning id`,
      [company.id, name, labels, componentIds.length],
    );
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', $3::int[], now())`,
      [company.id, row?.id, componentIds],
    );
  });

const insertFinding = async (id: number, assetCount: number): Promise<string> => {
  const [row] = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ id: string }>(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package,
         version, purl, fixed_in, severity, severity_rank, risk, urgency, record_id, status, asset_count)
       values ($1, $2::int, $2::int, 'CVE-' || $2::int, '{}', '', 'Debian:12', 'p' || $2::int, '1', '', '2', 'high', 5, 50, '', 'r', 'open', $3)
       returning id`,
      [company.id, id, assetCount],
    ),
  );
  return row?.id ?? "";
};

/** Routes of one query; fewer than its cost may be. */
const ROUTES = 20;

beforeAll(async () => {
  api = await startApi(() => {
    const plain = [
      ...assetRoutes({ offlineAfterSeconds: 90, authorities: async () => new Map() as never }),
      ...auditRoutes({ keys: null as never, version: "test", auditSinkHosts: [] }),
      ...findingRoutes(noKnowledge),
      ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
    ];
    return [...plain, ...graphqlRoutes(plain)];
  });
  company = await api.company();
  other = await api.company();
  await insertAsset("web-1", ["prod"], [1]);
  await insertAsset("db-1", ["db"], [1, 2]);
  findingId = await insertFinding(1, 2);
  await insertFinding(2, 1);
  const { secret, hash } = newToken("api", company.id);
  const row = { companyId: company.id, kind: "api", hash, subject: "token:scoped", labels: ["prod"] } as const;
  await api.db.withCompany(company.id, (tx) => insertCredential(tx, { ...row, permissions: OWNER_PERMISSIONS }));
  scoped = secret;
});
afterAll(() => api.close());

const ask = (query: string, variables: object = {}, token = company.owner) =>
  api.call("POST", "/api/v1/graphql", { token, body: { query, variables } });
const codesOf = (body: { errors?: { extensions: { code: string } }[] }) => body.errors?.map((e) => e.extensions.code);

const BOTH = `query Both($id: String!) {
  findings(sort: "package") { count rows { advisory assetCount assetList(limit: 5) { rows { name } } } }
  finding(id: $id) { package }
  assets { rows { name findingList(limit: 2) { count } } }
}`;

test("a query answers several routes at once with the fields that it names, and lists within lists", async () => {
  const { status, body } = await ask(BOTH, { id: findingId });
  expect(status).toBe(200);
  expect(body).toEqual({
    data: {
      findings: {
        count: 2,
        rows: [
          { advisory: "CVE-1", assetCount: 2, assetList: { rows: [{ name: "db-1" }, { name: "web-1" }] } },
          { advisory: "CVE-2", assetCount: 1, assetList: { rows: [{ name: "db-1" }] } },
        ],
      },
      finding: { package: "p1" },
      assets: {
        rows: expect.arrayContaining([
          { name: "web-1", findingList: { count: 1 } },
          { name: "db-1", findingList: { count: 2 } },
        ]),
      },
    },
  });
});

test("a level costs the same statements for one object as for many, each with its own answer", async () => {
  const many = await api.company();
  await api.db.withCompany(many.id, async (tx) => {
    await tx.query(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, component_count)
       select $1, 'host', 'h' || n, 'h' || n, '', 'Debian:12', '{}', '', 1 from generate_series(10, 39) n`,
      [many.id],
    );
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       select $1, id, 'dpkg', 'ok', array[substr(name, 2)::int], now() from asset where company_id = $1`,
      [many.id],
    );
    await tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version, purl,
         severity, severity_rank, risk, urgency, record_id, status, asset_count)
       select $1, n, n, 'CVE-' || n, '{}', '', 'Debian:12', 'p' || n, '1', '', 'high', 5, 50, '', 'r', 'open', 1
       from generate_series(10, 39) n`,
      [many.id],
    );
  });
  const spy = vi.spyOn(pg.Client.prototype, "query");
  const counted = async (limit: number) => {
    const query = `{ assets(limit: ${limit}, sort: "name") { rows { name
      findingList(limit: 3) { count rows { advisory assetList(limit: 2) { rows { name } } } } } } }`;
    await ask(query, {}, many.owner);
    spy.mockClear();
    const { body } = await ask(query, {}, many.owner);
    expect(body.errors).toBeUndefined();
    return { statements: spy.mock.calls.length, rows: body.data.assets.rows };
  };
  const one = await counted(1);
  const thirty = await counted(30);
  spy.mockRestore();
  expect(one.rows).toHaveLength(1);
  expect(thirty.rows).toHaveLength(30);
  for (const { name, findingList } of thirty.rows) {
    const advisory = `CVE-${String(name).slice(1)}`;
    expect(findingList).toEqual({ count: 1, rows: [{ advisory, assetList: { rows: [{ name }] } }] });
  }
  expect(thirty.statements).toBeLessThanOrEqual(one.statements);
  expect(one.statements).toBeGreaterThan(5);
});

test("one object whose answer fails fails alone", async () => {
  const query = `query Some($id: String!) { finding(id: $id) { assetList(cursor: "bm90aGluZw") { count } eventList: assetList { count } } }`;
  const { body } = await ask(query, { id: findingId });
  expect(body.data.finding).toEqual({ assetList: null, eventList: { count: 2 } });
  expect(codesOf(body)).toEqual(["BAD_REQUEST"]);
});

test("another company gets nothing: empty lists, and NOT_FOUND for what is not its own as for what is nobody's", async () => {
  const { body } = await ask(BOTH, { id: findingId }, other.owner);
  expect(body.data).toEqual({ findings: { count: 0, rows: [] }, finding: null, assets: { rows: [] } });
  expect(body.errors).toEqual([
    {
      message: expect.stringContaining("no finding"),
      locations: [{ line: 3, column: 3 }],
      path: ["finding"],
      extensions: { code: "NOT_FOUND" },
    },
  ]);
  const nobodys = await ask(BOTH, { id: crypto.randomUUID() }, other.owner);
  expect(nobodys.body).toEqual(body);
});

test("who sees some assets only sees these, and what is on them, through every field", async () => {
  const { body } = await ask(BOTH, { id: findingId }, scoped);
  expect(body.data).toEqual({
    findings: { count: 1, rows: [{ advisory: "CVE-1", assetCount: 1, assetList: { rows: [{ name: "web-1" }] } }] },
    finding: { package: "p1" },
    assets: { rows: [{ name: "web-1", findingList: { count: 1 } }] },
  });
});

test("a field that the credential may not read is null with FORBIDDEN; the rest is answered", async () => {
  const some = await api.apiToken(company.id, ["assets:read"]);
  const { status, body } = await ask("{ stats { risk } assets { count rows { findingList { count } } } }", {}, some);
  expect(status).toBe(200);
  expect(body.data).toEqual({
    stats: null,
    assets: { count: 2, rows: [{ findingList: null }, { findingList: null }] },
  });
  expect(new Set(codesOf(body))).toEqual(new Set(["FORBIDDEN"]));
  expect((await ask("{ findings { count } }", {}, company.reader)).body).toEqual({ data: { findings: { count: 2 } } });
});

test("it is for the signed-in and answers no GET", async () => {
  const body = { query: "{ __schema { queryType { name } } }" };
  expect((await api.call("POST", "/api/v1/graphql", { body })).status).toBe(401);
  expect((await api.call("GET", "/api/v1/graphql?query={stats{risk}}", { token: company.owner })).status).toBe(405);
  expect((await ask(body.query)).body.data).toEqual({ __schema: { queryType: { name: "Query" } } });
});

test("an argument is refused as its route refuses it, and named", async () => {
  const { body } = await ask(
    `{ findings(limit: 501) { count } finding(id: "1") { id } wrong: findings(query: "sevrity:high") { count } }`,
  );
  expect(body.data).toEqual({ findings: null, finding: null, wrong: null });
  expect(body.errors.map((e: { extensions: object }) => e.extensions)).toEqual([
    { code: "BAD_REQUEST", field: "limit" },
    { code: "BAD_REQUEST", field: "id" },
    { code: "BAD_REQUEST", field: "query" },
  ]);
  expect(codesOf((await ask(`{ findings(cursor: "none") { count } }`)).body)).toEqual(["BAD_REQUEST"]);
});

test("what is no query of one kind, or names what there is not, asks nothing and says where", async () => {
  const unknown = await ask("{\n  stats { risks }\n}");
  expect(unknown.status).toBe(200);
  expect(unknown.body.data).toBeNull();
  expect(unknown.body.errors).toEqual([
    {
      message: expect.stringContaining('"risks"'),
      locations: [{ line: 2, column: 11 }],
      extensions: { code: "BAD_REQUEST" },
    },
  ]);
  for (const query of [
    "mutation { a }",
    "subscription { a }",
    "{ stats { risk } } query B { stats { risk } }",
    "fragment a on Stats { risk }",
    "{",
    "query ($id: String!) { finding(id: $id) { id } }",
    "{ stats { ...a } } fragment a on Stats { ...b } fragment b on Stats { ...a }",
  ]) {
    const { status, body } = await ask(query);
    expect([query, status, body.data, codesOf(body)?.[0]]).toEqual([query, 200, null, "BAD_REQUEST"]);
    expect(JSON.stringify(body)).not.toMatch(/stack|node_modules/);
  }
});

test("bodies that are none of a query are refused as by every route", async () => {
  const one = { query: "{ stats { risk } }" };
  for (const body of [
    [one],
    [one, one],
    {},
    { query: 1 },
    { query: "x".repeat(GRAPHQL_CHARS_MAX + 1) },
    { ...one, a: 1 },
  ]) {
    const answer = await api.call("POST", "/api/v1/graphql", { token: company.owner, body });
    expect([answer.status, answer.body.code]).toEqual([400, "BAD_REQUEST"]);
  }
});

test("each route that is asked counts as a request", async () => {
  // An answer tells what was left when its request came.
  const leftBefore = async (query: string): Promise<number> => {
    const { headers } = await ask(query, {}, other.reader);
    return Number(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
  };
  const started = performance.now();
  const left = await leftBefore(`{ ${Array.from({ length: ROUTES }, (_, n) => `s${n}: stats { risk }`).join(" ")} }`);
  const then = await leftBefore("{ stats { risk } }");
  // What comes back to an API token meanwhile.
  const refilled = ((performance.now() - started) / 1000) * RATES.api_token.perSecond;
  expect(then).toBeLessThanOrEqual(left - ROUTES + Math.ceil(refilled));
});
