import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { tokenRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi(({ forget }) => tokenRoutes({ forget }));
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

const create = (token: string, body: object) => api.call("POST", "/api/v1/tokens", { token, body });
const list = (token: string, query = "") => api.call("GET", `/api/v1/tokens${query}`, { token });

test("an API token works with what it was given until it is revoked, and its secret is shown once", async () => {
  const made = await create(company.owner, { kind: "api", label: "ci", permissions: ["tokens:manage"] });
  expect(made.status).toBe(201);
  expect(made.body.secret).toMatch(/^zt_a_/);
  const seen = await list(made.body.secret);
  expect(seen.status).toBe(200);
  expect(JSON.stringify(seen.body)).not.toContain(made.body.secret);
  expect(seen.body.rows[0]).toMatchObject({ id: made.body.id, kind: "api", label: "ci", usesLeft: null });

  const path = `/api/v1/tokens/${made.body.id}`;
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await api.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await list(made.body.secret)).status).toBe(200);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect((await list(made.body.secret)).status).toBe(401);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(404);

  const trail = await api.audits(company.id);
  expect(trail.map((a) => [a.action, a.actor, a.target])).toEqual([
    ["token.create", "token:all", made.body.id],
    ["token.revoke", "token:all", made.body.id],
  ]);
  expect(JSON.stringify(trail)).not.toContain(made.body.secret);
});

test("nobody gives what he does not hold, and a credential that only looks makes no token", async () => {
  const before = await api.audits(company.id);
  const agents = await create(company.owner, { kind: "api", label: "x", permissions: ["agents:report"] });
  expect([agents.status, agents.body.code]).toEqual([403, "FORBIDDEN"]);
  expect(agents.body.detail).toContain("agents:report");
  const narrow = await api.apiToken(company.id, ["tokens:manage"]);
  expect((await create(narrow, { kind: "api", label: "x", permissions: ["findings:read"] })).status).toBe(403);
  expect((await create(company.reader, { kind: "enrollment", label: "x" })).status).toBe(403);
  expect(await api.audits(company.id)).toEqual(before);
});

test("an enrollment token carries its uses and no permissions; an API token without permissions is refused", async () => {
  const made = await create(company.owner, { kind: "enrollment", label: " rack 7 ", maxUses: 12 });
  expect(made.status).toBe(201);
  expect(made.body.secret).toMatch(/^zt_e_/);
  const [row] = (await list(company.owner)).body.rows;
  expect(row).toMatchObject({ kind: "enrollment", label: "rack 7", usesLeft: 12, permissions: [] });
  for (const body of [
    { kind: "enrollment", label: "x", permissions: ["findings:read"] },
    { kind: "api", label: "x" },
  ]) {
    const answer = await create(company.owner, body);
    expect([answer.status, answer.body.field]).toEqual([400, "permissions"]);
  }
});

test("the list pages newest first, shows each token once and no other company's", async () => {
  const paged = await api.company();
  for (const label of ["a", "b", "c"]) await create(paged.owner, { kind: "enrollment", label });
  const first = (await list(paged.owner, "?limit=2")).body;
  const second = (await list(paged.owner, `?limit=500&cursor=${first.next}`)).body;
  const rows: { label: string; id: string }[] = [...first.rows, ...second.rows];
  expect(rows.slice(0, 3).map((r) => r.label)).toEqual(["c", "b", "a"]);
  expect(new Set(rows.map((r) => r.id)).size).toBe(5);
  expect([rows.length, first.count, second.next]).toEqual([5, 5, null]);
});

test("an enrollment token tells its limits and refuses ranges that are none; an API token takes none of them", async () => {
  const limits = { labels: ["site:berlin", "lab"], agentsMax: 3, ranges: ["10.1.2.3/8", "192.0.2.7"] };
  const made = await create(company.owner, { kind: "enrollment", label: "berlin", maxUses: 5, enrollment: limits });
  expect(made.status).toBe(201);
  const [row] = (await list(company.owner)).body.rows;
  expect(row.enrollment).toEqual({
    labels: ["lab", "site:berlin"],
    agentsMax: 3,
    agentCount: 0,
    ranges: ["10.0.0.0/8", "192.0.2.7/32"],
  });
  const wrong = async (kind: string, enrollment: object) =>
    (await create(company.owner, { kind, label: "x", permissions: [], enrollment })).body.field;
  expect(await wrong("enrollment", { ranges: ["10.0.0.0/64"] })).toBe("enrollment.ranges");
  expect(await wrong("enrollment", { labels: ["Berlin!"] })).toMatch(/^enrollment.labels/);
  expect(await wrong("api", { labels: ["lab"] })).toMatch(/permissions|enrollment/);
});

const rotate = (token: string, id: string, body: object = {}) =>
  api.call("POST", `/api/v1/tokens/${id}/rotate`, { token, body });

test("a rotated API token works by both secrets within the overlap, then by the new one alone", async () => {
  const made = (await create(company.owner, { kind: "api", label: "nightly", permissions: ["tokens:manage"] })).body;
  expect((await list(made.secret)).status).toBe(200);
  const next = (await rotate(company.owner, made.id, { overlapSeconds: 2 })).body;
  expect(next.secret).not.toBe(made.secret);
  for (const secret of [made.secret, next.secret]) expect((await list(secret)).status).toBe(200);
  const [row] = (await list(company.owner)).body.rows;
  expect(row).toMatchObject({ id: made.id, formerUntil: next.formerUntil, expiresAt: next.expiresAt });
  expect(row.rotatedAt).not.toBeNull();
  await sleep(2_050);
  expect((await list(made.secret)).status).toBe(401);
  expect((await list(next.secret)).status).toBe(200);

  const last = (await rotate(company.owner, made.id, { overlapSeconds: 0, expiresInSeconds: 60 })).body;
  expect(last.formerUntil).toBeNull();
  expect((await list(next.secret)).status).toBe(401);
  expect(new Date(last.expiresAt).getTime() - Date.now()).toBeLessThan(61_000);
  expect((await list(last.secret)).status).toBe(200);
  const trail = (await api.audits(company.id)).filter(({ action }) => action === "token.rotate");
  expect(trail.map(({ target }) => target)).toEqual([made.id, made.id]);
  expect(JSON.stringify(trail)).not.toContain(next.secret);
});

test("nobody rotates another company's token, one that holds more, an enrollment token, or one that has ended", async () => {
  const { id } = (await create(company.owner, { kind: "api", label: "x", permissions: ["vex:manage"] })).body;
  const narrow = await api.apiToken(company.id, ["tokens:manage"]);
  const weak = await rotate(narrow, id);
  expect([weak.status, JSON.stringify(weak.body).includes("zt_a_")]).toEqual([403, false]);
  expect((await rotate(company.reader, id)).status).toBe(403);
  expect((await rotate(other.owner, id)).status).toBe(404);
  const enrollment = (await create(company.owner, { kind: "enrollment", label: "x" })).body;
  expect((await rotate(company.owner, enrollment.id)).status).toBe(404);
  await api.call("DELETE", `/api/v1/tokens/${id}`, { token: company.owner });
  expect((await rotate(company.owner, id)).status).toBe(404);
  expect((await rotate(company.owner, id, { overlapSeconds: 604_801 })).status).toBe(400);
});

test("a token that is bound to addresses works from these alone", async () => {
  const body = { kind: "api", label: "x", permissions: ["tokens:manage"], ranges: ["10.1.0.0/16", "2001:db8::/32"] };
  const made = (await create(company.owner, body)).body;
  const from = async (address: string) =>
    (await api.call("GET", "/api/v1/tokens", { token: made.secret, headers: { "x-forwarded-for": address } })).status;
  expect(await from("10.1.2.3")).toBe(200);
  expect(await from("2001:db8::7")).toBe(200);
  expect(await from("10.2.0.1")).toBe(401);
  expect(await from("::ffff:10.1.2.3")).toBe(200);
  expect((await list(company.owner)).body.rows[0].ranges).toEqual(["10.1.0.0/16", "2001:db8::/32"]);
  expect((await create(company.owner, { ...body, ranges: ["nowhere"] })).body.field).toBe("ranges");
  expect((await create(company.owner, { kind: "enrollment", label: "x", ranges: ["10.0.0.0/8"] })).body.field).toBe(
    "ranges",
  );
});

test("a token that ends soon is shown and counted: in two weeks, or in the last quarter of a short life", async () => {
  const own = await api.company();
  const made: Record<string, string> = {};
  for (const label of ["fresh", "late", "short", "short-late", "revoked", "ended"])
    made[label] = (await create(own.owner, { kind: "api", label, permissions: ["assets:read"] })).body.id;
  const set = (label: string, created: string, expires: string) =>
    api.owner.query(
      `update credential set created_at = now() - $2::interval, expires_at = now() + $3::interval where id = $1`,
      [made[label], created, expires],
    );
  await set("fresh", "1 day", "89 days");
  await set("late", "80 days", "10 days");
  await set("short", "10 minutes", "50 minutes");
  await set("short-late", "50 minutes", "10 minutes");
  await set("revoked", "80 days", "10 days");
  await set("ended", "80 days", "-1 minute");
  await api.call("DELETE", `/api/v1/tokens/${made["revoked"]}`, { token: own.owner });
  const { body } = await list(own.owner);
  const soon = body.rows
    .filter((row: { endsSoon: boolean }) => row.endsSoon)
    .map((row: { label: string }) => row.label);
  expect([soon.sort(), body.endsSoonCount]).toEqual([["late", "short-late"], 2]);
});
