import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../../test/support/api.ts";
import {
  addMember,
  addPerson,
  cookiesOf,
  PASSWORD,
  quickPasswords,
  type TestPerson,
} from "../../../../../../test/support/people.ts";
import { roleRoutes } from "../../roles/index.ts";
import { sessionRoutes } from "../../sessions/index.ts";
import { tokenRoutes } from "../../tokens/index.ts";
import { createBackOff, makeOwner, peopleRoutes, upsertMember } from "../index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let owner: TestPerson;
let last = 0;

beforeAll(async () => {
  const publicUrl = () => "https://zt.example";
  api = await startApi(({ forget }) => [
    ...peopleRoutes({
      forget,
      publicUrl,
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: { factorsOf: async () => [] },
    }),
    ...sessionRoutes({ forget, publicUrl }),
    ...roleRoutes(),
    ...tokenRoutes({ forget }),
  ]);
});
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  owner = await addPerson(api.db);
  await addMember(api.db, company.id, owner, { role: "admin", isOwner: true });
});
afterAll(() => api.close());

type Asker = { token: string } | { cookie: string };
const call = (method: string, path: string, as: Asker, body?: unknown) =>
  api.call(method, `/api/v1${path}`, {
    ...as,
    headers: { origin: api.origin },
    ...(body === undefined ? {} : { body }),
  });
/** Each from an address of its own: the limit of public writes is not what is tested here. */
const signIn = async (person: TestPerson, password = PASSWORD, to: { companyId?: number } = {}) => {
  last += 1;
  const headers = { "x-forwarded-for": `198.18.${last >> 8}.${last & 255}` };
  return api.call("POST", "/api/v1/sign-in", { body: { email: person.email, password, ...to }, headers });
};
const asPerson = async (person: TestPerson): Promise<Asker> => ({ cookie: cookiesOf((await signIn(person)).headers) });
const member = async (role: string, labels?: string[]): Promise<TestPerson> => {
  const person = await addPerson(api.db);
  await addMember(api.db, company.id, person, { role, ...(labels ? { labels } : {}) });
  return person;
};
const actions = async (companyId: number) => (await api.audits(companyId)).map((a) => a.action);
const trail = (companyId: number, action: string) =>
  api.db.withCompany(companyId, (tx) =>
    tx.query("select target, before, after from audit_event where company_id = $1 and action = $2 order by id", [
      companyId,
      action,
    ]),
  );

test("the people of a company are listed by email in pages, by part of the name, and no other company's", async () => {
  for (let i = 0; i < 4; i += 1) await member("viewer");
  const first = (await call("GET", "/people?limit=3", { token: company.owner })).body;
  const second = (await call("GET", `/people?limit=3&cursor=${first.next}`, { token: company.owner })).body;
  const emails = [...first.rows, ...second.rows].map((r: { email: string }) => r.email);
  expect([emails.length, first.count, second.next]).toEqual([5, 5, null]);
  expect(emails).toEqual([...emails].sort());
  const found = (await call("GET", `/people?q=${owner.email.toUpperCase()}`, { token: company.owner })).body.rows;
  expect(found).toMatchObject([{ id: owner.id, isOwner: true, role: { id: "admin", name: "admin" } }]);
  expect((await call("GET", "/people", { token: other.owner })).body.rows).toEqual([]);
  expect((await call("GET", `/people/${owner.id}`, { token: other.owner })).status).toBe(404);
  expect((await call("GET", `/people/${owner.id}`, { token: company.reader })).status).toBe(403);
});

test("each change is on record with before and after, and refused for another company and for who only looks", async () => {
  const ann = await member("viewer");
  const path = `/people/${ann.id}`;
  const verbs: [string, string, unknown?][] = [
    ["PUT", path, { role: "operator", labels: ["site:a"] }],
    ["POST", `${path}/deactivate`],
    ["POST", `${path}/reactivate`],
    ["DELETE", path],
  ];
  for (const [method, url, body] of verbs) {
    expect((await call(method, url, { token: other.owner }, body)).status).toBe(404);
    expect((await call(method, url, { token: company.reader }, body)).status).toBe(403);
    expect((await call(method, url, { token: company.owner }, body)).status, `${method} ${url}`).toBe(200);
  }
  expect(await actions(company.id)).toEqual([
    "member.change",
    "member.deactivate",
    "member.reactivate",
    "member.remove",
  ]);
  const was = { email: ann.email, role: "viewer", labels: null, isOwner: false, isActive: true };
  const now = { ...was, role: "operator", labels: ["site:a"] };
  expect(await trail(company.id, "member.change")).toEqual([{ target: ann.id, before: was, after: now }]);
  expect(await trail(company.id, "member.remove")).toEqual([{ target: ann.id, before: now, after: null }]);
  expect(await actions(other.id)).toEqual([]);
});

test("a deactivated or removed person is out at once, and a changed role is felt without a new sign-in", async () => {
  const ann = await member("admin");
  const session = await asPerson(ann);
  expect((await call("GET", "/people", session)).status).toBe(200);
  expect((await call("POST", `/people/${ann.id}/deactivate`, { token: company.owner })).status).toBe(200);
  expect((await call("GET", "/session", session)).status).toBe(401);
  expect((await signIn(ann)).status).toBe(404);
  expect((await call("POST", `/people/${ann.id}/reactivate`, { token: company.owner })).status).toBe(200);
  expect((await call("GET", "/session", session)).status).toBe(401);
  const again = await asPerson(ann);
  expect((await call("GET", "/people", again)).status).toBe(200);
  await call("DELETE", `/people/${ann.id}`, { token: company.owner });
  expect((await call("GET", "/session", again)).status).toBe(401);

  const bob = await member("admin");
  const open = await asPerson(bob);
  await call("PUT", `/people/${bob.id}`, { token: company.owner }, { role: "viewer" });
  await expect.poll(async () => (await call("GET", "/people", open)).status, { timeout: 5_000 }).toBe(403);
});

test("nobody gives themselves or others more than they hold, nor touches who holds more", async () => {
  const { id: manages } = (
    await call(
      "POST",
      "/roles",
      { token: company.owner },
      { name: "People", permissions: ["users:manage", "users:read"] },
    )
  ).body;
  const ann = await member(manages);
  const mate = await member(manages);
  const admin = await member("admin");
  const as = await asPerson(ann);
  const change = (id: string, body: object) => call("PUT", `/people/${id}`, as, body);
  expect((await change(ann.id, { role: "admin" })).status).toBe(409);
  expect((await change(mate.id, { role: "admin" })).body).toMatchObject({ status: 403, field: "role" });
  expect((await change(admin.id, { role: manages })).body).toMatchObject({ status: 403, field: "id" });
  for (const verb of ["deactivate", "reactivate"]) {
    expect((await call("POST", `/people/${admin.id}/${verb}`, as)).status).toBe(403);
  }
  expect((await call("DELETE", `/people/${admin.id}`, as)).status).toBe(403);
  expect((await change(mate.id, { role: "provider" })).body).toMatchObject({ status: 400, field: "role" });
  expect((await call("PUT", `/people/${mate.id}`, { token: company.owner }, { role: "provider" })).status).toBe(400);
  expect((await change(mate.id, { role: "no such role" })).body).toMatchObject({ status: 400, field: "role" });
  const foreign = (
    await call("POST", "/roles", { token: other.owner }, { name: "Theirs", permissions: ["users:read"] })
  ).body.id;
  expect((await change(mate.id, { role: foreign })).status).toBe(400);
});

test("who sees some labels only gives no more of them, and touches nobody who sees more", async () => {
  const ann = await member("admin", ["site:a", "site:b"]);
  const near = await member("viewer", ["site:a"]);
  const far = await member("viewer", ["site:c"]);
  const all = await member("viewer");
  const as = await asPerson(ann);
  const change = (id: string, body: object) => call("PUT", `/people/${id}`, as, body);
  expect((await change(near.id, { labels: ["site:b"] })).status).toBe(200);
  for (const labels of [null, ["site:c"], ["site:a", "site:c"]]) {
    expect((await change(near.id, { labels })).body).toMatchObject({ status: 403, field: "labels" });
  }
  expect((await change(far.id, { role: "operator" })).status).toBe(403);
  expect((await change(all.id, { role: "operator" })).status).toBe(403);
  expect((await call("POST", "/roles", as, { name: "x", permissions: ["users:read"] })).status).toBe(403);
});

test("the owner stays: nobody demotes, deactivates or removes the owner, who alone hands the company over", async () => {
  const admin = await member("admin");
  const next = await member("viewer", ["site:a"]);
  const [asAdmin, asOwner] = [await asPerson(admin), await asPerson(owner)];
  for (const as of [asAdmin, { token: company.owner }]) {
    expect((await call("PUT", `/people/${owner.id}`, as, { role: "viewer" })).status).toBe(409);
    expect((await call("POST", `/people/${owner.id}/deactivate`, as)).status).toBe(409);
    expect((await call("DELETE", `/people/${owner.id}`, as)).status).toBe(409);
    expect((await call("POST", `/people/${admin.id}/owner`, as)).status).toBe(409);
  }
  expect((await call("POST", `/people/${admin.id}/owner`, { token: other.owner })).status).toBe(404);
  expect((await call("POST", `/people/${admin.id}/owner`, { token: company.reader })).status).toBe(403);
  const races = await Promise.all([next, admin].map((to) => call("POST", `/people/${to.id}/owner`, asOwner)));
  expect(races.map((r) => r.status).sort((a, b) => a - b)).toEqual([200, 409]);
  const rows = (await call("GET", "/people", { token: company.owner })).body.rows;
  const owners = rows.filter((r: { isOwner: boolean }) => r.isOwner);
  expect(owners).toMatchObject([{ role: { id: "admin" }, labels: null }]);
  expect(rows.find((r: { id: string }) => r.id === owner.id)).toMatchObject({ isOwner: false, role: { id: "admin" } });
  await makeOwner(api.db, company.id, owner.email, "server");
  expect((await call("GET", `/people/${owner.id}`, { token: company.owner })).body.isOwner).toBe(true);
  expect((await trail(company.id, "company.transfer_ownership")).length).toBe(2);
});

const reset = (token: string, password: string) =>
  api.call("POST", "/api/v1/password-reset", {
    body: { token, password },
    headers: { "x-forwarded-for": "198.19.0.1" },
  });
const NEW = "seven lanterns drift past the harbor";

test("a reset link works once, ends every session, and is made only by who may give all that the account holds", async () => {
  const ann = await member("viewer");
  const link = (as: Asker, email: string) => call("POST", "/password-reset-links", as, { email });
  expect((await link({ token: company.reader }, ann.email)).status).toBe(403);
  expect((await link({ token: other.owner }, ann.email)).status).toBe(404);
  expect((await link({ token: company.owner }, "nobody@example.test")).status).toBe(404);
  expect((await link({ token: company.owner }, owner.email)).status).toBe(409);
  const session = await asPerson(ann);
  const made = await link({ token: company.owner }, ann.email);
  expect(made.body.url).toMatch(/^https:\/\/zt\.example\/reset#token=[\w-]{43}$/);
  const token = new URL(made.body.url).hash.slice("#token=".length);
  expect((await reset(token, "password1")).body).toMatchObject({ status: 400, field: "password" });
  expect((await reset("x".repeat(43), NEW)).status).toBe(401);
  const both = await Promise.all([reset(token, NEW), reset(token, NEW)]);
  expect(both.map((r) => r.status).sort((a, b) => a - b)).toEqual([200, 401]);
  expect((await call("GET", "/session", session)).status).toBe(401);
  expect((await signIn(ann)).status).toBe(401);
  expect((await signIn(ann, NEW)).status).toBe(201);
  expect(await actions(company.id)).toEqual(expect.arrayContaining(["person.reset_link", "person.reset_password"]));
  await addMember(api.db, other.id, ann);
  expect((await link({ token: company.owner }, ann.email)).status).toBe(409);
  expect((await link({ token: other.owner }, ann.email)).status).toBe(409);
});

test("the provider resets anybody's password, and the companies of that person see it", async () => {
  const provider = await api.company();
  await api.db.asService((tx) => tx.query("update company set is_provider = (id = $1)", [provider.id]));
  const token = await api.apiToken(provider.id, ["users:manage", "companies:manage"]);
  const made = await call("POST", "/password-reset-links", { token }, { email: owner.email });
  expect(made.status).toBe(201);
  expect(await actions(company.id)).toContain("person.reset_link");
  // the permission alone is not enough elsewhere
  const fake = await api.apiToken(other.id, ["users:manage", "companies:manage"]);
  expect((await call("POST", "/password-reset-links", { token: fake }, { email: owner.email })).status).toBe(404);
});

test("a company that single sign-on made somebody a member of is not entered by a password chosen elsewhere", async () => {
  const ann = await member("viewer");
  const made = { email: ann.email, name: "Ann", role: "admin", labels: null, source: "scim" } as const;
  await api.db.asServiceFor(other.id, (tx) => upsertMember(tx, other.id, made));
  const there = await signIn(ann);
  expect(there.body.companies).toEqual([{ id: company.id, name: company.name }]);
  expect((await signIn(ann, PASSWORD, { companyId: other.id })).status).toBe(404);
});

test("a company that takes single sign-on only lets nobody in by a password but its owner", async () => {
  const ann = await member("viewer");
  const chosen = `insert into company_setting (company_id, name, value, changed_by)
    values ($1, 'security.sign_in_methods', '["sso"]', 'test')`;
  await api.db.withCompany(company.id, (tx) => tx.query(chosen, [company.id]));
  expect((await signIn(ann)).status).toBe(403);
  expect((await signIn(owner)).status).toBe(201);
});

test("the tokens that somebody made stay when they go, or end with those that came of them, as is asked", async () => {
  const boss = await asPerson(owner);
  const leaver = await member("admin");
  const own = await asPerson(leaver);
  const make = async (as: Asker) =>
    (await call("POST", "/tokens", as, { kind: "api", label: "ci", permissions: ["tokens:manage", "users:read"] }))
      .body;
  const first = await make(own);
  // by the token of the one who goes
  const second = await make({ token: first.secret });
  const foreign = await make(boss);
  const works = async (secret: string) => (await call("GET", "/session", { token: secret })).status === 200;
  expect((await call("GET", `/people/${leaver.id}`, boss)).body).toMatchObject({ tokenCount: 2 });

  expect((await call("POST", `/people/${leaver.id}/deactivate`, boss)).status).toBe(200);
  expect([await works(first.secret), await works(second.secret)]).toEqual([true, true]);
  // who may not revoke tokens does not do so by the way
  const staff = await call("POST", "/roles", boss, { name: "staff", permissions: ["users:manage", "users:read"] });
  const keeper = await addPerson(api.db);
  await addMember(api.db, company.id, keeper, { role: staff.body.id });
  const plain = await member("none");
  const refused = await call("DELETE", `/people/${plain.id}?tokens=revoke`, await asPerson(keeper));
  expect([refused.status, refused.body.field]).toEqual([403, "tokens"]);

  expect((await call("DELETE", `/people/${leaver.id}?tokens=revoke`, boss)).status).toBe(200);
  expect(await Promise.all([first, second, foreign].map(({ secret }) => works(secret)))).toEqual([false, false, true]);
});
