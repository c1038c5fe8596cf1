import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { assetLabelRoutes, assetRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let told: string[] = [];

beforeAll(async () => {
  api = await startApi(() => [
    ...assetLabelRoutes(async (_tx, _companyId, ids) => void told.push(...ids)),
    ...assetRoutes({
      offlineAfterSeconds: 90,
      authorities: async () => () => ({ authority: "none", sources: [] }),
    }),
  ]);
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

const asset = async (of: TestCompany, name: string): Promise<string> => {
  const [row] = await api.db.withCompany(of.id, (tx) =>
    tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, $2, $2, '', '', '{}', '1') returning id`,
      [of.id, name],
    ),
  );
  return (row as { id: string }).id;
};
const put = (token: string, id: string, labels: readonly string[]) =>
  api.call("PUT", `/api/v1/assets/${id}/labels`, { token, body: { labels } });
const change = (token: string, body: object) => api.call("POST", "/api/v1/asset-labels", { token, body });
const named = async (label: string): Promise<string[]> =>
  (await api.call("GET", `/api/v1/assets?sort=name&label=${label}`, { token: company.reader })).body.rows.map(
    (row: { name: string }) => row.name,
  );

test("labels are set by who may, kept sorted, told in the trail, and found again", async () => {
  const id = await asset(company, "web-1");
  told = [];
  expect((await put(company.owner, id, ["site:berlin", "lab", "lab"])).body).toEqual({
    labels: ["lab", "site:berlin"],
  });
  expect(told).toEqual([id]);
  expect(await named("lab")).toEqual(["web-1"]);
  expect(await named("la")).toEqual([]);
  expect((await api.call("GET", `/api/v1/assets/${id}`, { token: company.reader })).body.labels).toHaveLength(2);
  expect((await put(company.reader, id, [])).status).toBe(403);
  expect((await put(other.owner, id, [])).status).toBe(404);
  const refused = await put(company.owner, id, ["lab", "Big City!"]);
  expect([refused.status, refused.body.field]).toEqual([400, "labels.1"]);
  expect(refused.body.detail).toContain("write big-city.");
  const trail = await api.audits(company.id);
  expect(trail.map((row) => [row.action, row.target])).toEqual([["asset.label", id]]);
});

test("labels have letters of any language, in lower case and written in one way, and are found and scope however they are typed", async () => {
  const [here, there] = [await asset(company, "umlaut-1"), await asset(company, "umlaut-2")];
  expect((await put(company.owner, here, ["Site:Mu\u0308nchen", "東京", "site:münchen"])).body.labels).toEqual([
    "site:münchen",
    "東京",
  ]);
  await put(company.owner, there, ["site:munchen"]);
  for (const typed of ["site:münchen", "SITE:MÜNCHEN", "site:mu\u0308nchen", "東京"]) {
    expect(await named(encodeURIComponent(typed)), typed).toEqual(["umlaut-1"]);
  }
  const seen = await api.db.withCompany(
    company.id,
    (tx) => tx.query("select name from asset where name like 'umlaut%'"),
    ["site:münchen", "lab"],
  );
  expect(seen).toEqual([{ name: "umlaut-1" }]);
});

test("labels of many assets change together or not at all", async () => {
  const ids = [await asset(company, "db-1"), await asset(company, "db-2")];
  const foreign = await asset(other, "db-3");
  const before = await api.audits(company.id);
  expect((await change(company.owner, { ids: [...ids, foreign], add: ["db"] })).status).toBe(404);
  expect((await change(company.reader, { ids, add: ["db"] })).status).toBe(403);
  expect([await named("db"), await api.audits(company.id)]).toEqual([[], before]);
  expect((await change(company.owner, { ids, add: ["db", "old"] })).body).toEqual({ changedCount: 2 });
  expect((await change(company.owner, { ids, add: ["db"], remove: ["old"] })).body).toEqual({ changedCount: 2 });
  expect((await change(company.owner, { ids, add: ["db"] })).body).toEqual({ changedCount: 0 });
  expect(await named("db")).toEqual(["db-1", "db-2"]);
  const { rows } = (await api.call("GET", "/api/v1/asset-labels", { token: company.reader })).body;
  expect(rows).toContainEqual({ label: "db", count: 2 });
  expect((await api.call("GET", "/api/v1/asset-labels", { token: other.reader })).body.rows).toEqual([]);
});

test("nobody labels an asset out of their own reach", async () => {
  const id = await asset(company, "scoped");
  await put(company.owner, id, ["team:a"]);
  const { secret, hash } = newToken("api", company.id);
  const scoped = { companyId: company.id, kind: "api", hash, subject: "scoped", labels: ["team:a"] } as const;
  await api.db.withCompany(company.id, (tx) => insertCredential(tx, { ...scoped, permissions: ["assets:manage"] }));
  expect((await put(secret, id, ["team:b"])).body).toMatchObject({ code: "FORBIDDEN", field: "labels" });
  expect((await put(secret, id, ["team:a", "team:b"])).status).toBe(200);
});
