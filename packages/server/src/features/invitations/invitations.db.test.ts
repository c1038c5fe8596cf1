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
import { createBackOff, peopleRoutes, upsertMember } from "../people/index.ts";
import { createSignInLink, sessionRoutes } from "../sessions/index.ts";
import { invitationRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let last = 0;
const factors: Record<string, string[]> = {};
const mailed: string[] = [];

beforeAll(async () => {
  api = await startApi(({ forget }) => {
    const deps = {
      forget,
      publicUrl: () => "https://zt.example/",
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: { factorsOf: async (id: string) => factors[id] ?? [] },
      mailLink: async (_: unknown, __: number, { link }: { link: string }) => {
        mailed.push(link);
        return true;
      },
    };
    return [...peopleRoutes(deps), ...invitationRoutes(deps), ...sessionRoutes(deps)];
  });
});
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

type Asker = { token: string } | { cookie: string };
const call = (method: string, path: string, as: Asker | object, body?: unknown) => {
  last += 1;
  const headers = { origin: api.origin, "x-forwarded-for": `198.18.${last >> 8}.${last & 255}` };
  return api.call(method, `/api/v1${path}`, { ...as, headers, ...(body === undefined ? {} : { body }) });
};
const invite = async (email: string, more: object = {}, as: Asker = { token: company.owner }) =>
  call("POST", "/invitations", as, { email, role: "viewer", ...more });
const tokenOf = (url: string): string => new URL(url).hash.slice("#token=".length);
const look = (token: string) => call("POST", "/invitations/look", {}, { token });
const accept = (token: string, body: object = { name: "Ann Lee", password: PASSWORD }) =>
  call("POST", "/invitations/accept", {}, { token, ...body });
const members = async (id: number) =>
  api.db.withCompany(id, (tx) =>
    tx.query<{ email: string; role: string; isOwner: boolean; source: string }>(
      `select email, role, labels, source, is_owner as "isOwner" from membership where company_id = $1 order by created_at`,
      [id],
    ),
  );
const hasOwner = async () => addMember(api.db, company.id, await addPerson(api.db), { role: "admin", isOwner: true });
const signIn = async (person: TestPerson): Promise<{ cookie: string }> => ({
  cookie: cookiesOf((await call("POST", "/sign-in", {}, { email: person.email, password: PASSWORD })).headers),
});

test("who came by the server's link invites themselves, and becomes the owner with a password of their own", async () => {
  const link = await createSignInLink(api.db, company.id, api.origin);
  const session = await call("POST", "/sessions", {}, { token: tokenOf(link) });
  const made = await invite("First@Example.test", {}, { cookie: cookiesOf(session.headers) });
  expect(made.body.url).toMatch(/^https:\/\/zt\.example\/join#token=zt_i_/);
  const token = tokenOf(made.body.url);
  expect((await look(token)).body).toMatchObject({
    companyName: company.name,
    email: "first@example.test",
    roleName: "owner",
    hasAccount: false,
  });
  const weak = await accept(token, { name: "First One", password: "first one" });
  expect([weak.status, weak.body.field]).toEqual([400, "password"]);
  expect(weak.body.detail).toMatch(/^The password is too easy to guess\. \S/);
  expect((await accept(token, { password: PASSWORD })).body.field).toBe("name");
  const joined = await accept(token);
  expect(joined.body).toMatchObject({
    isOwner: true,
    role: { id: "admin" },
    companyId: company.id,
    method: "password",
  });
  expect((await call("GET", "/session", { cookie: cookiesOf(joined.headers) })).status).toBe(200);
  const again = await call("POST", "/sign-in", {}, { email: "first@example.test", password: PASSWORD });
  expect(again.status).toBe(201);
  const trail = await api.audits(company.id);
  expect(trail.map((a) => a.action)).toEqual(
    expect.arrayContaining([
      "session.link",
      "invitation.create",
      "member.join",
      "invitation.accept",
      "session.sign_in",
    ]),
  );
  expect(JSON.stringify(trail)).not.toContain(token);
});

test("only the link that went out by mail proves the address; the one that whoever invites holds does not, and both are good once", async () => {
  await hasOwner();
  const proved = async (email: string) =>
    (await call("GET", `/people?q=${email}`, { token: company.owner })).body.rows[0].isEmailProved;
  const shown = tokenOf((await invite("handed@example.test")).body.url);
  const handed = tokenOf(mailed.at(-1) as string);
  expect(handed).not.toBe(shown);
  expect((await accept(shown)).status).toBe(201);
  expect((await accept(handed)).status).toBe(401);
  expect(await proved("handed@example.test")).toBe(false);
  await invite("mailed@example.test");
  expect((await accept(tokenOf(mailed.at(-1) as string))).status).toBe(201);
  expect(await proved("mailed@example.test")).toBe(true);
  // another company's invitation, read in the mailbox, proves it later
  await invite("handed@example.test", {}, { token: other.owner });
  expect((await accept(tokenOf(mailed.at(-1) as string), { password: PASSWORD })).status).toBe(201);
  expect(await proved("handed@example.test")).toBe(true);
});

test("an invitation is made, listed and taken back in one's own company only, and on record", async () => {
  const made = await invite("a@example.test", { role: "operator", labels: ["site:a"] });
  const path = `/invitations/${made.body.id}`;
  expect((await invite("b@example.test", {}, { token: company.reader })).status).toBe(403);
  expect((await call("GET", "/invitations", { token: company.reader })).status).toBe(403);
  const rows = (await call("GET", "/invitations", { token: company.owner })).body.rows;
  expect(rows).toMatchObject([
    { email: "a@example.test", role: { id: "operator" }, labels: ["site:a"], state: "open" },
  ]);
  expect(JSON.stringify(rows)).not.toContain(tokenOf(made.body.url));
  expect((await call("GET", "/invitations", { token: other.owner })).body.rows).toEqual([]);
  expect((await call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect((await call("DELETE", path, { token: company.owner })).status).toBe(404);
  expect((await look(tokenOf(made.body.url))).status).toBe(401);
  expect((await accept(tokenOf(made.body.url))).status).toBe(401);
  expect((await api.audits(company.id)).map((a) => a.action)).toEqual(["invitation.create", "invitation.revoke"]);
});

test("nobody invites to more than they hold, nor to the platform's role, nor a member again", async () => {
  const narrow = await api.apiToken(company.id, ["users:manage", "users:read"]);
  expect((await invite("a@example.test", { role: "admin" }, { token: narrow })).body).toMatchObject({
    status: 403,
    field: "role",
  });
  expect((await invite("a@example.test", { role: "provider" })).body).toMatchObject({ status: 400, field: "role" });
  const ann = await addPerson(api.db);
  await addMember(api.db, company.id, ann);
  expect((await invite(ann.email)).body).toMatchObject({ status: 409, field: "email" });
});

test("an invitation is accepted once, however many try at the same moment, and only one is the first owner", async () => {
  const url = (await invite("race@example.test")).body.url;
  const tries = await Promise.all([1, 2, 3, 4].map(() => accept(tokenOf(url))));
  expect(tries.filter((t) => t.status === 201).length).toBe(1);
  expect(tries.filter((t) => ![201, 401, 409].includes(t.status))).toEqual([]);
  expect((await accept(tokenOf(url))).status).toBe(401);

  const fresh = await api.company();
  const urls = await Promise.all(
    [1, 2, 3].map(async (n) => (await invite(`first-${n}@example.test`, {}, { token: fresh.owner })).body.url),
  );
  const joined = await Promise.all(urls.map((one) => accept(tokenOf(one))));
  expect(joined.map((j) => j.status)).toEqual([201, 201, 201]);
  expect((await members(fresh.id)).filter((m) => m.isOwner).map((m) => m.role)).toEqual(["admin"]);
  expect((await members(fresh.id)).filter((m) => !m.isOwner).map((m) => m.role)).toEqual(["viewer", "viewer"]);
});

test("an account accepts with its own password or while signed in; another's invitation does not fit", async () => {
  await hasOwner();
  const ann = await addPerson(api.db);
  const eve = await addPerson(api.db);
  await addMember(api.db, other.id, ann);
  await addMember(api.db, other.id, eve);
  const token = tokenOf((await invite(ann.email)).body.url);
  expect((await look(token)).body.hasAccount).toBe(true);
  expect((await accept(token, { name: "Eve", password: "a password that eve just chose" })).status).toBe(401);
  const join = (as: Asker | object) => call("POST", "/invitations/join", as, { token });
  expect((await join({})).status).toBe(401);
  expect((await join({ token: other.owner })).status).toBe(403);
  expect((await join(await signIn(eve))).status).toBe(403);
  expect((await members(company.id)).length).toBe(1);
  const session = await signIn(ann);
  const moved = await join(session);
  expect([moved.status, moved.body.companyId, moved.body.isOwner]).toEqual([201, company.id, false]);
  expect((await call("GET", "/session", session)).status).toBe(401);
  expect((await join({ cookie: cookiesOf(moved.headers) })).status).toBe(401);

  const third = await api.company();
  await addMember(api.db, third.id, await addPerson(api.db), { role: "admin", isOwner: true });
  const again = tokenOf((await invite(ann.email, {}, { token: third.owner })).body.url);
  const accepted = await accept(again, { password: PASSWORD });
  expect([accepted.status, accepted.body.companyId]).toEqual([201, third.id]);
});

test("who has a second factor joins by password and still has to give it", async () => {
  await hasOwner();
  const ann = await addPerson(api.db);
  factors[ann.id] = ["totp"];
  const token = tokenOf((await invite(ann.email)).body.url);
  const answer = await accept(token, { password: PASSWORD });
  expect([answer.status, answer.body.next, answer.headers.get("set-cookie")]).toEqual([200, "second_factor", null]);
  expect((await members(company.id)).map((m) => m.email)).toContain(ann.email);
});

test("who came by single sign-on may be invited to sign in by password too; a deactivated member may not come back so", async () => {
  await hasOwner();
  const ann = await addPerson(api.db);
  const made = { email: ann.email, name: "Ann", role: "operator", labels: null, source: "sso" } as const;
  await api.db.asServiceFor(company.id, (tx) => upsertMember(tx, company.id, made));
  const url = (await invite(ann.email)).body.url;
  expect((await accept(tokenOf(url), { password: PASSWORD })).status).toBe(201);
  expect((await members(company.id)).find((m) => m.email === ann.email)).toMatchObject({
    role: "viewer",
    source: "invitation",
  });
  const bob = await addPerson(api.db);
  const waiting = (await invite(bob.email)).body.url;
  await addMember(api.db, company.id, bob);
  const off = "update membership set deactivated_at = now() where company_id = $1 and person_id = $2";
  await api.db.withCompany(company.id, (tx) => tx.query(off, [company.id, bob.id]));
  expect((await accept(tokenOf(waiting), { password: PASSWORD })).status).toBe(409);
  expect((await invite(bob.email)).status).toBe(409);
});

test("an expired invitation, another kind of token and another company's number are refused alike", async () => {
  const made = await invite("late@example.test");
  const past = "update invitation set expires_at = now() - interval '1 s' where company_id = $1 and id = $2";
  await api.db.withCompany(company.id, (tx) => tx.query(past, [company.id, made.body.id]));
  const token = tokenOf(made.body.url);
  const forged = token.replace(/^zt_i_[^_]+/, `zt_i_${other.id.toString(36)}`);
  for (const one of [token, forged, company.owner, "x".repeat(60)]) {
    for (const answer of [await look(one), await accept(one)]) {
      expect([answer.status, answer.body.field]).toEqual([401, "token"]);
    }
  }
  expect((await call("GET", "/invitations", { token: company.owner })).body.rows[0].state).toBe("expired");
});
