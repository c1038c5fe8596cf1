import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";
import { createBrowser, startForger, startProvider } from "./oidc-fixtures.ts";
import { PROVIDERS as PATH, startSso } from "./sso-fixtures.ts";

const SECRET = "s3cret-of-the-client";
let sso: Awaited<ReturnType<typeof startSso>>;
let api: TestApi;
let company: TestCompany;
let real: Awaited<ReturnType<typeof startProvider>>;
let forger: Awaited<ReturnType<typeof startForger>>;
let count = 0;

beforeAll(async () => {
  sso = await startSso();
  api = sso.api;
  real = await startProvider(`${api.origin}/api/v1/sso/callback`);
  forger = await startForger();
});
beforeEach(async () => {
  count += 1;
  company = await api.company();
  // a provider remembers its subjects over the companies of these tests
  real.state.who = `subject-${count}`;
  Object.assign(forger.forgery, { claims: {}, alg: "RS256", foreignKey: false });
});
afterAll(async () => {
  await Promise.all([real.close(), forger.close(), sso.close()]);
});

const wish = (over: Record<string, unknown> = {}, issuer = real.issuer) => ({
  name: "Corporate",
  domains: ["corp.example"],
  createsMembers: true,
  mappings: [
    { group: "admins", role: "admin" },
    { group: "ops", role: "operator", labels: ["site:berlin"] },
  ],
  oidc: { issuer, clientId: "zerotrace", scopes: ["openid", "email", "profile", "groups"] },
  clientSecret: SECRET,
  ...over,
});
const addProvider = (over: Record<string, unknown> = {}, issuer?: string) => sso.add(company, wish(over, issuer));
const account = (email: string, groups?: string[], over = {}) =>
  void real.accounts.set(real.state.who, {
    email,
    email_verified: true,
    name: "Ann Example",
    ...(groups === undefined ? {} : { groups }),
    ...over,
  });
const signIn = async (startUrl: string, browser = createBrowser()) => {
  const { urls, answer } = await browser.follow(`${startUrl}?return=${encodeURIComponent("/findings?severity=high")}`);
  const session = browser.cookiesOf(api.origin).get("zt_session");
  return { urls, answer, session, browser, last: urls.at(-1) as string };
};
const me = (session: string | undefined) => sso.me(session);
const members = (of = company) => sso.members(of);
const invite = (email: string, role: string, of = company) => sso.invite(of, email, role);

test("a person comes in through a real provider: made a member, given what the group says, back where they wanted to be", async () => {
  const provider = await addProvider();
  account("Ann@Corp.example", ["ops", "others"]);
  const { urls, session, last, browser } = await signIn(provider.startUrl);
  expect(last).toBe(`${api.origin}/findings?severity=high`);
  const authorize = new URL(urls[1] as string);
  expect(Object.fromEntries(authorize.searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    nonce: expect.stringMatching(/.{20}/),
    state: expect.stringMatching(/.{20}/),
    redirect_uri: `${api.origin}/api/v1/sso/callback`,
  });
  expect(await me(session)).toMatchObject({ companyId: company.id, subject: "ann@corp.example", method: "sso" });
  expect(await members()).toMatchObject([
    { email: "ann@corp.example", role: "operator", labels: ["site:berlin"], active: true },
  ]);
  expect(browser.cookiesOf(api.origin).has("zt_sso")).toBe(false);
  const trail = (await api.audits(company.id)).map(({ actor, action }) => [actor, action]);
  expect(trail).toEqual([
    ["token:all", "identity_provider.create"],
    ["provider:Corporate", "member.create"],
    ["ann@corp.example", "session.sign_in"],
  ]);
  const list = await api.call("GET", PATH, { token: company.owner });
  expect(list.body.rows).toMatchObject([{ peopleCount: 1, hasSecret: true }]);
  expect(JSON.stringify(list.body)).not.toContain(SECRET);
});

test("the cookie that a browser keeps meanwhile is sealed, HttpOnly, Lax and short", async () => {
  const provider = await addProvider();
  const answer = await createBrowser().go(provider.startUrl);
  const [line] = answer.headers.getSetCookie();
  expect(line).toMatch(/^zt_sso=\d+\.sealed:v1:\S+; Path=\/api\/v1\/sso; HttpOnly; SameSite=Lax; Max-Age=600$/);
  const state = new URL(answer.headers.get("location") ?? "").searchParams.get("state") ?? "";
  expect(line).not.toContain(state);
});

test("a sign-in over the session of another company ends that session", async () => {
  const [here, elsewhere] = [await addProvider(), await sso.add(await api.company(), wish())];
  account("ann@corp.example", ["ops"]);
  const first = await signIn(elsewhere.startUrl);
  const second = await signIn(here.startUrl, first.browser);
  expect(await me(second.session)).toMatchObject({ companyId: company.id });
  expect(await me(first.session)).toMatchObject({ status: 401 });
});

test("groups decide at each sign-in: a role changes, is taken away with its sessions at once, and comes again", async () => {
  const provider = await addProvider();
  account("ann@corp.example", ["admins"]);
  const first = await signIn(provider.startUrl);
  expect(await members()).toMatchObject([{ role: "admin", labels: null }]);
  account("ann@corp.example", ["ops"]);
  await signIn(provider.startUrl);
  expect(await members()).toMatchObject([{ role: "operator", labels: ["site:berlin"] }]);
  account("ann@corp.example", []);
  const refused = await signIn(provider.startUrl);
  expect([refused.answer?.status, refused.session]).toEqual([403, undefined]);
  expect(await refused.answer?.text()).toContain("give you no role here");
  expect(await members()).toMatchObject([{ active: false }]);
  expect((await me(first.session)).code).toBe("UNAUTHENTICATED");
  account("ann@corp.example", ["ops"]);
  expect((await me((await signIn(provider.startUrl)).session)).companyId).toBe(company.id);
  const actions = (await api.audits(company.id)).map(({ action }) => action).filter((a) => a.startsWith("member."));
  expect(actions).toEqual(["member.create", "member.change", "member.deactivate", "member.change"]);
});

test("without a group that fits, a default role or a directory's groups decide; without any nobody comes in", async () => {
  const provider = await addProvider();
  account("ann@corp.example");
  expect((await signIn(provider.startUrl)).answer?.status).toBe(403);
  expect(await members()).toEqual([]);
  const member = await invite("ann@corp.example", "viewer");
  sso.directory.set(member.personId, ["ops"]);
  expect((await signIn(provider.startUrl)).session).toBeDefined();
  expect(await members()).toMatchObject([{ role: "operator" }]);
  const other = await addProvider({ name: "Other", defaultRole: "viewer", mappings: [] });
  real.state.who += "-b";
  account("bob@corp.example");
  expect((await signIn(other.startUrl)).session).toBeDefined();
  expect((await members()).map(({ role }) => role)).toEqual(["operator", "viewer"]);
});

test("whom a person deactivated, no provider lets in again; who is no member comes in only where that is wanted", async () => {
  const provider = await addProvider({ createsMembers: false });
  account("ann@corp.example", ["admins"]);
  expect((await signIn(provider.startUrl)).answer?.status).toBe(403);
  const { personId } = await invite("ann@corp.example", "viewer");
  const { session } = await signIn(provider.startUrl);
  expect(await me(session)).toMatchObject({ subject: "ann@corp.example" });
  await api.db.withCompany(company.id, (tx) =>
    tx.query("update membership set deactivated_at = now() where company_id = $1 and person_id = $2", [
      company.id,
      personId,
    ]),
  );
  expect((await signIn(provider.startUrl)).answer?.status).toBe(403);
  expect(await members()).toMatchObject([{ active: false }]);
});

test("a provider's word is good in its own company alone, for its own domains, and not for the owner", async () => {
  const other = await api.company();
  await invite("ann@corp.example", "admin", other);
  await invite("boss@corp.example", "admin");
  await api.db.withCompany(company.id, (tx) =>
    tx.query("update membership set is_owner = true where company_id = $1", [company.id]),
  );
  const provider = await addProvider();
  account("ann@corp.example", ["ops"]);
  const { session } = await signIn(provider.startUrl);
  expect(await me(session)).toMatchObject({ companyId: company.id, role: { id: "operator" } });
  // the same person, and yet nothing of the other company changed or can be reached
  expect(await members(other)).toMatchObject([{ role: "admin" }]);
  expect((await me(session)).companies).toEqual([]);
  real.state.who += "-b";
  account("ann@else.example", ["ops"]);
  expect((await signIn(provider.startUrl)).answer?.status).toBe(403);
  account("boss@corp.example", ["ops"]);
  const boss = await signIn(provider.startUrl);
  expect([boss.answer?.status, await boss.answer?.text()]).toEqual([403, expect.stringContaining("The owner is not")]);
  account("ann@corp.example", ["ops"], { email_verified: false });
  expect((await signIn(provider.startUrl)).answer?.status).toBe(401);
});

test("a company that wants no single sign-on, or is suspended, lets nobody in by it", async () => {
  const provider = await addProvider();
  account("ann@corp.example", ["ops"]);
  await api.db.withCompany(company.id, (tx) =>
    tx.query(
      "insert into company_setting (company_id, name, value, changed_by) values ($1, 'security.sign_in_methods', $2, 'x')",
      [company.id, '["password"]'],
    ),
  );
  expect((await signIn(provider.startUrl)).answer?.status).toBe(403);
  await api.db.asService((tx) => tx.query("update company set state = 'suspended' where id = $1", [company.id]));
  expect((await signIn(provider.startUrl)).answer?.status).toBe(404);
  expect(await members()).toEqual([]);
});

test("an email that the provider gives to somebody else does not bring the membership with it", async () => {
  const provider = await addProvider();
  account("ann@corp.example", ["admins"]);
  await signIn(provider.startUrl);
  const [{ personId } = { personId: "" }] = await members();
  real.state.who += "-new";
  account("ann@corp.example", ["ops"]);
  const second = await signIn(provider.startUrl);
  expect([second.answer?.status, second.session]).toEqual([403, undefined]);
  expect(await members()).toMatchObject([{ role: "admin" }]);
  const path = `${PATH}/${provider.id}/people/${personId}`;
  const other = await api.company();
  expect((await api.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect((await signIn(provider.startUrl)).session).toBeDefined();
});

/** Stops where the provider would send the browser back to, so that a test can change that. */
const upTo = async (startUrl: string) => {
  const browser = createBrowser();
  const { urls } = await browser.follow(startUrl, `${api.origin}/api/v1/sso/callback`);
  return { browser, url: new URL(urls.at(-1) as string) };
};

test("a wrong state, a code that comes again, another browser and no browser are refused", async () => {
  const provider = await addProvider();
  account("ann@corp.example", ["ops"]);
  const first = await upTo(provider.startUrl);
  const wrong = new URL(first.url);
  wrong.searchParams.set("state", "x".repeat(43));
  expect((await first.browser.go(wrong.href)).status).toBe(401);
  // the transaction was used up by the attempt
  expect((await first.browser.go(first.url.href)).status).toBe(401);
  const second = await upTo(provider.startUrl);
  expect((await createBrowser().go(second.url.href)).status).toBe(401);
  expect((await (await upTo(provider.startUrl)).browser.go(second.url.href)).status).toBe(401);
  const cookie = second.browser.cookiesOf(api.origin).get("zt_sso") ?? "";
  expect((await second.browser.go(second.url.href)).status).toBe(303);
  const again = await createBrowser().go(second.url.href, { headers: { cookie: `zt_sso=${cookie}` } });
  expect([again.status, again.headers.get("content-type")]).toEqual([401, "text/html; charset=utf-8"]);
  const flipped = `${cookie.slice(0, -2)}${cookie.endsWith("AA") ? "BB" : "AA"}`;
  const third = await upTo(provider.startUrl);
  expect((await createBrowser().go(third.url.href, { headers: { cookie: `zt_sso=${flipped}` } })).status).toBe(401);
});

const forged = async (change: (claims: Record<string, unknown>) => void, more: Partial<typeof forger.forgery> = {}) => {
  const provider = await addProvider({ name: `F${Math.random()}` }, forger.url);
  const browser = createBrowser();
  const start = await browser.go(provider.startUrl);
  const query = new URL(start.headers.get("location") ?? "").searchParams;
  const now = Math.floor(Date.now() / 1000);
  const claims: Record<string, unknown> = {
    iss: forger.url,
    aud: "zerotrace",
    sub: `s-${count}`,
    iat: now,
    exp: now + 300,
    nonce: query.get("nonce"),
    email: "ann@corp.example",
    groups: ["ops"],
  };
  change(claims);
  Object.assign(forger.forgery, { claims, alg: "RS256", foreignKey: false, ...more });
  const answer = await browser.go(`${api.origin}/api/v1/sso/callback?code=c&state=${query.get("state") ?? ""}`);
  await api.call("DELETE", `${PATH}/${provider.id}`, { token: company.owner });
  return [answer.status, browser.cookiesOf(api.origin).has("zt_session")];
};

test("a token is refused that has the wrong nonce, issuer or audience, is old, unsigned or signed by another key", async () => {
  expect(await forged(() => undefined)).toEqual([303, true]);
  const old = Math.floor(Date.now() / 1000) - 3600;
  const wrong: ((claims: Record<string, unknown>) => void)[] = [
    (claims) => (claims["nonce"] = "another"),
    (claims) => delete claims["nonce"],
    (claims) => (claims["iss"] = real.issuer),
    (claims) => (claims["aud"] = "somebody-else"),
    (claims) => Object.assign(claims, { iat: old, exp: old + 300 }),
    (claims) => delete claims["sub"],
  ];
  for (const change of wrong) expect(await forged(change), String(change)).toEqual([401, false]);
  expect(await forged(() => undefined, { alg: "none" })).toEqual([401, false]);
  expect(await forged(() => undefined, { foreignKey: true })).toEqual([401, false]);
  expect(await members()).toMatchObject([{ email: "ann@corp.example" }]);
});

test("a disabled provider, one of another company and one that is none look the same, and disabling ends its sessions", async () => {
  const provider = await addProvider();
  account("ann@corp.example", ["ops"]);
  const begun = await upTo(provider.startUrl);
  const { session } = await signIn(provider.startUrl);
  const other = await api.company();
  const at = (of: number, id: string) => createBrowser().go(`${api.origin}/api/v1/sso/${of}/${id}/start`);
  for (const [of, id] of [
    [other.id, provider.id],
    [company.id, crypto.randomUUID()],
    [999_999, provider.id],
  ] as const) {
    expect((await at(of, id)).status).toBe(404);
  }
  const path = `${PATH}/${provider.id}`;
  const off = wish({ enabled: false, clientSecret: undefined });
  expect((await api.call("PUT", path, { token: other.owner, body: off })).status).toBe(404);
  expect((await api.call("PUT", path, { token: company.reader, body: off })).status).toBe(403);
  expect((await api.call("PUT", path, { token: company.owner, body: off })).body).toMatchObject({ hasSecret: true });
  expect((await me(session)).code).toBe("UNAUTHENTICATED");
  expect((await at(company.id, provider.id)).status).toBe(404);
  expect((await begun.browser.go(begun.url.href)).status).toBe(404);
});

test("who signs out here is sent to sign out at the provider too, where that is wanted, and comes back", async () => {
  const elsewhere = async (cookie: string) => (await api.call("GET", "/api/v1/sso/elsewhere", { cookie })).body.url;
  const cookieOf = (browser: ReturnType<typeof createBrowser>) =>
    [...browser.cookiesOf(api.origin)].map(([name, value]) => `${name}=${value}`).join("; ");
  const quiet = await addProvider();
  account("ann@corp.example", ["ops"]);
  expect(await elsewhere(cookieOf((await signIn(quiet.startUrl)).browser))).toBeNull();

  const scopes = ["openid", "email", "profile", "groups"];
  const oidc = { issuer: real.issuer, clientId: "zerotrace", scopes, signsOut: true };
  const loud = await addProvider({ name: "Signs out", oidc });
  real.state.who = `subject-${count}-loud`;
  account("bob@corp.example", ["ops"]);
  const { browser } = await signIn(loud.startUrl);
  const own = cookieOf(browser);
  expect(own).toMatch(/zt_sso_out=sealed:v1:/);
  const url = new URL(await elsewhere(own));
  expect(url.origin).toBe(real.issuer);
  expect(url.searchParams.get("post_logout_redirect_uri")).toBe(`${api.origin}/sign-in`);
  expect(url.searchParams.get("id_token_hint")).toMatch(/^eyJ/);
  // the provider takes it: the hint is its own, and the address is one that it knows
  const asked = await browser.go(url.href);
  expect([asked.status, (await asked.text()).includes("form")]).toEqual([200, true]);

  // what one browser kept is no use to another person, to another company, or by a token
  const sealed = own.split("; ").find((one) => one.startsWith("zt_sso_out=")) ?? "";
  real.state.who = `subject-${count}-other`;
  account("eve@corp.example", ["ops"]);
  const { session } = await signIn(quiet.startUrl);
  expect(await elsewhere(`zt_session=${session}; ${sealed}`)).toBeNull();
  expect((await api.call("GET", "/api/v1/sso/elsewhere", { token: company.owner })).body).toEqual({ url: null });
});
