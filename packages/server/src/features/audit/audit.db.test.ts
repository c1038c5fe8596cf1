import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import type { SecurityEvent } from "../../platform/http/index.ts";
import { auditRoutes, createSecurityTrail, writeAudit } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
const folder = mkdtempSync(join(tmpdir(), "zt-audit-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));

beforeAll(async () => {
  api = await startApi(() => auditRoutes({ keys, version: "1", auditSinkHosts: ["127.0.0.1"] }));
  company = await api.company();
  other = await api.company();
  const rows = [
    ["ann", "token.create", "t1"],
    ["bob", "token.revoke", "t1"],
    ["ann", "session.sign_in", "s1"],
    ["eve", "security.failed_login", "POST /x"],
  ] as const;
  for (const [actor, action, target] of rows) {
    const row = { companyId: company.id, actor, action, target, detail: { n: 1 }, ip: "192.0.2.1", after: { a: 1 } };
    await api.db.withCompany(company.id, (tx) => writeAudit(tx, row));
  }
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const get = (query: string, token = company.owner) => api.call("GET", `/api/v1/audit${query}`, { token });
const actions = async (query: string) =>
  (await get(query)).body.rows.map((row: { actor: string; action: string }) => `${row.actor} ${row.action}`);

test("the trail is searched by actor, action, a noun's actions, object and time, newest first", async () => {
  expect(await actions("?actor=ann")).toEqual(["ann session.sign_in", "ann token.create"]);
  expect(await actions("?action=token.revoke")).toEqual(["bob token.revoke"]);
  expect(await actions("?action=token.*")).toEqual(["bob token.revoke", "ann token.create"]);
  expect(await actions("?target=t1&actor=bob")).toEqual(["bob token.revoke"]);
  expect(await actions("?action=tok.*")).toEqual([]);
  const { body } = await get("?actor=bob");
  const [row] = body.rows;
  expect(row).toMatchObject({ detail: { n: 1 }, before: null, after: { a: 1 }, ip: "192.0.2.1", seq: 2 });
  expect(await actions(`?from=${row.at}&action=token.*`)).toEqual(["bob token.revoke"]);
  expect(await actions(`?until=${row.at}`)).toEqual(["ann token.create"]);
  expect((await get("?actr=ann")).status).toBe(400);
});

test("pages follow each other without a gap or a repetition, and a foreign cursor is refused", async () => {
  const seen: number[] = [];
  for (let cursor = ""; ;) {
    const { body } = await get(`?limit=1${cursor}`);
    seen.push(...body.rows.map(({ seq }: { seq: number }) => seq));
    if (body.next === null) break;
    cursor = `&cursor=${body.next}`;
  }
  expect(seen).toEqual([...seen].sort((a, b) => b - a));
  expect(new Set(seen).size).toBe(seen.length);
  expect((await get("?cursor=abc")).status).toBe(400);
});

test("an export has every link in order with what was hashed, and is itself on record", async () => {
  const { body, headers } = await get("/export");
  expect(headers.get("content-type")).toBe("application/x-ndjson");
  let previous = "00".repeat(32);
  for (const line of String(body).trim().split("\n")) {
    const link = JSON.parse(line) as { previous: string; hash: string };
    const text = line.slice(line.indexOf(`"event":`) + 8, -1);
    expect(link.previous).toBe(previous);
    previous = createHash("sha256").update(Buffer.from(previous, "hex")).update(text).digest("hex");
    expect(link.hash).toBe(previous);
  }
  const cef = String((await get("/export?format=cef&after=3")).body).split("\n");
  expect(cef[0]).toMatch(/^CEF:0\|ZeroTrace\|.*security\.failed_login\|7\|/);
  const exports = (await api.audits(company.id)).filter(({ action }) => action === "audit.export");
  expect(exports.map(({ detail }) => detail)).toEqual([
    { after: 0, format: "json" },
    { after: 3, format: "cef" },
  ]);
});

test("the server verifies the chain, and hands out what is needed to do so elsewhere", async () => {
  const state = (await get("/verify")).body;
  expect(state).toMatchObject({ fault: null, checkpoint: null });
  const { body } = await get(`/chain?after=${state.count - 1}`);
  expect(body).toMatchObject({ companyId: company.id, isLast: true, rows: [{ hash: state.head.hash }] });
  expect((await get("/chain?limit=2")).body).toMatchObject({ isLast: false });
});

test("a receiver is made, listed without its secret and removed, each on record; one of another company is not there", async () => {
  const call = (method: string, path: string, body?: object, token = company.owner) =>
    api.call(method, `/api/v1/audit/sinks${path}`, { token, ...(body === undefined ? {} : { body }) });
  const sink = { name: "siem", url: "https://siem.example.com/hec", authorization: "Bearer hunter2" };
  const { status, body } = await call("POST", "", sink);
  expect(status).toBe(201);
  expect((await call("POST", "", sink)).status).toBe(409);
  const bad = [{ url: "https://127.0.0.2/" }, { url: "http://siem.example.com/" }, { url: "syslog+tls://s:1" }];
  for (const change of bad) expect((await call("POST", "", { ...sink, name: "bad", ...change })).status).toBe(400);
  const list = await call("GET", "");
  expect(list.body.rows).toMatchObject([{ name: "siem", kind: "http", hasSecret: true, waitingCount: 1 }]);
  expect(JSON.stringify(list.body) + JSON.stringify(await api.audits(company.id))).not.toContain("hunter2");
  expect((await call("GET", "", undefined, other.owner)).body.rows).toEqual([]);
  expect((await call("DELETE", `/${body.id}`, undefined, other.owner)).status).toBe(404);
  expect((await call("POST", "", sink, company.reader)).status).toBe(403);
  expect((await call("DELETE", `/${body.id}`)).status).toBe(200);
  expect((await call("DELETE", `/${body.id}`)).status).toBe(404);
  const [created, deleted] = (await get("?action=audit_sink.*")).body.rows.reverse();
  expect(created).toMatchObject({ target: body.id, before: null, after: { name: "siem", url: sink.url } });
  expect(deleted).toMatchObject({ target: body.id, before: { name: "siem" }, after: null });
});

test("who may only look at findings does not see the trail, and nobody sees another company's", async () => {
  for (const path of ["", "/export", "/chain", "/verify"]) expect((await get(path, company.reader)).status).toBe(403);
  expect((await get("", other.owner)).body.rows).toEqual([]);
  expect((await get("/chain", other.owner)).body.rows).toEqual([]);
  // that the other exported is all that its own export holds
  expect(
    String((await get("/export", other.owner)).body)
      .trim()
      .split("\n"),
  ).toHaveLength(1);
});

test("security events are a row at once and then one with the count; a flood, and a company that is none, write little", async () => {
  const trail = createSecurityTrail({ db: api.db, log: pino({ level: "silent" }) });
  const event: SecurityEvent = {
    event: "token_misuse",
    companyId: other.id,
    actor: "unproved:api",
    target: "GET /x",
    code: "UNAUTHENTICATED",
    ip: "192.0.2.9",
  };
  for (let n = 0; n < 50; n += 1) trail.report(event);
  trail.report({ ...event, companyId: null });
  trail.report({ ...event, companyId: 2_000_000 });
  await trail.flush();
  const told = async () =>
    (await api.audits(other.id))
      .filter(({ action }) => action === "security.token_misuse")
      .map(({ detail }) => detail["count"]);
  expect(await told()).toEqual([1, 49]);
  for (let n = 0; n < 1000; n += 1) trail.report({ ...event, ip: `192.0.2.${n}` });
  await trail.stop();
  const rows = await told();
  expect(rows.length).toBeLessThanOrEqual(2 + 31);
  // Rows of a flood are written side by side, in any order; none of its events is lost.
  expect(rows.reduce((sum, count) => Number(sum) + Number(count), 0)).toBe(50 + 1000);
  expect(rows).toContain(970);
});
