import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { auditRoutes } from "../audit/index.ts";
import { findingRoutes } from "../findings/index.ts";
import { fixRoutes } from "../fixes/index.ts";
import { statRoutes } from "../stats/index.ts";
import { tokenRoutes } from "../tokens/index.ts";
import { assetRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let scoped: string;
const assets = new Map<string, string>();

const noKnowledge = {
  explain: async () => [],
  explanation: async () => null,
  enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
};

const scopedToken = async (labels: string[]): Promise<string> => {
  const { secret, hash } = newToken("api", company.id);
  await api.db.withCompany(company.id, (tx) =>
    insertCredential(tx, {
      companyId: company.id,
      kind: "api",
      hash,
      subject: "token:scoped",
      permissions: OWNER_PERMISSIONS,
      labels,
    }),
  );
  return secret;
};

const insertAsset = (name: string, labels: string[], componentIds: number[]): Promise<void> =>
  api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, component_count)
       values ($1, 'host', $2, $2, '', 'Debian:12', '{}', '', $3, $4) returning id`,
      [company.id, name, labels, componentIds.length],
    );
    assets.set(name, row?.id ?? "");
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', $3::int[], now())`,
      [company.id, row?.id, componentIds],
    );
  });

const insertFinding = (id: number, assetCount: number): Promise<unknown> =>
  api.db.asServiceFor(company.id, async (tx) => {
    await tx.query(
      "insert into fix_component (company_id, component_id, ecosystem, package, has_fix) values ($1, $2::int, 'Debian:12', 'p' || $2::int, true)",
      [company.id, id],
    );
    await tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package,
         version, purl, fixed_in, severity, severity_rank, risk, urgency, record_id, status, asset_count)
       values ($1, $2::int, $2::int, 'CVE-' || $2::int, '{}', '', 'Debian:12', 'p' || $2::int, '1', '', '2', 'high', 5, 50, '', 'r', 'open', $3)`,
      [company.id, id, assetCount],
    );
  });

beforeAll(async () => {
  api = await startApi(({ forget }) => [
    ...assetRoutes({ offlineAfterSeconds: 90, authorities: async () => new Map() as never }),
    ...findingRoutes(noKnowledge),
    ...fixRoutes({ onClaimed: async () => {} }),
    ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
    ...tokenRoutes({ forget }),
    ...auditRoutes({ keys: null as never, version: "test", auditSinkHosts: [] }),
  ]);
  company = await api.company();
  await insertAsset("web-1", ["prod", "site:berlin"], [1, 2]);
  await insertAsset("web-2", ["prod"], [1]);
  await insertAsset("db-1", ["db"], [1, 3]);
  await insertAsset("bare", [], [4]);
  for (const [id, count] of [
    [1, 3],
    [2, 1],
    [3, 1],
    [4, 1],
  ] as const)
    await insertFinding(id, count);
  scoped = await scopedToken(["prod", "web"]);
});
afterAll(() => api.close());

const get = async (path: string, token = scoped) => (await api.call("GET", path, { token })).body;
const namesOf = (body: { rows: { name: string }[] }): string[] => body.rows.map((r) => r.name).sort();

test("who sees some assets only lists these and finds no other by its id", async () => {
  expect(namesOf(await get("/api/v1/assets"))).toEqual(["web-1", "web-2"]);
  expect((await get("/api/v1/assets")).count).toBe(2);
  expect(namesOf(await get("/api/v1/assets", company.reader))).toHaveLength(4);
  for (const name of ["db-1", "bare"]) {
    for (const below of ["", "/components", "/deltas"]) {
      const path = `/api/v1/assets/${assets.get(name)}${below}`;
      expect((await api.call("GET", path, { token: scoped })).status, path).toBe(404);
    }
  }
  expect((await get(`/api/v1/assets/${assets.get("web-1")}`)).name).toBe("web-1");
});

test("findings are those of the assets that are seen, counted over these alone, in every list and export", async () => {
  const { rows, count } = await get("/api/v1/findings?sort=package");
  expect(rows.map((r: { package: string; assetCount: number }) => [r.package, r.assetCount])).toEqual([
    ["p1", 2],
    ["p2", 1],
  ]);
  expect(count).toBe(2);
  const whole = await get("/api/v1/findings?sort=package", company.reader);
  expect(whole.rows.map((r: { assetCount: number }) => r.assetCount)).toEqual([3, 1, 1, 1]);
  const hidden = whole.rows[2].id;
  expect((await api.call("GET", `/api/v1/findings/${hidden}`, { token: scoped })).status).toBe(404);
  expect((await api.call("GET", `/api/v1/findings/${hidden}/assets`, { token: scoped })).status).toBe(404);
  expect(namesOf(await get(`/api/v1/findings/${whole.rows[0].id}/assets`))).toEqual(["web-1", "web-2"]);
  const text = String(await get("/api/v1/findings/export?format=csv"));
  expect(text.match(/CVE-\d/g)?.sort()).toEqual(["CVE-1", "CVE-2"]);
  expect((await get("/api/v1/findings/by-advisory")).rows).toHaveLength(2);
  expect((await get("/api/v1/findings/by-source")).rows).toHaveLength(2);
  const fixes = (await get("/api/v1/fixes")).rows;
  expect(fixes.map((f: { package: string; assetCount: number }) => [f.package, f.assetCount])).toEqual([
    ["p1", 2],
    ["p2", 1],
  ]);
  expect((await get("/api/v1/findings?query=host:db-1")).rows).toEqual([]);
});

test("sums are over what is seen", async () => {
  const stats = await get("/api/v1/stats");
  expect(stats.assetCount).toBe(2);
  expect(JSON.stringify(stats)).not.toContain("db-1");
  expect(stats.findingCount).toBe(2);
});

test("the company's own records, such as the audit trail, are not for who sees some assets only", async () => {
  await api.call("POST", "/api/v1/tokens", {
    token: company.owner,
    body: { kind: "api", label: "for all", permissions: ["assets:read"] },
  });
  expect((await get("/api/v1/audit")).rows).toEqual([]);
  expect((await get("/api/v1/audit", company.owner)).rows.length).toBeGreaterThan(0);
  expect((await get("/api/v1/tokens")).rows.map((t: { label: string }) => t.label)).not.toContain("for all");
});

test("a token reaches no further than its maker", async () => {
  const made = await api.call("POST", "/api/v1/tokens", {
    token: scoped,
    body: { kind: "api", label: "mine", permissions: ["assets:read", "findings:read"] },
  });
  expect(made.status).toBe(201);
  expect(namesOf(await get("/api/v1/assets", made.body.secret))).toEqual(["web-1", "web-2"]);
  expect((await get("/api/v1/tokens")).rows.map((t: { label: string }) => t.label)).toContain("mine");
});

test("a scope without labels sees nothing", async () => {
  const none = await scopedToken([]);
  expect((await get("/api/v1/assets", none)).rows).toEqual([]);
  expect((await get("/api/v1/findings", none)).rows).toEqual([]);
});
