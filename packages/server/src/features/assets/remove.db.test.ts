import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { assetRoutes, removeAssetRoute } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let removed: string[] = [];

beforeAll(async () => {
  const authorities = async () => () => ({ authority: "none" as const, sources: [] });
  api = await startApi(({ forget }) => [
    removeAssetRoute({ forget, onRemoved: async (_tx, _companyId, id) => void removed.push(id) }),
    ...assetRoutes({ offlineAfterSeconds: 90, authorities }),
  ]);
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

/** A host with two components, a change of its inventory and an agent's credential. */
const host = async (name: string): Promise<{ id: string; credential: string }> => {
  const { secret, hash } = newToken("device", company.id);
  const id = await api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, component_count)
       values ($1, $2, $2, '', '', '{}', '1', 2) returning id`,
      [company.id, name],
    );
    const { id: assetId } = row as { id: string };
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', '{1,2}', now())`,
      [company.id, assetId],
    );
    await tx.query(
      "insert into inventory_delta (company_id, asset_id, source, added, removed) values ($1, $2, 'dpkg', '{1,2}', '{}')",
      [company.id, assetId],
    );
    const permissions = ["assets:read"] as const;
    const device = { companyId: company.id, kind: "device", hash, subject: `asset:${name}`, permissions, assetId };
    await insertCredential(tx, device as Parameters<typeof insertCredential>[1]);
    return assetId;
  });
  return { id, credential: secret };
};

const finding = (componentId: number, assetCount: number) =>
  api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version,
         purl, severity, severity_rank, risk, urgency, record_id, status, asset_count)
       values ($1, $2, 1, 'CVE-1', '{}', '', 'npm', 'p', '1', '', 'high', 4, 50, '', 'r', 'open', $3)`,
      [company.id, componentId, assetCount],
    ),
  );

const remove = (id: string, query = "", token = company.owner) =>
  api.call("DELETE", `/api/v1/assets/${id}${query}`, { token });
const get = (id: string, token = company.reader) => api.call("GET", `/api/v1/assets/${id}`, { token });

test("removing an asset tells in numbers what it does, ends its agent's credential and is on record with what was there", async () => {
  const { id, credential } = await host("web-1");
  await finding(1, 1);
  await finding(2, 2);
  const counts = { kind: "host", name: "web-1", componentCount: 2, findingCount: 2, closedCount: 1, deltaCount: 1 };
  expect(await remove(id, "?dryRun=true")).toMatchObject({ status: 200, body: { ...counts, credentialCount: 1 } });
  expect((await get(id)).status).toBe(200);
  expect((await get(id, credential)).status).toBe(200);
  expect(removed).toEqual([]);

  for (const query of ["", "?dryRun=true"]) {
    expect((await remove(id, query, company.reader)).status).toBe(403);
    expect((await remove(id, query, other.owner)).status).toBe(404);
  }
  expect(await remove(id)).toMatchObject({ status: 200, body: { ...counts, credentialCount: 1 } });
  expect(removed).toEqual([id]);
  expect((await get(id)).status).toBe(404);
  expect((await get(id, credential)).status).toBe(401);
  expect((await remove(id)).status).toBe(404);
  const left = await api.db.withCompany(company.id, (tx) =>
    tx.query(
      "select 1 from inventory where company_id = $1 union all select 1 from inventory_delta where company_id = $1",
      [company.id],
    ),
  );
  expect(left).toEqual([]);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query("select action, target, before, detail from audit_event where company_id = $1 order by id", [company.id]),
  );
  expect(trail).toMatchObject([
    { action: "asset.remove", target: id, before: null, detail: { dryRun: true } },
    { action: "asset.remove", target: id, before: counts },
  ]);
});
