import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { addMember, addPerson, cookiesOf, PASSWORD, quickPasswords } from "../../../../../test/support/people.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { createBackOff, peopleRoutes } from "../people/index.ts";
import { sessionRoutes } from "../sessions/index.ts";
import { testRoutes } from "./fixtures.ts";
import { ensureDefaultCompany } from "./index.ts";

const dataDir = mkdtempSync(join(tmpdir(), "zt-companies-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
let api: TestApi;
let provider: number;
let manager: string;
let company: TestCompany;
let other: TestCompany;
let ann: { id: string; email: string };

beforeAll(async () => {
  api = await startApi((given) => [
    ...testRoutes({ ...given, keys, dataDir }),
    ...sessionRoutes({ ...given, publicUrl: () => "https://zt.example" }),
    ...peopleRoutes({
      ...given,
      publicUrl: () => "https://zt.example",
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: { factorsOf: async () => [] },
    }),
  ]);
  provider = await ensureDefaultCompany(api.db);
  manager = await api.apiToken(provider, PROVIDER_PERMISSIONS);
  [company, other] = [await api.company(), await api.company()];
  ann = await addPerson(api.db);
  await addMember(api.db, provider, ann, { role: "provider" });
});
afterAll(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true });
});

const REASON = "They asked for help with their agents.";
const origin = () => ({ origin: api.origin });
const at = (id: number, what = "") => `/api/v1/companies/${id}${what}`;
const ask = (method: string, path: string, token: string, body?: unknown) => api.call(method, path, { token, body });
const signedIn = async (): Promise<string> => {
  const body = { email: ann.email, password: PASSWORD, companyId: provider };
  const answer = await api.call("POST", "/api/v1/sign-in", { body });
  expect(answer.status).toBe(201);
  return cookiesOf(answer.headers);
};
const me = (cookie: string) => api.call("GET", "/api/v1/session", { cookie });
const enter = (cookie: string, id: number, body: object = {}) =>
  api.call("POST", at(id, "/entries"), {
    cookie,
    headers: origin(),
    body: { reason: REASON, role: "operator", minutes: 30, ...body },
  });
const actions = async (id: number) => (await api.audits(id)).map(({ action }) => action);

test("a company is made with an invitation of its administrator, is listed with its counts, and renamed on record", async () => {
  const made = await ask("POST", "/api/v1/companies", manager, { name: "Acme", adminEmail: "Ann@acme.test" });
  expect(made.status).toBe(201);
  expect(made.body.invitationUrl).toMatch(/^https:\/\/zt\.example\/join#token=zt_i_/);
  const { id } = made.body;
  expect((await ask("POST", "/api/v1/companies", manager, { name: "Acme", adminEmail: "a@b.test" })).status).toBe(409);

  await addMember(api.db, id, await addPerson(api.db));
  expect((await ask("GET", at(id), manager)).body).toMatchObject({
    name: "Acme",
    state: "active",
    isProvider: false,
    personCount: 1,
    agentCount: 0,
  });
  expect((await ask("PUT", at(id), manager, { name: other.name })).status).toBe(409);
  expect((await ask("PUT", at(id), manager, { name: "Acme Ltd" })).status).toBe(200);
  const first = (await ask("GET", "/api/v1/companies?limit=2", manager)).body;
  const second = (await ask("GET", `/api/v1/companies?cursor=${first.next}`, manager)).body;
  const names = [...first.rows, ...second.rows].map((row: { name: string }) => row.name);
  expect(names).toEqual(["Default", company.name, other.name, "Acme Ltd"]);
  for (const trail of [await actions(id), (await actions(provider)).slice(-2)]) {
    expect(trail).toEqual(["company.create", "company.rename"]);
  }
});

test("nobody of another company makes, sees, changes or enters one, and nothing is written", async () => {
  const smuggled = await api.apiToken(other.id, PROVIDER_PERMISSIONS);
  const before = [await actions(company.id), await actions(other.id), await actions(provider)];
  for (const token of [other.owner, company.owner, company.reader, smuggled]) {
    for (const [method, path, body] of [
      ["GET", "/api/v1/companies"],
      ["GET", at(company.id)],
      ["POST", "/api/v1/companies", { name: "x", adminEmail: "x@y.test" }],
      ["PUT", at(company.id), { name: "x" }],
      ["POST", at(company.id, "/suspension"), { reason: REASON }],
      ["DELETE", at(company.id, "/suspension")],
      ["POST", at(company.id, "/entries"), { reason: REASON, role: "viewer" }],
      ["POST", at(company.id, "/deletion"), { name: company.name, reason: REASON }],
      ["DELETE", at(company.id, "/deletion")],
      ["GET", "/api/v1/company-deletions"],
      ["GET", `/api/v1/company-deletions/${company.id}`],
    ] as const) {
      expect([method, path, (await ask(method, path, token, body)).status]).toEqual([method, path, 403]);
    }
  }
  expect((await ask("PUT", at(99_999), manager, { name: "x" })).status).toBe(404);
  expect((await ask("GET", at(99_999), manager)).status).toBe(404);
  expect([await actions(company.id), await actions(other.id), await actions(provider)]).toEqual(before);
});

test("a suspended company's credentials stop at once, its agents are told to come again, and a resume brings both back", async () => {
  const { secret, hash } = newToken("device", company.id);
  const device = {
    companyId: company.id,
    kind: "device",
    hash,
    subject: "asset:x",
    permissions: ["agents:report"],
  } as const;
  await api.db.withCompany(company.id, (tx) => insertCredential(tx, device));
  const states = async () => [
    (await ask("GET", "/api/v1/session", company.owner)).status,
    (await ask("GET", "/api/v1/session", secret)).status,
  ];
  expect(await states()).toEqual([200, 200]);
  expect((await ask("POST", at(company.id, "/suspension"), manager, { reason: "short" })).status).toBe(400);
  expect((await ask("POST", at(company.id, "/suspension"), manager, { reason: REASON })).status).toBe(200);
  expect(await states()).toEqual([401, 503]);
  const told = await ask("GET", "/api/v1/session", secret);
  expect(told.headers.get("retry-after")).toBe("300");
  expect((await ask("GET", "/api/v1/session", other.owner)).status).toBe(200);
  expect((await ask("POST", at(company.id, "/suspension"), manager, { reason: REASON })).status).toBe(409);
  expect((await ask("GET", at(company.id), manager)).body).toMatchObject({ state: "suspended", stateReason: REASON });
  expect((await ask("DELETE", at(company.id, "/suspension"), manager)).status).toBe(200);
  expect(await states()).toEqual([200, 200]);
  expect((await ask("DELETE", at(company.id, "/suspension"), manager)).status).toBe(409);
  expect((await ask("POST", at(provider, "/suspension"), manager, { reason: REASON })).status).toBe(409);
  expect((await actions(company.id)).slice(-2)).toEqual(["company.suspend", "company.resume"]);
});

test("a person of the provider enters with a reason that both companies have on record, and leaving gives the own session back", async () => {
  const own = await signedIn();
  expect((await enter(own, company.id, { reason: "because" })).status).toBe(400);
  expect((await enter(own, company.id, { minutes: 481 })).status).toBe(400);
  expect((await enter(own, provider)).status).toBe(404);
  expect((await enter(own, 99_999)).status).toBe(404);
  const entered = await enter(own, company.id);
  expect(entered.status).toBe(201);
  const inside = cookiesOf(entered.headers);
  const seen = (await me(inside)).body;
  expect(seen).toMatchObject({
    companyId: company.id,
    subject: `provider:${ann.email}`,
    method: "provider",
    person: null,
  });
  expect(seen.permissions).toContain("findings:manage");
  for (const never of ["companies:enter", "companies:manage", "company:export", "company:delete"]) {
    expect(seen.permissions).not.toContain(never);
  }
  expect(Date.parse(seen.expiresAt) - Date.now()).toBeLessThanOrEqual(30 * 60_000);
  const shown = await api.call("GET", "/api/v1/session/entry", { cookie: inside });
  expect(shown.body.entry).toMatchObject({ companyName: company.name, reason: REASON, role: "operator", leftAt: null });
  expect((await api.call("GET", "/api/v1/session/entry", { cookie: own })).body).toEqual({ entry: null });

  const left = await api.call("DELETE", "/api/v1/session/entry", { cookie: inside, headers: origin() });
  expect(left.body).toEqual({ isBack: true });
  expect((await me(inside)).status).toBe(401);
  expect((await me(own)).status).toBe(401);
  expect((await me(cookiesOf(left.headers))).body).toMatchObject({
    companyId: provider,
    subject: ann.email,
    method: "password",
    person: { id: ann.id },
  });
  const again = await api.call("DELETE", "/api/v1/session/entry", {
    cookie: cookiesOf(left.headers),
    headers: origin(),
  });
  expect(again.status).toBe(409);
  expect((await actions(company.id)).slice(-2)).toEqual(["company.enter", "company.leave"]);
  expect((await actions(provider)).slice(-2)).toEqual(["company.enter", "company.leave"]);
  const row = (await api.audits(company.id)).find(({ action }) => action === "company.enter");
  expect(row).toMatchObject({ actor: `provider:${ann.email}`, detail: { reason: REASON, role: "operator" } });
});

test("a company sees who is in it and sends them out at once; another company cannot", async () => {
  const inside = cookiesOf((await enter(await signedIn(), company.id, { role: "viewer" })).headers);
  const list = (token: string) => ask("GET", "/api/v1/entries", token);
  const [entry] = (await list(company.owner)).body.rows;
  expect(entry).toMatchObject({ email: ann.email, reason: REASON, role: "viewer", leftAt: null });
  expect((await list(other.owner)).body.rows).toEqual([]);
  expect((await list(company.reader)).status).toBe(403);
  const path = `/api/v1/entries/${entry.id}`;
  expect((await ask("DELETE", path, company.reader)).status).toBe(403);
  expect((await ask("DELETE", path, other.owner)).status).toBe(404);
  expect((await me(inside)).status).toBe(200);
  expect((await ask("DELETE", path, company.owner)).status).toBe(200);
  expect((await me(inside)).status).toBe(401);
  expect((await ask("DELETE", path, company.owner)).status).toBe(404);
  expect((await actions(company.id)).at(-1)).toBe("entry.end");
});

test("neither a program nor the server's own link enters, nor anybody a company that is suspended", async () => {
  expect((await ask("POST", at(company.id, "/entries"), manager, { reason: REASON, role: "viewer" })).status).toBe(403);
  await ask("POST", at(other.id, "/suspension"), manager, { reason: REASON });
  expect((await enter(await signedIn(), other.id)).status).toBe(409);
  await ask("DELETE", at(other.id, "/suspension"), manager);
});
