import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";
import { resealProviders } from "./index.ts";
import { createBrowser, startForger } from "./oidc-fixtures.ts";
import { PROVIDERS as PATH, startSso } from "./sso-fixtures.ts";

let sso: Awaited<ReturnType<typeof startSso>>;
let api: TestApi;
let company: TestCompany;
let forger: Awaited<ReturnType<typeof startForger>>;
let count = 0;

beforeAll(async () => {
  sso = await startSso();
  api = sso.api;
  forger = await startForger();
});
beforeEach(async () => {
  count += 1;
  company = await api.company();
});
afterAll(async () => {
  await Promise.all([forger.close(), sso.close()]);
});

const wish = (over: Record<string, unknown> = {}, issuer = forger.url) => ({
  name: "Corporate",
  domains: ["corp.example"],
  mappings: [{ group: "admins", role: "admin" }],
  oidc: { issuer, clientId: "zerotrace" },
  clientSecret: "s3cret-of-the-client",
  ...over,
});
const addProvider = (over: Record<string, unknown> = {}, issuer?: string) => sso.add(company, wish(over, issuer));

test("who manages providers gives no role above their own, and is told what is wrong", async () => {
  const narrow = await api.apiToken(company.id, ["sso:manage"]);
  const create = (token: string, over: Record<string, unknown>) => api.call("POST", PATH, { token, body: wish(over) });
  expect((await create(narrow, {})).body).toMatchObject({ code: "FORBIDDEN", field: "mappings" });
  expect((await create(company.owner, { defaultRole: "provider" })).status).toBe(403);
  expect((await create(company.owner, { defaultRole: crypto.randomUUID() })).status).toBe(400);
  expect((await create(company.owner, { domains: [] })).status).toBe(400);
  expect((await create(company.owner, { oidc: undefined })).body.field).toBe("oidc");
  expect((await create(company.reader, {})).status).toBe(403);
  await addProvider();
  expect((await create(company.owner, {})).status).toBe(409);
  const widened = await api.apiToken(company.id, OWNER_PERMISSIONS);
  expect((await api.call("GET", PATH, { token: widened })).body.rows).toHaveLength(1);
  const other = await api.company();
  expect((await api.call("GET", PATH, { token: other.owner })).body.rows).toEqual([]);
});

test("removing a provider is for its company, is on record, and a secret goes to no other issuer than its own", async () => {
  const { id } = await addProvider();
  const other = await api.company();
  const path = `${PATH}/${id}`;
  expect((await api.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  const moved = wish({ clientSecret: undefined }, "https://else.example");
  expect((await api.call("PUT", path, { token: company.owner, body: moved })).body.hasSecret).toBe(false);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect((await api.audits(company.id)).map(({ action }) => action)).toEqual([
    "identity_provider.create",
    "identity_provider.update",
    "identity_provider.delete",
  ]);
});

test("a test asks the provider and says what is wrong", async () => {
  const probe = async (issuer: string) => {
    const { id } = await addProvider({ name: issuer }, issuer);
    return (await api.call("POST", `${PATH}/${id}/test`, { token: company.owner })).body;
  };
  expect(await probe(forger.url)).toMatchObject({ ok: true, checks: [{ name: "discovery" }, { name: "keys" }] });
  const nowhere = await probe("http://127.0.0.1:9");
  expect(nowhere).toMatchObject({ ok: false, checks: [{ detail: expect.stringContaining("ECONNREFUSED") }] });
  const inside = await probe("http://10.0.0.1");
  expect(inside.checks[0].detail).toContain("ssoHosts");
  const { id } = await addProvider({ name: "last" });
  const other = await api.company();
  expect((await api.call("POST", `${PATH}/${id}/test`, { token: other.owner })).status).toBe(404);
  expect((await api.call("POST", `${PATH}/${id}/test`, { token: company.reader })).status).toBe(403);
});

test("the ways to sign in are told by the domain of an email, the same for people that exist and for others", async () => {
  const domain = `d${count}.example`;
  const provider = await addProvider({ domains: [domain] });
  await addProvider({ name: "Off", domains: [domain], enabled: false });
  await sso.invite(company, `ann@${domain}`, "viewer");
  const of = async (email: string) =>
    (await api.call("GET", `/api/v1/sign-in/options?email=${encodeURIComponent(email)}`)).body;
  const known = await of(`ann@${domain}`);
  expect(known).toEqual({
    password: true,
    providers: [
      {
        name: "Corporate",
        companyName: company.name,
        kind: "oidc",
        startUrl: provider.startUrl.slice(api.origin.length),
      },
    ],
  });
  expect(await of(`nobody@${domain}`)).toEqual(known);
  expect((await of("ann@unknown.example")).providers).toEqual([]);
});

test("a secret is sealed anew under the newest key of its company, and opens still", async () => {
  const { id } = await addProvider();
  const secret = async () =>
    (
      await api.db.withCompany(company.id, (tx) =>
        tx.query<{ secret: string }>("select secret from identity_provider where id = $1", [id]),
      )
    )[0]?.secret;
  const before = await secret();
  expect(before).toMatch(/^sealed:v1:/);
  await api.db.withCompany(company.id, (tx) => sso.keys.rotate(tx, company.id));
  expect(await resealProviders(api.db, sso.keys, company.id)).toBe(1);
  expect(await secret()).not.toBe(before);
  expect(await resealProviders(api.db, sso.keys, company.id)).toBe(0);
  expect((await createBrowser().go(`${api.origin}/api/v1/sso/${company.id}/${id}/start`)).status).toBe(303);
});
