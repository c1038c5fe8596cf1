import { AppError, ERRORS } from "@zerotrace/core";
import { idParam, route } from "@zerotrace/core/schema";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { contract } from "../../contract.ts";
import { createMetrics } from "../metrics/index.ts";
import { decodeCursor, encodeCursor, implement, openApiOf, reply } from "./index.ts";
import { startServer } from "./testing.ts";

const name = z.object({ name: z.string().max(10), n: z.number().optional() }).strict();
const echo = z.object({ name: z.string() });
const routes = {
  get: route({
    method: "GET",
    path: "/api/v1/things/:id",
    summary: "",
    permission: "findings:read",
    params: idParam,
    query: z.object({ limit: z.coerce.number().max(5).default(1) }).strict(),
    answer: z.object({ id: z.string(), company: z.number() }),
  }),
  put: route({
    method: "PUT",
    path: "/api/v1/things/:id",
    summary: "",
    permission: "tokens:manage",
    params: idParam,
    body: name,
    answer: echo,
  }),
  big: route({
    method: "POST",
    path: "/api/v1/big",
    summary: "",
    permission: "public",
    status: 202,
    bodyLimitBytes: 100_000,
    body: z.object({ name: z.string(), rest: z.unknown() }),
    answer: echo,
  }),
  fault: route({ method: "GET", path: "/api/v1/fault", summary: "", permission: "public" }),
  local: route({ method: "GET", path: "/metrics", summary: "", permission: "jobs:read", contentType: "text/plain" }),
  forgot: route({ method: "POST", path: "/api/v1/forgot", summary: "", permission: "public" }),
  wrong: route({ method: "GET", path: "/api/v1/wrong", summary: "", permission: "public", answer: echo }),
};
const endpoints = [
  implement(routes.get, {
    audit: "none",
    run: async ({ identity }, { params }) => ({ id: params.id, company: identity.companyId }),
  }),
  implement(routes.put, {
    audit: "thing.update",
    run: async (_, { body }) => {
      if (body.name === "taken") throw new AppError("CONFLICT", "Taken: choose another.", { field: "name" });
      return reply({ status: 201, headers: { "x-own": "1" }, body: { name: body.name } });
    },
  }),
  implement(routes.big, {
    audit: "none",
    inflatedLimitBytes: 1_000_000,
    run: async (_, { body }) => ({ name: body.name }),
  }),
  implement(routes.fault, {
    audit: "none",
    run: async () => {
      throw new Error("secret inner detail");
    },
  }),
  implement(routes.local, { audit: "none", loopback: true, run: async () => "up 1\n" }),
  implement(routes.forgot, { audit: "thing.forget", run: async () => ({}) }),
  implement(routes.wrong, { audit: "none", run: async () => ({ nome: "x" }) as never }),
];
const web = mkdtempSync(join(tmpdir(), "zt-web-"));
const metrics = createMetrics({ version: "test" });
const openapi = openApiOf(contract, { title: "ZeroTrace", version: "1" });
let s: Awaited<ReturnType<typeof startServer>>;
let bearer: Record<string, string>;
beforeAll(async () => {
  s = await startServer(endpoints, { webDir: web, metrics, openapi });
  bearer = { authorization: `Bearer ${s.add("api").secret}` };
});
afterAll(() => s.server.close());

const id = "0198c7f0-0000-7000-8000-000000000001";
const call = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(s.origin + path, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  };
};
const send = (
  method: string,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) => call(path, { method, body, headers: { "content-type": "application/json", ...headers } });

test("a proved caller gets typed input, its company, an ETag, and 304 when it has the answer", async () => {
  const first = await call(`/api/v1/things/${id}?limit=3`, { headers: bearer });
  expect(first).toMatchObject({ status: 200, body: { id, company: 7 } });
  const tag = first.headers.get("etag") ?? "";
  expect(tag).toMatch(/^W\//);
  expect((await call(`/api/v1/things/${id}`, { headers: { ...bearer, "if-none-match": tag } })).status).toBe(304);
});

test("no credential is 401, too few permissions 403, a former secret 401", async () => {
  expect(await call(`/api/v1/things/${id}`)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  const weak = s.add("api", { permissions: ["assets:read"] });
  const headers = { authorization: `Bearer ${weak.secret}` };
  expect(await call(`/api/v1/things/${id}`, { headers })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  weak.row.revokedAt = s.state.at;
  s.auth.forget(weak.row.id);
  expect((await call(`/api/v1/things/${id}`, { headers })).status).toBe(401);
});

test("a write leaves an audit row with the id of its path; a refused one leaves none", async () => {
  const before = s.audits.length;
  const done = await send("PUT", `/api/v1/things/${id}`, '{"name":"a"}', bearer);
  expect(done).toMatchObject({ status: 201, body: { name: "a" } });
  expect(done.headers.get("x-own")).toBe("1");
  expect(await send("PUT", `/api/v1/things/${id}`, '{"name":"taken"}', bearer)).toMatchObject({
    status: 409,
    body: { field: "name" },
  });
  expect(s.audits.slice(before)).toEqual([
    { companyId: 7, actor: "ann", action: "thing.update", target: id, detail: {}, ip: "127.0.0.1" },
  ]);
});

test("a route cannot be built without an audit name, nor a public write succeed without its row", async () => {
  expect(() => implement(routes.put, { audit: "", run: async () => ({ name: "" }) })).toThrow(/audit/);
  expect((await call("/api/v1/forgot", { method: "POST" })).status).toBe(500);
});

test("problems follow RFC 9457 and hide our faults behind a correlation id that the log has", async () => {
  const fault = await call("/api/v1/fault", { headers: { "x-correlation-id": "abcdefgh-1" } });
  expect(fault.headers.get("content-type")).toContain("application/problem+json");
  expect(fault).toMatchObject({
    status: 500,
    body: { code: "INTERNAL", correlationId: "abcdefgh-1", type: "/docs/errors#INTERNAL" },
  });
  expect(fault.text).not.toContain("inner");
  expect(s.lines.find((line) => line["trace.id"] === "abcdefgh-1" && line["error.message"])).toMatchObject({
    "error.message": "secret inner detail",
  });
  expect((await call("/api/v1/wrong")).status).toBe(500);
});

test("a database that is away is 503", async () => {
  s.state.down = true;
  const other = { authorization: `Bearer ${s.add("api").secret}` };
  const lost = await call(`/api/v1/things/${id}`, { headers: other });
  expect(lost).toMatchObject({
    status: 503,
    body: { code: "DATABASE_UNAVAILABLE" },
  });
  expect(lost.text).not.toContain("inner");
  s.state.down = false;
});

test("an unknown address is 404, a wrong method 405 with what is allowed", async () => {
  expect(await call("/api/v1/nope")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  const wrong = await call(`/api/v1/things/${id}`, { method: "DELETE", headers: bearer });
  expect(wrong).toMatchObject({ status: 405, body: { code: "METHOD_NOT_ALLOWED" } });
  expect(wrong.headers.get("allow")).toBe("GET, HEAD, PUT");
});

const deep = (n: number) => `{"name":"x","rest":${"[".repeat(n)}${"]".repeat(n)}}`;
const bomb = Buffer.alloc(5_000_000, 32);
const hostile: [
  string,
  string,
  string | Uint8Array<ArrayBuffer>,
  Record<string, string>,
  number,
  string | undefined,
][] = [
  ["deep JSON", "/api/v1/big", deep(5000), {}, 400, "body"],
  ["a body over the limit", "/api/v1/big", "x".repeat(100_001), {}, 413, undefined],
  ["broken zstd", "/api/v1/big", "not zstd", { "content-encoding": "zstd" }, 400, "body"],
  [
    "cut zstd",
    "/api/v1/big",
    new Uint8Array(zstdCompressSync(Buffer.from(deep(2))).subarray(0, 12)),
    { "content-encoding": "zstd" },
    400,
    "body",
  ],
  [
    "a zstd bomb",
    "/api/v1/big",
    new Uint8Array(zstdCompressSync(bomb)),
    { "content-encoding": "zstd" },
    413,
    undefined,
  ],
  ["a gzip bomb", "/api/v1/big", new Uint8Array(gzipSync(bomb)), { "content-encoding": "gzip" }, 413, undefined],
  ["an unknown encoding", "/api/v1/big", "{}", { "content-encoding": "br" }, 415, "content-encoding"],
  ["__proto__", "/api/v1/big", '{"name":"x","rest":{"__proto__":{"admin":true}}}', {}, 400, "body"],
  ["escaped __proto__", "/api/v1/big", '{"name":"x","rest":{"\\u005f_proto__":{"admin":true}}}', {}, 400, "body"],
  ["constructor.prototype", "/api/v1/big", '{"name":"x","constructor":{"prototype":{}}}', {}, 400, "body"],
  ["no JSON", "/api/v1/big", "{nope", {}, 400, "body"],
  ["no UTF-8", "/api/v1/big", new Uint8Array([0x22, 0xff, 0x22]), {}, 400, "body"],
  ["an empty body", "/api/v1/big", "", {}, 400, "body"],
  ["a wrong type", "/api/v1/big", '{"name":1}', {}, 400, "name"],
  ["another media type", "/api/v1/big", "<a/>", { "content-type": "text/xml" }, 415, "content-type"],
];
test("headers that are too large, and bytes that are no HTTP, get problem details too", async () => {
  const answerTo = async (bytes: string): Promise<string> => {
    const socket = connect(Number(new URL(s.origin).port), "127.0.0.1");
    socket.end(bytes);
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    return text;
  };
  const large = await answerTo(`GET /health HTTP/1.1\r\nhost: x\r\nx-more: ${"a".repeat(40_000)}\r\n\r\n`);
  expect(large).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*"detail":"The address and the headers/s);
  expect(await answerTo("SSH-2.0-x\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*"code":"BAD_REQUEST"/s);
});

test("every route refuses a query it does not know, and a person's body with an unknown name; an agent's may hold more", () => {
  const more = { limit: "1", severty: "critical" };
  expect(contract.findings.listFindings.query.safeParse(more).success).toBe(false);
  const token = { kind: "enrollment", label: "x", maxUse: 1 };
  expect(contract.tokens.createToken.body.safeParse(token).success).toBe(false);
  expect(contract.agents.heartbeat.body.safeParse({ agentVersion: "9", later: 1 }).success).toBe(true);
});

test.each(hostile)("hostile input: %s is refused by name", async (_, path, body, headers, status, field) => {
  const answer = await send("POST", path, body, headers);
  expect(answer.status, answer.text).toBe(status);
  expect(answer.body.field).toBe(field);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("unknown names, long values and wrong ids are refused by name", async () => {
  expect((await send("PUT", `/api/v1/things/${id}`, '{"name":"x","more":1}', bearer)).body.field).toBe("more");
  expect((await send("PUT", `/api/v1/things/${id}`, '{"name":"12345678901"}', bearer)).body.field).toBe("name");
  expect((await call("/api/v1/things/7", { headers: bearer })).body.field).toBe("id");
  expect((await call(`/api/v1/things/${id}?limit=99`, { headers: bearer })).body.field).toBe("limit");
  expect((await send("PUT", `/api/v1/things/${id}`, "{}", { ...bearer, "content-encoding": "zstd" })).status).toBe(415);
});

test("compressed bodies within the limits arrive", async () => {
  const text = `{"name":"ok","rest":"${"a".repeat(500_000)}"}`;
  const answer = await send("POST", "/api/v1/big", new Uint8Array(zstdCompressSync(Buffer.from(text))), {
    "content-encoding": "zstd",
  });
  expect(answer).toMatchObject({ status: 202, body: { name: "ok" } });
});

test("a route for this machine takes no credential from it, but does through a proxy", async () => {
  expect(await call("/metrics")).toMatchObject({ status: 200, text: "up 1\n" });
  expect((await call("/metrics", { headers: { "x-forwarded-for": "8.8.8.8" } })).status).toBe(401);
});

test("the dashboard is a clear 503 until it is built, then falls back to its index; hashed files are kept", async () => {
  expect(await call("/assets")).toMatchObject({ status: 503 });
  mkdirSync(join(web, "static"));
  writeFileSync(join(web, "index.html"), "<title>home</title>");
  writeFileSync(join(web, "static/main-Ab12Cd34.js"), "1");
  writeFileSync(join(web, "static/main-Ab12Cd34.js.br"), brotliCompressSync("1"));
  expect(await call("/findings/1?x=1")).toMatchObject({ status: 200, text: "<title>home</title>" });
  expect((await call("/static/main-Ab12Cd34.js")).headers.get("cache-control")).toContain("immutable");
  const packed = await call("/static/main-Ab12Cd34.js", { headers: { "accept-encoding": "br" } });
  expect([packed.headers.get("content-encoding"), packed.headers.get("vary")]).toEqual(["br", "accept-encoding"]);
  expect(packed.text).toBe("1");
  expect((await call("/static/none.js")).status).toBe(404);
  expect((await call("/assets/7652cfd3-21a1-4660-91c2-3b9ad01fa5fd")).status, "a page's own address").toBe(200);
  expect((await call("/%2e%2e/%2e%2e/etc/passwd")).text).toBe("<title>home</title>");
  for (const file of ["/favicon.ico", "/foo.js", "/assets/x.map", "/a.webmanifest?v=1", "/%2e%2e/x.js", "/static/"]) {
    expect((await call(file)).status, file).toBe(404);
  }
  for (const page of ["/advisories/CVE-2024-1.2", "/assets", "/findings/openSUSE-SU-2015:0001-1", "/v1.20"]) {
    expect((await call(page)).status, page).toBe(200);
  }
  const policy = (await call("/")).headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain("unsafe");
});

test("the type of a problem leads to the line of its code, for anybody", async () => {
  const { type } = (await call("/api/none")).body;
  const [path, code] = String(type).split("#");
  const { status, text, headers } = await call(path ?? "");
  expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(text).toContain(`<tr id="${code}">`);
  for (const one of Object.keys(ERRORS)) expect(text).toContain(`<tr id="${one}">`);
  expect((await call("/docs/errors.css")).headers.get("content-type")).toContain("text/css");
});

test("OpenAPI 3.1 describes every route of the contract", async () => {
  const { body } = await call("/api/v1/openapi.json");
  expect(body.openapi).toBe("3.1.0");
  const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap((path) =>
    Object.values(path).map((one) => one.operationId),
  );
  expect(ids.sort()).toEqual(
    Object.values(contract)
      .flatMap((one) => Object.keys(one))
      .sort(),
  );
});

test("each request is one log line and one measurement, by the template of its path", async () => {
  await call(`/api/v1/things/${id}`, { headers: { ...bearer, "x-correlation-id": "line-line-1" } });
  const own = s.lines.filter((line) => line["trace.id"] === "line-line-1");
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({
    "http.route": "/api/v1/things/:id",
    "http.response.status_code": 200,
    "organization.id": 7,
    "zerotrace.credential_kind": "api_token",
  });
  expect(await metrics.text()).toContain(
    'zerotrace_http_request_seconds_count{method="GET",route="/api/v1/things/:id",status="200"}',
  );
});

test("cursors come back as they went; others are refused", () => {
  const shape = z.tuple([z.number(), z.string()]);
  expect(decodeCursor(encodeCursor([1, "ü"]), shape)).toEqual([1, "ü"]);
  for (const text of ["", "%%%", encodeCursor({ a: 1 }), "bm9wZQ"])
    expect(() => decodeCursor(text, shape)).toThrow(/cursor/);
});

test("a busy port is named with its mend", async () => {
  const port = Number(new URL(s.origin).port);
  await expect(startServer([], { port })).rejects.toMatchObject({ code: "PORT_BUSY", field: "port" });
  const elsewhere = { code: "BAD_CONFIG", field: "host" };
  for (const host of ["no such host", "192.0.2.1"]) {
    await expect(startServer([], { host })).rejects.toMatchObject(elsewhere);
  }
});

test("public writes are limited by address, with the time to wait", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => call("/api/v1/forgot", { method: "POST" })));
  const limited = answers.find((one) => one.status === 429);
  expect(limited?.body.code).toBe("RATE_LIMITED");
  expect(Number(limited?.headers.get("retry-after"))).toBeGreaterThan(0);
});
