import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import {
  addMember,
  addPerson,
  cookiesOf,
  PASSWORD,
  quickPasswords,
  type TestPerson,
} from "../../../../../test/support/people.ts";
import { createBackOff, peopleRoutes } from "../people/index.ts";
import { createSignInLink, openSession, sessionRoutes } from "../sessions/index.ts";
import { meRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let ann: TestPerson;
let last = 0;

beforeAll(async () => {
  api = await startApi(({ forget }) => {
    const deps = {
      forget,
      publicUrl: () => "https://zt.example",
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: { factorsOf: async () => [] },
    };
    return [...peopleRoutes(deps), ...meRoutes(deps), ...sessionRoutes(deps)];
  });
});
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  await addMember(api.db, other.id, ann, { role: "admin" });
});
afterAll(() => api.close());

type Asker = { token: string } | { cookie: string };
const call = (method: string, path: string, as: Asker | object, body?: unknown) => {
  last += 1;
  const headers = { origin: api.origin, "x-forwarded-for": `198.18.${last >> 8}.${last & 255}` };
  return api.call(method, `/api/v1${path}`, { ...as, headers, ...(body === undefined ? {} : { body }) });
};
const signIn = (password = PASSWORD, companyId = company.id) =>
  call("POST", "/sign-in", {}, { email: ann.email, password, companyId });
const session = async (companyId = company.id) => ({ cookie: cookiesOf((await signIn(PASSWORD, companyId)).headers) });
const isOpen = async (as: Asker) => (await call("GET", "/session", as)).status === 200;
const bySso = async () => {
  const context = { now: new Date(), ip: "192.0.2.9", userAgent: "test", secure: false };
  const who = { companyId: company.id, subject: ann.email, method: "sso", personId: ann.id } as const;
  const { cookie } = await api.db.withCompany(company.id, (tx) => openSession(tx, context, who));
  return { cookie: cookie.split(";")[0] as string };
};
const NEW = "seven lanterns drift past the harbor";

test("a password is changed with the present one, and every other session of the person ends, in all companies", async () => {
  const [here, second, there] = [await session(), await session(), await session(other.id)];
  const change = (body: object) => call("POST", "/me/password", here, body);
  expect((await change({ password: NEW })).body).toMatchObject({ status: 400, field: "current" });
  expect((await change({ current: "wrong", password: NEW })).body).toMatchObject({ status: 400, field: "current" });
  expect((await change({ current: PASSWORD, password: "ann lee 1" })).body).toMatchObject({ field: "password" });
  expect((await change({ current: PASSWORD, password: NEW })).status).toBe(200);
  expect([await isOpen(here), await isOpen(second), await isOpen(there)]).toEqual([true, false, false]);
  expect([(await signIn()).status, (await signIn(NEW)).status]).toEqual([401, 201]);
  for (const id of [company.id, other.id]) {
    expect((await api.audits(id)).map((a) => a.action)).toContain("person.change_password");
  }
  expect(JSON.stringify(await api.audits(company.id))).not.toContain(NEW);
});

test("the present password cannot be guessed from a session that was left open", async () => {
  const here = await session();
  const statuses: number[] = [];
  for (let i = 0; i < 22; i += 1) {
    statuses.push((await call("POST", "/me/password", here, { current: `guess ${i}`, password: NEW })).status);
  }
  expect(statuses.filter((s) => s === 400).length).toBe(20);
  expect(statuses.at(-1)).toBe(429);
});

test("a name is changed in every company, with before and after on record", async () => {
  const here = await session();
  expect((await call("PUT", "/me", here, { name: " Ann Park " })).status).toBe(200);
  expect((await call("GET", "/session", here)).body.person.name).toBe("Ann Park");
  for (const id of [company.id, other.id]) {
    const rows = await api.db.withCompany(id, (tx) =>
      tx.query(`select before, after from audit_event where company_id = $1 and action = 'person.change'`, [id]),
    );
    expect(rows).toEqual([{ before: { name: "Ann Lee" }, after: { name: "Ann Park" } }]);
  }
});

test("a session of single sign-on, a link or a program changes nothing of the account", async () => {
  const link = await createSignInLink(api.db, company.id, api.origin);
  const token = new URL(link).hash.slice("#token=".length);
  const byLink = { cookie: cookiesOf((await call("POST", "/sessions", {}, { token })).headers) };
  for (const as of [await bySso(), byLink, { token: company.owner }]) {
    expect((await call("PUT", "/me", as, { name: "Eve" })).status).toBe(403);
    expect((await call("POST", "/me/password", as, { current: PASSWORD, password: NEW })).status).toBe(403);
  }
  expect((await signIn()).status).toBe(201);
});

test("one's own sessions are listed and ended everywhere, of single sign-on in its company only", async () => {
  const [here, there, sso] = [await session(), await session(other.id), await bySso()];
  const list = async (as: Asker) => (await call("GET", "/me/sessions", as)).body.rows;
  const mine: { id: string; companyId: number; isCurrent: boolean }[] = await list(here);
  const byNumber = (x: number, y: number): number => x - y;
  expect(mine.map((s) => s.companyId).sort(byNumber)).toEqual([company.id, company.id, other.id].sort(byNumber));
  expect(mine.filter((s) => s.isCurrent).length).toBe(1);
  expect((await list(sso)).map((s: { companyId: number }) => s.companyId)).toEqual([company.id, company.id]);
  const far = mine.find((s) => s.companyId === other.id)?.id;
  expect((await call("DELETE", `/me/sessions/${far}`, sso)).status).toBe(404);
  expect((await call("DELETE", `/me/sessions/${far}`, here)).status).toBe(200);
  expect(await isOpen(there)).toBe(false);
  expect((await call("DELETE", "/me/sessions", here)).body).toEqual({ count: 1 });
  expect([await isOpen(here), await isOpen(sso)]).toEqual([true, false]);
  expect((await api.audits(other.id)).map((a) => a.action)).toContain("session.end");
});

test("who took an email first at one company reaches nothing of another that vouches for it, and that one hears nothing of the account", async () => {
  const far = await api.company();
  await addMember(api.db, far.id, ann);
  const own = (sql: string) => api.db.withCompany(far.id, (tx) => tx.query(sql, [far.id, ann.id]));
  await own("update membership set source = 'sso' where company_id = $1 and person_id = $2");
  const context = { now: new Date(), ip: "192.0.2.9", userAgent: "theirs", secure: false };
  const who = { companyId: far.id, subject: ann.email, method: "sso", personId: ann.id } as const;
  const { cookie } = await api.db.withCompany(far.id, (tx) => openSession(tx, context, who));
  const theirs = { cookie: cookie.split(";")[0] as string };
  const here = await session();
  const seen = async () => {
    const { rows } = (await call("GET", "/me/sessions", here)).body as { rows: { companyId: number; id: string }[] };
    return rows.filter(({ companyId }) => companyId === far.id);
  };
  expect(await seen()).toEqual([]);
  expect((await call("DELETE", "/me/sessions", here)).status).toBe(200);
  expect((await call("PUT", "/me", here, { name: "Mallory" })).status).toBe(200);
  expect((await call("POST", "/me/password", here, { current: PASSWORD, password: NEW })).status).toBe(200);
  expect(await isOpen(theirs)).toBe(true);
  expect((await call("GET", "/session", theirs)).body.person.name).toBe("Ann Lee");
  expect(await api.audits(far.id)).toEqual([]);
});

test("who manages people sees and ends their sessions, in one's own company only, and nobody those of who holds more", async () => {
  const here = await session();
  const rows = (await call("GET", `/sessions?personId=${ann.id}`, { token: company.owner })).body.rows;
  expect(rows).toMatchObject([{ personId: ann.id, subject: ann.email, method: "password", isCurrent: false }]);
  expect((await call("GET", "/sessions", { token: company.reader })).status).toBe(403);
  const path = `/sessions/${rows[0].id}`;
  expect((await call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await call("DELETE", path, { token: company.reader })).status).toBe(403);
  const narrow = await api.apiToken(company.id, ["users:manage"]);
  expect((await call("DELETE", path, { token: narrow })).status).toBe(403);
  expect(await isOpen(here)).toBe(true);
  expect((await call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect(await isOpen(here)).toBe(false);
  expect((await api.audits(company.id)).at(-1)).toMatchObject({
    action: "session.end",
    detail: { subject: ann.email },
  });
});

test("a company decides how long its sessions last, unused and at most", async () => {
  const setting = (name: string, value: number) =>
    api.db.withCompany(company.id, (tx) =>
      tx.query(
        `insert into company_setting (company_id, name, value, changed_by) values ($1, $2, $3, 'test')
         on conflict (company_id, name) do update set value = excluded.value`,
        [company.id, name, JSON.stringify(value)],
      ),
    );
  const age = (column: string, interval: string) =>
    api.db.withCompany(company.id, (tx) =>
      tx.query(`update credential set ${column} = now() - $2::interval where company_id = $1 and kind = 'session'`, [
        company.id,
        interval,
      ]),
    );
  await setting("session.absolute_hours", 2);
  const answer = await signIn();
  const life = Date.parse(answer.body.expiresAt) - Date.now();
  expect(life).toBeGreaterThan(7_100_000);
  expect(life).toBeLessThanOrEqual(7_200_000);
  await setting("session.idle_minutes", 10);
  const idle = { cookie: cookiesOf(answer.headers) };
  await age("last_used_at", "9 minutes");
  expect(await isOpen(idle)).toBe(true);
  const stale = await session();
  await age("last_used_at", "11 minutes");
  expect(await isOpen(stale)).toBe(false);
  const old = await session();
  await age("created_at", "121 minutes");
  expect(await isOpen(old)).toBe(false);
  expect((await call("GET", "/sessions", { token: company.owner })).body.rows).toEqual([]);
});
