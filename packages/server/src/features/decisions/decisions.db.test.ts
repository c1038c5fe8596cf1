import { parseVex } from "@zerotrace/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { assetRoutes, markAllDirty } from "../assets/index.ts";
import { findingRoutes } from "../findings/index.ts";
import { statRoutes } from "../stats/index.ts";
import { MATCHES, refreshCompany, signedIn, writeAsset, writeMatches } from "./fixtures.ts";
import { decisionRoutes, isAnyOver, refreshRulings } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let ids: Record<string, number>;
let assets: Record<string, string>;

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

beforeAll(async () => {
  api = await startApi(() => [
    ...decisionRoutes({ version: "1.0.0", onChanged: markAllDirty }),
    ...findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
    }),
    ...assetRoutes({ offlineAfterSeconds: 90, authorities: async () => () => ({ authority: "none", sources: [] }) }),
    ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
  ]);
  ids = await writeMatches(api);
});
afterAll(() => api.close());

const hosts = async (of: TestCompany): Promise<Record<string, string>> => {
  const at = (names: readonly string[]) => names.map((name) => ids[name] as number);
  const made = {
    one: await writeAsset(api, of, { name: "one", labels: ["lab"], components: at(["openssl", "bash"]) }),
    two: await writeAsset(api, of, { name: "two", labels: ["lab"], components: at(["openssl", "zip"]) }),
    three: await writeAsset(api, of, { name: "three", components: at(["openssl"]) }),
  };
  await refreshCompany(api, of);
  return made;
};
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  assets = await hosts(company);
  await hosts(other);
});

const decide = (scope: string, more: object = {}, token = company.owner) =>
  api.call("POST", "/api/v1/decisions", {
    token,
    body: { kind: "accept_risk", scope, reason: "Behind a wall", expiresAt: inDays(30), ...more },
  });
const post = (path: string, token = company.owner) => api.call("POST", `/api/v1/decisions/${path}`, { token });
const get = async (path: string, of = company) => (await api.call("GET", `/api/v1${path}`, { token: of.reader })).body;
const open = async (query = "", of = company): Promise<string[]> =>
  (await get(`/findings?query=${encodeURIComponent(query)}`, of)).rows
    .map((f: { advisory: string }) => f.advisory)
    .toSorted();
const own = (text: string, values: readonly unknown[] = [], of = company) =>
  api.db.asServiceFor(of.id, (tx) => tx.query(text, [of.id, ...values]));

/** Counts and highest risk of every asset, counted anew from what each holds and which advisories nothing hides there. */
const mustSumTo = async (left: Record<string, readonly string[]>, of = company): Promise<void> => {
  await refreshCompany(api, of);
  const sums = await own(
    "select name, critical, high, medium, low, risk from asset where company_id = $1 order by name",
    [],
    of,
  );
  const expected = Object.entries(left).map(([name, advisories]) => {
    const matches = MATCHES.filter(([, advisory]) => advisories.includes(advisory));
    const count = (wanted: string) => matches.filter(([, , severity]) => severity === wanted).length;
    return {
      name,
      critical: count("critical"),
      high: count("high"),
      medium: count("medium"),
      low: count("low"),
      risk: Math.max(0, ...matches.map(([, , , risk]) => risk)),
    };
  });
  expect(sums).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  const stats = await get("/stats", of);
  const openNow = new Set(await open("", of));
  const counted = (wanted: string) => MATCHES.filter(([, a, s]) => s === wanted && openNow.has(a)).length;
  expect(stats.findings).toMatchObject({
    critical: counted("critical"),
    high: counted("high"),
    medium: counted("medium"),
    low: counted("low"),
  });
};
const ALL = {
  one: ["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"],
  two: ["CVE-2026-1", "CVE-2026-2", "CVE-2026-4"],
  three: ["CVE-2026-1", "CVE-2026-2"],
};

test("a decision hides what its preview says, in every list and sum, and its revocation is the way back", async () => {
  const before = await own("select * from finding where company_id = $1 order by id");
  await mustSumTo(ALL);
  const preview = await api.call("POST", "/api/v1/decisions/preview", {
    token: company.reader,
    body: { scope: "package:openssl" },
  });
  expect(preview.body).toMatchObject({ findingCount: 2, closedCount: 2, assetCount: 3, byAsset: false });
  expect(preview.body.riskShare).toBeCloseTo(330 / 450, 3);
  expect(preview.body.examples[0]).toMatchObject({ advisory: "CVE-2026-1", risk: 90 });

  const made = await decide("package:openssl");
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ state: "active", findingCount: 2, closedCount: 2, owner: "token:all" });
  expect(await open()).toEqual(["CVE-2026-3", "CVE-2026-4"]);
  expect(await open("status:accepted")).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  expect(await open("status:not_affected")).toEqual([]);
  expect(await open("vex:not_affected")).toEqual([]);
  await mustSumTo({ one: ["CVE-2026-3"], two: ["CVE-2026-4"], three: [] });
  const [row] = (await get("/findings?status=accepted")).rows;
  expect(await get(`/findings/${row.id}`)).toMatchObject({
    status: "accepted",
    decision: { id: made.body.id, reason: "Behind a wall", createdBy: "token:all", assetCount: 3 },
  });
  expect(await open("", other)).toHaveLength(4);

  const revoked = await post(`${made.body.id}/revoke`);
  expect(revoked.body).toMatchObject({ state: "revoked", findingCount: 0, revokedBy: "token:all" });
  expect(await open()).toHaveLength(4);
  await mustSumTo(ALL);
  expect(await own("select * from finding where company_id = $1 order by id")).toEqual(before);
  expect((await post(`${made.body.id}/revoke`)).status).toBe(409);
  const trail = await own(
    "select action, target, detail, before, after from audit_event where company_id = $1 order by id",
  );
  expect(trail).toMatchObject([
    {
      action: "decision.create",
      target: made.body.id,
      detail: { closedCount: 2 },
      after: { scope: "package:openssl" },
    },
    { action: "decision.revoke", detail: { hid: 2 }, before: { state: "active" }, after: { state: "revoked" } },
  ]);
});

test("a scope with assets hides on those alone, until every asset that has the finding is decided on", async () => {
  const first = await decide("label:lab severity>=medium");
  expect(first.body).toMatchObject({ byAsset: true, findingCount: 3, closedCount: 2 });
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  expect(await open(`asset:${assets["one"]}`)).toEqual(["CVE-2026-2"]);
  expect(await open(`asset:${assets["three"]}`)).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  const partly = { one: ["CVE-2026-2"], two: ["CVE-2026-2"], three: ["CVE-2026-1", "CVE-2026-2"] };
  await mustSumTo(partly);
  const [row] = (await get("/findings?advisory=CVE-2026-1")).rows;
  expect(await get(`/findings/${row.id}`)).toMatchObject({
    status: "open",
    decision: { assetCount: 2 },
    assetCount: 3,
  });

  const listed = await get(`/assets/${assets["one"]}/components`);
  expect(listed.rows.map((c: { name: string; findingCount: number }) => [c.name, c.findingCount])).toEqual([
    ["bash", 0],
    ["openssl", 1],
  ]);

  const second = await decide("host:three advisory:CVE-2026-1");
  expect(second.body).toMatchObject({ findingCount: 1, closedCount: 1 });
  expect(await open()).toEqual(["CVE-2026-2"]);
  await mustSumTo({ one: ["CVE-2026-2"], two: ["CVE-2026-2"], three: ["CVE-2026-2"] });
  await writeAsset(api, company, { name: "four", labels: [], components: [ids["openssl"] as number] });
  await refreshCompany(api, company);
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  await own("delete from asset where company_id = $1 and name = 'four'");
  await post(`${second.body.id}/revoke`);
  await mustSumTo(partly);
  await post(`${first.body.id}/revoke`);
  await mustSumTo(ALL);
});

test("what two decisions close together is open again at once when one is taken back, and a preview counts what is left", async () => {
  await decide("label:lab advisory:CVE-2026-1");
  const preview = (scope: string) =>
    api.call("POST", "/api/v1/decisions/preview", { token: company.reader, body: { scope } });
  const left = { findingCount: 1, closedCount: 1, assetCount: 1 };
  expect((await preview("advisory:CVE-2026-1")).body).toMatchObject(left);
  expect((await preview("host:three advisory:CVE-2026-1")).body).toMatchObject(left);
  expect((await preview("label:lab advisory:CVE-2026-1")).body).toMatchObject({ findingCount: 0, assetCount: 0 });
  const second = await decide("host:three advisory:CVE-2026-1");
  expect(await open()).toEqual(["CVE-2026-2", "CVE-2026-3", "CVE-2026-4"]);
  await post(`${second.body.id}/revoke`);
  expect(await open()).toHaveLength(4);
});

test("what ran out, rose in severity or came to be exploited is open again, on record and told", async () => {
  const { id } = (await decide("advisory:CVE-2026-3 OR advisory:CVE-2026-4")).body;
  const ended = (await decide("package:openssl", { kind: "false_positive" })).body.id;
  expect(await open("status:not_affected")).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  expect(await open()).toEqual([]);
  await own("delete from outbox where company_id = $1");
  await own("update decision set expires_at = now() - interval '1 s' where company_id = $1 and id = $2", [ended]);
  expect(await get(`/decisions/${ended}`)).toMatchObject({ state: "expired" });
  expect(await api.db.withCompany(company.id, (tx) => isAnyOver(tx, company.id))).toBe(true);
  await refreshCompany(api, company);
  expect(await api.db.withCompany(company.id, (tx) => isAnyOver(tx, company.id))).toBe(false);
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2"]);

  await own(
    "update finding set severity = 'critical', severity_rank = 6 where company_id = $1 and advisory = 'CVE-2026-3'",
  );
  const rulings = () => api.db.asServiceFor(company.id, (tx) => refreshRulings(tx, company.id));
  await rulings();
  expect(await open()).toContain("CVE-2026-3");
  await own("update finding set kev_added_at = now() where company_id = $1 and advisory = 'CVE-2026-4'");
  await rulings();
  expect(await open()).toHaveLength(4);
  expect(await get(`/decisions/${id}`)).toMatchObject({ state: "active", findingCount: 0, lapsedCount: 2 });
  // Better again, it is not decided on by itself: somebody looks at it first.
  await refreshCompany(api, company);
  expect(await open()).toHaveLength(4);
  const events = await own("select channel, count, summary from outbox where company_id = $1 order by id");
  expect(events).toMatchObject([
    { channel: "finding_alert", count: 2, summary: { opened: 2 } },
    { channel: "finding_alert", count: 1 },
    { channel: "finding_alert", count: 1 },
  ]);
  expect((await api.audits(company.id)).slice(2)).toMatchObject([
    { actor: "server", action: "decision.expire", target: ended, detail: { reopened: 2 } },
    { action: "decision.reopen", target: id, detail: { because: ["severity"], advisories: ["CVE-2026-3"] } },
    { action: "decision.reopen", target: id, detail: { because: ["kev"], advisories: ["CVE-2026-4"] } },
  ]);
  expect(await open("", other)).toHaveLength(4);
});

test("where the company says so a second person approves, who is another one and signed in", async () => {
  await own(
    "insert into company_setting (company_id, name, value, changed_by) values ($1, 'decisions.second_approval', 'true', 'x')",
  );
  const [ann, ben, eve] = [
    await signedIn(api, company),
    await signedIn(api, company),
    await signedIn(api, company, "viewer"),
  ];
  const headers = { origin: api.origin };
  const as = (cookie: string, method: string, path: string, body?: object) =>
    api.call(method, `/api/v1/decisions${path}`, { cookie, headers, ...(body ? { body } : {}) });
  expect((await decide("package:openssl")).status).toBe(403);
  const body = { kind: "deferred", scope: "package:openssl", reason: "Next window", expiresAt: inDays(7) };
  const made = await as(ann, "POST", "", body);
  expect(made.body).toMatchObject({ state: "proposed", findingCount: 0 });
  expect(await open()).toHaveLength(4);
  const path = `/${made.body.id}`;
  expect((await as(ann, "POST", `${path}/approve`)).status).toBe(403);
  expect((await as(eve, "POST", `${path}/approve`)).status).toBe(403);
  expect((await post(`${made.body.id}/approve`)).status).toBe(403);
  expect((await post(`${made.body.id}/approve`, other.owner)).status).toBe(404);
  expect((await as(ben, "POST", `${path}/approve`)).body).toMatchObject({ state: "active", closedCount: 2 });
  expect(await open()).toEqual(["CVE-2026-3", "CVE-2026-4"]);
  expect((await as(ben, "PATCH", path, { expiresAt: inDays(30) })).status).toBe(409);
  expect((await as(ben, "PATCH", path, { expiresAt: inDays(3), owner: "ops" })).body).toMatchObject({ owner: "ops" });
  expect((await api.audits(company.id)).map((a) => a.action)).toEqual([
    "decision.create",
    "decision.approve",
    "decision.change",
  ]);
});

test("no decision is another company's, who only reads makes none, and what cannot be decided is refused at its place", async () => {
  const { id } = (await decide("package:bash")).body;
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["POST", "/revoke", undefined],
    ["POST", "/approve", undefined],
    ["PATCH", "", { owner: "me" }],
  ] as const) {
    const ask = (token: string) =>
      api.call(method, `/api/v1/decisions/${id}${path}`, { token, ...(body ? { body } : {}) });
    expect((await ask(other.owner)).status, path).toBe(404);
    if (method !== "GET") expect((await ask(company.reader)).status, path).toBe(403);
  }
  expect((await get("/decisions", other)).rows).toEqual([]);
  expect((await decide("package:bash", {}, company.reader)).status).toBe(403);
  expect((await decide("kev:true (label:lab OR risk>9)")).body).toMatchObject({ status: 400, field: "scope" });
  expect((await decide("status:open")).body.detail).toMatch(/At character 1 /);
  expect((await decide("package:bash", { expiresAt: inDays(366.5) })).body).toMatchObject({ field: "expiresAt" });
  expect((await decide("package:bash", { expiresAt: inDays(-1) })).status).toBe(400);
  expect((await decide("package:bash", { reason: " " })).status).toBe(400);
  expect(await open()).toHaveLength(3);

  const page = await get("/decisions?limit=1&state=active");
  expect([page.count, page.rows[0].id]).toEqual([1, id]);
  await decide("advisory:CVE-2026-4", { kind: "not_affected", reason: "Not built in" });
  const document = await get("/decisions/vex");
  expect(document.statements).toMatchObject([
    {
      vulnerability: { name: "CVE-2026-3" },
      status: "affected",
      action_statement: expect.stringMatching(/accepted until/),
    },
    { vulnerability: { name: "CVE-2026-4" }, status: "not_affected", impact_statement: "Not built in" },
  ]);
  expect((await get("/decisions/vex", other)).statements).toEqual([]);
});

test("what is decided is written in each format that is read, and read back it says the same of the same package", async () => {
  await decide("advisory:CVE-2026-3");
  await decide("advisory:CVE-2026-4", { kind: "false_positive", reason: "Another program of that name" });
  const said = async (format: string) => {
    const document = parseVex(await get(`/decisions/vex?format=${format}`));
    expect([document.format, document.problemCount]).toEqual([format, 0]);
    return document.statements
      .map((one) => ({
        id: one.vulnerability,
        status: one.status,
        purls: one.products.map(({ purl }) => purl),
        note: one.note,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const told = await said("openvex");
  expect(told).toMatchObject([
    { id: "CVE-2026-3", status: "affected", note: expect.stringMatching(/accepted until/) },
    { id: "CVE-2026-4", status: "not_affected", note: "False positive: Another program of that name" },
  ]);
  for (const format of ["cyclonedx", "csaf"])
    expect(
      (await said(format)).map(({ note: _, ...rest }) => rest),
      format,
    ).toEqual(told.map(({ note: _, ...rest }) => rest));
});

test("who sees some assets only neither decides nor reads what is decided of all", async () => {
  const { id } = (await decide("package:bash")).body;
  const { secret, hash } = newToken("api", company.id);
  const permissions = ["findings:manage", "findings:read"] as const;
  await api.db.withCompany(company.id, (tx) =>
    insertCredential(tx, {
      companyId: company.id,
      kind: "api",
      hash,
      subject: "token:lab",
      permissions,
      labels: ["lab"],
    }),
  );
  expect((await decide("package:zip", {}, secret)).status).toBe(403);
  expect((await post(`${id}/revoke`, secret)).status).toBe(403);
  const list = await api.call("GET", "/api/v1/decisions", { token: secret });
  expect([list.status, list.body.rows]).toEqual([200, []]);
  expect((await api.call("GET", `/api/v1/decisions/${id}`, { token: secret })).status).toBe(404);
  const findings = await api.call("GET", "/api/v1/findings?status=accepted", { token: secret });
  expect(findings.body.rows).toMatchObject([{ advisory: "CVE-2026-3", status: "accepted" }]);
});
