import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createCompanyKeys, localMasterKeys } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { retentionOf, settingRoutes, settingsOf } from "./index.ts";

const keys = createCompanyKeys(localMasterKeys({ variable: randomBytes(32).toString("base64"), path: "/nowhere" }));
const KEPT = { retentionDays: 365, auditRetentionDays: 730 };
let api: TestApi;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi(() => settingRoutes(KEPT, async (tx, companyId) => keys.rotate(tx, companyId)));
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

const put = (token: string, body: object) => api.call("PUT", "/api/v1/settings", { token, body });
const get = (token: string) => api.call("GET", "/api/v1/settings", { token });

test("a company's choice is in force for it alone, is on record with before and after, and can be taken back", async () => {
  const chosen = await put(company.owner, { "session.idle_minutes": 30, "retention.audit_days": 90 });
  expect(chosen.body.values).toMatchObject({ "session.idle_minutes": 30, "retention.audit_days": 90 });
  expect(chosen.body.chosen.map((one: { name: string }) => one.name)).toEqual([
    "retention.audit_days",
    "session.idle_minutes",
  ]);
  const own = await api.db.withCompany(company.id, (tx) => settingsOf(tx, company.id));
  expect(retentionOf(own, KEPT)).toEqual({ inventoryDays: 365, auditDays: 90 });
  expect(retentionOf(own, { ...KEPT, auditRetentionDays: 60 }).auditDays).toBe(60);
  expect((await get(other.owner)).body).toMatchObject({ values: { "session.idle_minutes": 1440 }, chosen: [] });

  const back = await put(company.owner, { "session.idle_minutes": null });
  expect(back.body.values["session.idle_minutes"]).toBe(1440);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query("select action, before, after from audit_event where company_id = $1 order by id", [company.id]),
  );
  expect(trail).toEqual([
    {
      action: "settings.change",
      before: { "retention.audit_days": null, "session.idle_minutes": 1440 },
      after: { "retention.audit_days": 90, "session.idle_minutes": 30 },
    },
    {
      action: "settings.change",
      before: { "session.idle_minutes": 30 },
      after: { "session.idle_minutes": 1440 },
    },
  ]);
  expect(await api.audits(other.id)).toEqual([]);
});

test("what the platform does not allow is refused by its name, and who only looks changes nothing", async () => {
  const before = (await get(company.owner)).body;
  for (const [name, value] of [
    ["retention.audit_days", 29],
    ["retention.inventory_days", 366],
    ["security.sign_in_methods", []],
    ["session.nothing", 1],
  ] as const) {
    const answer = await put(company.owner, { [name]: value });
    expect([answer.status, answer.body.field]).toEqual([400, name]);
  }
  expect((await put(company.reader, { "session.idle_minutes": 60 })).status).toBe(403);
  expect((await get(company.reader)).status).toBe(403);
  expect((await get(company.owner)).body).toEqual(before);
});

test("a new data key seals from then on, what an older one sealed can still be opened, and it is on record", async () => {
  const place = { table: "audit_sink", column: "secret" };
  const inCompany = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => api.db.withCompany(company.id, run);
  const before = await inCompany((tx) => keys.seal(tx, company.id, place, "hush"));
  const renewed = await api.call("POST", "/api/v1/settings/data-key", { token: company.owner });
  expect(renewed.status).toBe(201);
  const after = await inCompany((tx) => keys.seal(tx, company.id, place, "hush"));
  expect([before.includes(renewed.body.keyId), after.includes(renewed.body.keyId)]).toEqual([false, true]);
  expect(await inCompany((tx) => keys.isOld(tx, company.id, before))).toBe(true);
  expect(await inCompany((tx) => keys.open(tx, company.id, place, before))).toBe("hush");
  expect((await api.audits(company.id)).at(-1)).toMatchObject({ action: "settings.renew_data_key" });
  expect((await api.call("POST", "/api/v1/settings/data-key", { token: company.reader })).status).toBe(403);
});

const PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";
const brandOf = (token: string) => api.call("GET", "/api/v1/brand", { token });
const putBrand = (token: string, body: object) => api.call("PUT", "/api/v1/brand", { token, body });

test("a company's name, color and logo are shown to all of its people and to nobody else, and each is put back alone", async () => {
  expect((await brandOf(company.reader)).body).toEqual({ name: null, accent: null, logo: null });
  await putBrand(company.owner, { name: "Acme Security", accent: "#2266ff", logo: PICTURE });
  expect((await brandOf(company.reader)).body).toEqual({ name: "Acme Security", accent: "#2266ff", logo: PICTURE });
  expect((await brandOf(other.owner)).body).toEqual({ name: null, accent: null, logo: null });
  expect((await putBrand(company.owner, { logo: null })).body).toMatchObject({ name: "Acme Security", logo: null });
  expect((await get(company.owner)).body.chosen.map((one: { name: string }) => one.name)).not.toContain("brand");
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ after: object }>(
      "select after from audit_event where company_id = $1 and action = 'brand.change' order by id",
      [company.id],
    ),
  );
  expect(trail.map((row) => row.after)).toEqual([
    { name: "Acme Security", accent: "#2266ff", hasLogo: true },
    { name: "Acme Security", accent: "#2266ff", hasLogo: false },
  ]);
});

test("who only looks changes no brand, and what is no color or picture is refused by its name", async () => {
  expect((await putBrand(company.reader, { name: "Mine" })).status).toBe(403);
  for (const [field, value] of [
    ["accent", "red"],
    ["logo", "data:image/svg+xml;base64,PHN2Zz4="],
    ["name", "x".repeat(41)],
  ] as const) {
    expect(await putBrand(company.owner, { [field]: value })).toMatchObject({ status: 400, body: { field } });
  }
});
