import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { markAllDirty, refreshDirtyAssets } from "../assets/index.ts";
import { findingRoutes, refreshFindings } from "../findings/index.ts";
import { fixRoutes } from "../fixes/index.ts";
import { recordDay, statRoutes } from "../stats/index.ts";
import { refreshVexEffects, vexRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let changedCount = 0;
const ids: Record<string, number> = {};

const COMPONENTS = [
  ["npm", "lodash", "4.17.20", "", ""],
  ["Debian:12", "libssl3", "3.0.11", "openssl", "3.0.11"],
  ["Go", "example.com/app", "1.0.0", "", ""],
  ["Go", "example.com/opa", "0.35.0", "", ""],
] as const;
/** Each with the severity and risk of its one advisory. */
const MATCHES = [
  ["lodash", "CVE-2026-1", "critical", 90],
  ["libssl3", "CVE-2026-2", "high", 60],
  ["example.com/opa", "CVE-2026-3", "low", 20],
] as const;

beforeAll(async () => {
  api = await startApi(() => [
    ...vexRoutes({
      onChanged: async (tx, companyId) => {
        changedCount += 1;
        await markAllDirty(tx, companyId);
      },
    }),
    ...findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
    }),
    ...fixRoutes({ onClaimed: async () => {} }),
    ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
  ]);
  await api.db.asService(async (tx) => {
    for (const [ecosystem, name, version, source, sourceVersion] of COMPONENTS) {
      const [row] = await tx.query<{ id: number }>(
        `with p as (insert into package (ecosystem, name) values ($1, $2) returning id)
         insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl,
           verdict, critical, high, low, max_risk)
         select $1, $2, $3, '', $4, $5, id, $3, '', 'affected', 0, 0, 0, 0 from p returning id`,
        [ecosystem, name, version, source, sourceVersion],
      );
      ids[name] = row?.id as number;
    }
    for (const [name, advisory, severity, risk] of MATCHES) {
      await tx.query(
        `with a as (
           insert into advisory (name, aliases, summary, severity, attributes_hash)
           values ($1, array['GHSA-xxxx-' || lower($1)], '', $2, '') returning id)
         insert into component_match (component_id, advisory_id, record_id, urgency, risk)
         select $3, id, 'r', '', $4 from a`,
        [advisory, severity, ids[name], risk],
      );
      await tx.query(`update component set "${severity}" = 1, max_risk = $2 where id = $1`, [ids[name], risk]);
    }
  });
});
afterAll(() => api.close());

const refresh = () =>
  api.db.asServiceFor(company.id, async (tx) => {
    await refreshFindings(tx, company.id);
    const count = await refreshVexEffects(tx, company.id);
    await refreshDirtyAssets(tx, company.id);
    await recordDay(tx, company.id);
    return count;
  });

const asset = async (name: string, components: readonly string[]): Promise<void> => {
  await api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, $2, $2, '', '', '{}', '') returning id`,
      [company.id, name],
    );
    const present = components.map((one) => ids[one] as number).sort((a, b) => a - b);
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', $3, now())`,
      [company.id, row?.id, present],
    );
  });
};

beforeEach(async () => {
  company = await api.company();
  await asset("one", ["lodash", "libssl3", "example.com/app", "example.com/opa"]);
  await refresh();
  changedCount = 0;
});

const openVex = (statements: readonly object[]) => ({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://example.com/1",
  author: "Example",
  timestamp: "2026-01-01T00:00:00Z",
  statements,
});
const says = (name: string, purl: string, more: object = {}) => ({
  vulnerability: { name },
  products: [{ "@id": purl }],
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  ...more,
});
const add = (document: object | string, token = company.owner) =>
  api.call("POST", "/api/v1/vex", { token, body: { name: "vex.json", document } });
const get = async (path: string, of = company) => (await api.call("GET", path, { token: of.reader })).body;
const open = async (query = "") =>
  (await get(`/api/v1/findings${query}`)).rows.map((f: { advisory: string }) => f.advisory).toSorted();

test("a statement closes a finding while it stands, in every list and sum, and the finding itself is untouched", async () => {
  const before = await api.db.withCompany(company.id, (tx) =>
    tx.query("select * from finding where company_id = $1", [company.id]),
  );
  const added = await add(openVex([says("GHSA-XXXX-CVE-2026-1", "pkg:npm/lodash")]));
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({ format: "openvex", statementCount: 1, findingCount: 1, closedCount: 1 });
  expect(await open()).toEqual(["CVE-2026-2", "CVE-2026-3"]);
  expect(await open("?status=not_affected")).toEqual(["CVE-2026-1"]);
  expect(await open("?status=all&vex=not_affected")).toEqual(["CVE-2026-1"]);
  expect((await get("/api/v1/stats")).findings).toMatchObject({ critical: 0, high: 1, low: 1 });
  expect((await get("/api/v1/fixes")).rows).toHaveLength(2);
  const [closed] = (await get("/api/v1/findings?status=not_affected")).rows;
  const detail = await get(`/api/v1/findings/${closed.id}`);
  expect(detail).toMatchObject({
    status: "not_affected",
    vex: { status: "not_affected", author: "Example", at: "2026-01-01T00:00:00.000Z", document: "vex.json" },
  });
  expect(changedCount).toBe(1);
  await refresh();
  const sums = () =>
    api.db.withCompany(company.id, (tx) =>
      tx.query("select critical, high, low, risk from asset where company_id = $1", [company.id]),
    );
  expect(await sums()).toEqual([{ critical: 0, high: 1, low: 1, risk: 60 }]);
  const after = await api.db.withCompany(company.id, (tx) =>
    tx.query("select * from finding where company_id = $1", [company.id]),
  );
  expect(after).toEqual(before);

  const removed = await api.call("DELETE", `/api/v1/vex/${added.body.id}`, { token: company.owner });
  expect(removed.status).toBe(200);
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"]);
  await refresh();
  expect(await sums()).toEqual([{ critical: 1, high: 1, low: 1, risk: 90 }]);
  expect((await api.audits(company.id)).map((a) => [a.action, a.target])).toEqual([
    ["vex.add", added.body.id],
    ["vex.remove", added.body.id],
  ]);
});

test("the newest statement decides, whichever document it is in, and new findings are decided as they come", async () => {
  const later = { timestamp: "2026-05-01T00:00:00Z", status: "affected", action_statement: "upgrade" };
  await add(openVex([says("CVE-2026-1", "pkg:npm/lodash", later)]));
  await add(openVex([says("CVE-2026-1", "pkg:npm/lodash@4.17.20")]));
  expect(await open()).toContain("CVE-2026-1");
  const [finding] = (await get("/api/v1/findings?vex=affected")).rows;
  expect((await get(`/api/v1/findings/${finding.id}`)).vex).toMatchObject({ status: "affected", note: "upgrade" });
  await api.db.withCompany(company.id, (tx) =>
    tx.query("delete from finding where company_id = $1 and advisory = 'CVE-2026-2'", [company.id]),
  );
  await add(openVex([says("CVE-2026-2", "pkg:deb/debian/openssl?arch=source&distro=debian-12")]));
  expect(await refresh()).toBe(1);
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-3"]);
  expect(await refresh()).toBe(0);
});

test("a part of a product is closed while the product is on every asset that has the part", async () => {
  const products = [{ "@id": "pkg:golang/example.com/app", subcomponents: [{ "@id": "pkg:golang/example.com/opa" }] }];
  await add(openVex([says("CVE-2026-3", "", { products })]));
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  await asset("two", ["example.com/opa"]);
  await refresh();
  expect(await open()).toContain("CVE-2026-3");
});

test("a document is taken once, as JSON or as text, and what is none is refused with its reason", async () => {
  const document = openVex([says("CVE-2026-1", "pkg:npm/lodash"), { status: "perhaps" }]);
  const added = await add(JSON.stringify(document));
  expect(added.body).toMatchObject({ statementCount: 1, problemCount: 1 });
  expect((await add(document)).status).toBe(409);
  expect(await add({ bomFormat: "x" })).toMatchObject({ status: 400, body: { field: "document" } });
  expect(await add("{")).toMatchObject({ status: 400, body: { field: "document" } });
  expect((await add(openVex([says("CVE-2026-1", "pkg:npm/a\u0001b")]))).status).toBe(201);
  const list = await get("/api/v1/vex?limit=1");
  expect([list.rows.length, list.count]).toEqual([1, 2]);
  expect((await get(`/api/v1/vex?cursor=${list.next}`)).rows[0].id).toBe(added.body.id);
});

test("no document is another company's, and who may only read adds and removes none", async () => {
  const added = await add(openVex([says("CVE-2026-1", "pkg:npm/lodash")]));
  const other = await api.company();
  expect((await get("/api/v1/vex", other)).rows).toEqual([]);
  const path = `/api/v1/vex/${added.body.id}`;
  expect((await api.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await add(openVex([]), company.reader)).status).toBe(403);
  expect(await open()).not.toContain("CVE-2026-1");
});

test("a document shows its statements, those that decide first, and what its removal would open in numbers", async () => {
  const older = { timestamp: "2025-01-01T00:00:00Z" };
  const first = await add(
    openVex([
      says("CVE-2020-9", "pkg:npm/left"),
      says("GHSA-XXXX-CVE-2026-1", "pkg:npm/lodash"),
      says("CVE-2026-3", "pkg:golang/example.com/opa", { status: "affected", action_statement: "upgrade" }),
    ]),
  );
  await add(openVex([says("CVE-2026-3", "pkg:golang/example.com/opa", older)]));
  const path = `/api/v1/vex/${first.body.id}`;
  expect(await get(path)).toMatchObject({ statementCount: 3, findingCount: 2, closedCount: 1 });
  const page = await get(`${path}/statements?limit=2`);
  expect(page.rows).toMatchObject([
    {
      advisory: "CVE-2026-1",
      findingCount: 1,
      closedCount: 1,
      products: [{ purl: "pkg:npm/lodash" }],
      productCount: 1,
    },
    { advisory: "CVE-2026-3", status: "affected", findingCount: 1, closedCount: 0 },
  ]);
  const rest = await get(`${path}/statements?limit=2&cursor=${page.next}`);
  expect(rest).toMatchObject({ next: null, rows: [{ vulnerability: "CVE-2020-9", findingCount: 0, advisory: null }] });

  const look = await api.call("DELETE", `${path}?dryRun=true`, { token: company.owner });
  expect(look.body).toMatchObject({ openedCount: 1, stayingCount: 0, closedCount: 1, opened: { critical: 1, low: 0 } });
  expect(await open()).toEqual(["CVE-2026-2", "CVE-2026-3"]);
  expect((await api.call("DELETE", `${path}?dryRun=true`, { token: company.reader })).status).toBe(403);
  expect((await api.call("DELETE", path, { token: company.owner })).body).toEqual(look.body);
  expect(await open()).toEqual(["CVE-2026-1", "CVE-2026-2"]);

  const other = await api.company();
  for (const one of [path, `${path}/statements`])
    expect((await api.call("GET", one, { token: other.owner })).status).toBe(404);
  expect((await api.call("DELETE", `${path}?dryRun=true`, { token: other.owner })).status).toBe(404);
});
