import { BUILT_IN_ROLES } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../../test/support/api.ts";
import { addMember, addPerson, cookiesOf, PASSWORD, quickPasswords } from "../../../../../../test/support/people.ts";
import { sessionRoutes } from "../../sessions/index.ts";
import { createBackOff, createPasswords, endTicket, peopleRoutes, takeTicket } from "../index.ts";

let api: TestApi;
let company: TestCompany;
const factors: Record<string, string[]> = {};

beforeAll(async () => {
  api = await startApi(({ forget }) => [
    ...peopleRoutes({
      forget,
      publicUrl: () => "https://zt.example",
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: { factorsOf: async (id) => factors[id] ?? [] },
    }),
    ...sessionRoutes({ forget, publicUrl: () => "https://zt.example" }),
  ]);
  company = await api.company();
});
afterAll(() => api.close());

const signIn = (email: string, password: string, from: { ip?: string; cookie?: string; companyId?: number } = {}) =>
  api.call("POST", "/api/v1/sign-in", {
    body: { email, password, ...(from.companyId === undefined ? {} : { companyId: from.companyId }) },
    headers: { "x-forwarded-for": from.ip ?? "192.0.2.1" },
    ...(from.cookie === undefined ? {} : { cookie: from.cookie }),
  });
const me = (cookie: string) => api.call("GET", "/api/v1/session", { cookie });

test("a right password opens a session of the person with what the membership gives", async () => {
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann, { role: "operator", labels: ["site:a"] });
  const answer = await signIn(` ${ann.email.toUpperCase()}`, PASSWORD);
  expect(answer.status).toBe(201);
  const who = {
    companyId: company.id,
    subject: ann.email,
    person: { id: ann.id, email: ann.email, name: "Ann Lee" },
    method: "password",
    role: { id: "operator", name: "operator" },
    isOwner: false,
    labels: ["site:a"],
    permissions: BUILT_IN_ROLES.operator.permissions,
    companies: [{ id: company.id, name: company.name }],
  };
  expect(answer.body).toMatchObject(who);
  const [session, device] = answer.headers.getSetCookie();
  expect(session).toMatch(/^zt_session=zt_s_\S+; Path=\/; HttpOnly; SameSite=Strict/);
  expect(device).toMatch(/^zt_device=[\w-]{43}; Path=\/api\/v1; HttpOnly; SameSite=Strict; Max-Age=31536000$/);
  expect((await me(cookiesOf(answer.headers))).body).toMatchObject(who);
  const trail = await api.audits(company.id);
  expect(trail.at(-1)).toMatchObject({ action: "session.sign_in", actor: ann.email, detail: { method: "password" } });
  expect(JSON.stringify(trail)).not.toContain(PASSWORD);
});

test("a wrong password, an unknown account, one without a password and a deactivated one get the same answer", async () => {
  const known = await addPerson(api.db);
  const off = await addPerson(api.db);
  const sso = await addPerson(api.db);
  for (const one of [known, off, sso]) await addMember(api.db, company.id, one);
  await api.db.asService((tx) => tx.query("update person set deactivated_at = now() where id = $1", [off.id]));
  await api.db.asService((tx) => tx.query("update person set password_hash = null where id = $1", [sso.id]));
  const answers = [
    await signIn(known.email, "wrong password"),
    await signIn("nobody@example.test", PASSWORD),
    await signIn("no email at all", PASSWORD),
    await signIn(off.email, PASSWORD),
    await signIn(sso.email, PASSWORD),
  ];
  for (const { status, body } of answers) {
    const { correlationId: _, ...rest } = body;
    expect([status, rest]).toEqual([401, expect.objectContaining({ detail: answers[0]?.body.detail })]);
    expect(answers[0]?.headers.get("set-cookie")).toBeNull();
  }
});

test("who is a member of no company, or of a suspended one, does not get in", async () => {
  const ann = await addPerson(api.db);
  expect((await signIn(ann.email, PASSWORD, { ip: "192.0.2.2" })).status).toBe(404);
  const closed = await api.company();
  await addMember(api.db, closed.id, ann);
  await api.db.asService((tx) => tx.query("update company set state = 'suspended' where id = $1", [closed.id]));
  expect((await signIn(ann.email, PASSWORD, { ip: "192.0.2.2" })).status).toBe(404);
});

test("the last used company is signed in to, another one on demand, and a session moves between them", async () => {
  const second = await api.company();
  const foreign = await api.company();
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  await addMember(api.db, second.id, ann, { role: "admin" });
  const ip = "192.0.2.3";
  expect((await signIn(ann.email, PASSWORD, { ip, companyId: second.id })).body.companyId).toBe(second.id);
  const again = await signIn(ann.email, PASSWORD, { ip });
  expect(again.body.companyId).toBe(second.id);
  expect((await signIn(ann.email, PASSWORD, { ip, companyId: foreign.id })).status).toBe(404);

  const cookie = cookiesOf(again.headers);
  const headers = { origin: api.origin };
  const move = (companyId: number) =>
    api.call("POST", "/api/v1/session/company", { cookie, headers, body: { companyId } });
  expect((await move(foreign.id)).status).toBe(404);
  const moved = await move(company.id);
  expect([moved.status, moved.body.companyId, moved.body.role.id]).toEqual([201, company.id, "viewer"]);
  expect((await me(cookie)).status).toBe(401);
  expect((await me(cookiesOf(moved.headers))).body.companyId).toBe(company.id);
  expect((await api.audits(second.id)).at(-1)).toMatchObject({ action: "session.switch_company", actor: ann.email });
  expect((await api.audits(company.id)).at(-1)).toMatchObject({ action: "session.switch_company", actor: ann.email });
  const program = await api.call("POST", "/api/v1/session/company", {
    token: company.owner,
    body: { companyId: second.id },
  });
  expect(program.status).toBe(403);
});

test("who signs in over another session ends it, and a wrong password does not", async () => {
  const [ann, bob] = [await addPerson(api.db), await addPerson(api.db)];
  for (const one of [ann, bob]) await addMember(api.db, company.id, one);
  const cookie = cookiesOf((await signIn(ann.email, PASSWORD)).headers);
  expect((await signIn(bob.email, "wrong", { cookie })).status).toBe(401);
  expect((await me(cookie)).status).toBe(200);
  const after = await signIn(bob.email, PASSWORD, { cookie });
  expect((await me(cookiesOf(after.headers))).status).toBe(200);
  // what was proved a moment ago is trusted for two seconds
  await vi.waitFor(async () => expect((await me(cookie)).status).toBe(401), { timeout: 10_000, interval: 200 });
  const ended = { action: "session.end", actor: ann.email, detail: { signedInOver: true } };
  expect((await api.audits(company.id)).at(-1)).toMatchObject(ended);
});

test("who has second factors gets a ticket and no session; it holds five tries and ends once", async () => {
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  factors[ann.id] = ["totp"];
  const answer = await signIn(ann.email, PASSWORD, { ip: "192.0.2.4", companyId: company.id });
  expect([answer.status, answer.body.next, answer.body.factors]).toEqual([200, "second_factor", ["totp"]]);
  expect(answer.headers.get("set-cookie")).toBeNull();
  const { ticket } = answer.body;
  const take = (now = new Date()) => takeTicket(api.db, ticket, "second_factor", now);
  expect(await take()).toEqual({ personId: ann.id, method: "password", companyId: company.id });
  expect(await take(new Date(Date.now() + 5 * 60_000 + 1000))).toBeNull();
  expect(await takeTicket(api.db, ticket, "password_reset", new Date())).toBeNull();
  for (let tries = 1; tries < 5; tries += 1) expect(await take()).not.toBeNull();
  expect(await take()).toBeNull();
  expect(await Promise.all([1, 2, 3].map(() => endTicket(api.db, ticket)))).toEqual(
    expect.arrayContaining([true, false, false]),
  );
});

test("a hash of another cost is made anew at the next sign-in, and still proves the password", async () => {
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  const old = await createPasswords({ memory: 128, passes: 2, parallelism: 1 }).hash(PASSWORD);
  await api.db.asService((tx) => tx.query("update person set password_hash = $2 where id = $1", [ann.id, old]));
  expect((await signIn(ann.email, PASSWORD, { ip: "192.0.2.5" })).status).toBe(201);
  const [row] = await api.db.asService((tx) =>
    tx.query<{ hash: string }>("select password_hash as hash from person where id = $1", [ann.id]),
  );
  expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  expect((await signIn(ann.email, PASSWORD, { ip: "192.0.2.5" })).status).toBe(201);
});

test("strangers use up their own allowance: the owner gets in from a known browser and a known network", async () => {
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  const first = await signIn(ann.email, PASSWORD, { ip: "198.51.100.7" });
  const device = cookiesOf(first.headers);
  const guesses = [];
  for (let i = 0; i < 15; i += 1) guesses.push(await signIn(ann.email, "wrong", { ip: `203.0.113.${i}` }));
  expect(guesses.filter((g) => g.status === 401).length).toBe(10);
  const refused = guesses.at(-1);
  expect([refused?.status, Number(refused?.headers.get("retry-after"))]).toEqual([429, expect.closeTo(360, -2)]);
  expect((await signIn(ann.email, PASSWORD, { ip: "203.0.113.200" })).status).toBe(429);
  expect((await signIn(ann.email, PASSWORD, { ip: "203.0.113.200", cookie: device })).status).toBe(201);
  expect((await signIn(ann.email, PASSWORD, { ip: "198.51.100.99" })).status).toBe(201);
  const foreign = await addPerson(api.db);
  await addMember(api.db, company.id, foreign);
  const other = cookiesOf((await signIn(foreign.email, PASSWORD, { ip: "198.51.101.1" })).headers);
  expect((await signIn(ann.email, PASSWORD, { ip: "203.0.114.1", cookie: other })).status).toBe(429);
});
