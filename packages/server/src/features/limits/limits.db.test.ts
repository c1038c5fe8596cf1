import { PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { ensureDefaultCompany } from "../companies/index.ts";
import { createQuotas, limitRoutes, measureStorage, type Quotas } from "./index.ts";

let api: TestApi;
let quotas: Quotas;
let company: TestCompany;
let platform: number;
let provider: string;

beforeAll(async () => {
  api = await startApi(({ db }) => limitRoutes((quotas = createQuotas(db))));
  platform = await ensureDefaultCompany(api.db);
  provider = await api.apiToken(platform, PROVIDER_PERMISSIONS);
});
beforeEach(async () => {
  company = await api.company();
});
afterAll(() => api.close());

const set = (limits: Record<string, number | null>, token = provider, id = company.id) =>
  api.call("PUT", `/api/v1/companies/${id}/limits`, { token, body: { limits } });
const inCompany = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => api.db.withCompany(company.id, run);
const limitOf = (body: { rows: { name: string; limit: number | null; used: number | null }[] }, name: string) => {
  const row = body.rows.find((r) => r.name === name);
  return [row?.limit, row?.used];
};

test("the platform sets a company's limits, the company reads them and cannot change them", async () => {
  expect((await set({ agents: 2, concurrent_scans: 3 })).status).toBe(200);
  expect((await set({ concurrent_scans: null })).status).toBe(200);
  const read = await api.call("GET", "/api/v1/limits", { token: company.reader });
  expect(limitOf(read.body, "agents")).toEqual([2, 0]);
  expect(limitOf(read.body, "concurrent_scans")).toEqual([null, 0]);
  for (const token of [company.owner, company.reader]) {
    expect((await set({ agents: 100 }, token)).status).toBe(403);
    expect((await api.call("GET", `/api/v1/companies/${company.id}/limits`, { token })).status).toBe(403);
  }
  expect((await set({ agents: 1 }, provider, 2_000_000_000)).status).toBe(404);
  expect((await set({ agents: -1 })).status).toBe(400);
  expect((await set({ agent: 1 })).status).toBe(400);
  const trail = (await api.audits(company.id)).filter((a) => a.action === "company.set_limits");
  expect(trail).toHaveLength(2);
  expect(trail[0]?.actor).toMatch(/^provider:/);
  const own = (await api.audits(platform)).filter((a) => a.action === "company.set_limits");
  expect(own.slice(-2).map(({ target }) => target)).toEqual([String(company.id), String(company.id)]);
  // a permission of the platform is worth nothing elsewhere, however somebody came by it
  const elsewhere = await api.apiToken(company.id, PROVIDER_PERMISSIONS);
  expect((await set({ agents: 100 }, elsewhere)).status).toBe(403);
  expect((await api.call("GET", `/api/v1/companies/${company.id}/limits`, { token: elsewhere })).status).toBe(403);
});

test("one agent more than allowed is refused, however many come at once", async () => {
  await set({ agents: 2 });
  const enroll = (n: number) =>
    inCompany(async (tx) => {
      await quotas.agent(tx, company.id);
      await tx.query(
        `insert into credential (company_id, kind, hash, subject, permissions) values ($1, 'device', $2, 'agent', '{}')`,
        [company.id, Buffer.from(`${company.id} ${n}`)],
      );
    });
  const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(enroll));
  expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(2);
  for (const refused of outcomes.filter((one) => one.status === "rejected")) {
    expect(refused.reason).toMatchObject({ code: "QUOTA_EXCEEDED", field: "agents" });
  }
});

test("inventories are refused once a day's components have come, and told when to come again", async () => {
  await set({ components_per_day: 100 });
  await quotas.inventory(company.id);
  await inCompany((tx) => quotas.took(tx, company.id, 60));
  await inCompany((tx) => quotas.took(tx, company.id, 60));
  await expect(quotas.inventory(company.id)).rejects.toMatchObject({
    code: "QUOTA_EXCEEDED",
    field: "components_per_day",
    cause: { retryAfterSeconds: expect.any(Number) },
  });
  const read = await api.call("GET", "/api/v1/limits", { token: company.reader });
  expect(limitOf(read.body, "components_per_day")).toEqual([100, 120]);
});

test("scans under way are counted", async () => {
  await set({ concurrent_scans: 1 });
  const scan = () => inCompany((tx) => quotas.scan(tx, company.id));
  await scan();
  await inCompany((tx) =>
    tx.query(
      `insert into upload (company_id, id, kind, name, asked, state, added_by)
       values ($1, gen_random_uuid(), 'image', 'a', '{}', 'waiting', 'me')`,
      [company.id],
    ),
  );
  await expect(scan()).rejects.toMatchObject({ code: "QUOTA_EXCEEDED", field: "concurrent_scans" });
});

test("what a company's rows take is measured, counts its own alone, and a full company takes no more", async () => {
  const measure = (db: Database, id: number) => db.asServiceFor(id, (tx) => measureStorage(tx, id));
  const empty = await api.company();
  const before = await measure(api.db, empty.id);
  const bytes = await measure(api.db, company.id);
  expect(bytes).toBeGreaterThan(100);
  await set({ storage_bytes: 100 });
  await expect(quotas.inventory(company.id)).rejects.toMatchObject({ field: "storage_bytes" });
  await expect(inCompany((tx) => quotas.agent(tx, company.id))).rejects.toMatchObject({ field: "storage_bytes" });
  expect(await measure(api.db, empty.id)).toBeGreaterThanOrEqual(before);
  await expect(quotas.inventory(empty.id)).resolves.toBeUndefined();
});

test("a company's rate is its own once it is known, and the answer says how much is left", async () => {
  await set({ requests_per_second: 5 });
  quotas.rate(company.id);
  await expect.poll(() => quotas.rate(company.id)).toEqual({ perSecond: 5, burst: 50 });
  const answer = await api.call("GET", "/api/v1/limits", { token: company.reader });
  expect(answer.headers.get("ratelimit-policy")).toContain('"api_token";q=1000');
  expect(answer.headers.get("ratelimit")).toMatch(/^"api_token";r=\d+;t=\d+$/);
});

test("a program that asks too much is told when to come again, and its neighbor is served", async () => {
  const ask = (token: string) => api.call("GET", "/api/v1/limits", { token });
  const greedy = await api.apiToken(company.id, ["assets:read"]);
  const answers = [];
  for (let i = 0; i < 12; i += 1) answers.push(...(await Promise.all(Array.from({ length: 120 }, () => ask(greedy)))));
  const refused = answers.filter((a) => a.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(refused[0]?.headers.get("ratelimit")).toMatch(/^"api_token";r=0/);
  expect(refused[0]?.body.code).toBe("RATE_LIMITED");
  expect((await ask(company.reader)).status).toBe(200);
});
