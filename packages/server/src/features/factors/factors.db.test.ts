import { PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestCompany } from "../../../../../test/support/api.ts";
import { addMember, cookiesOf, PASSWORD, type TestPerson } from "../../../../../test/support/people.ts";
import { openSession } from "../sessions/index.ts";
import { codeOf, startFactors } from "./fixtures.ts";
import { resealFactors } from "./index.ts";

type Started = Awaited<ReturnType<typeof startFactors>>;
let f: Started;
let company: TestCompany;
let other: TestCompany;
let ann: TestPerson;

beforeAll(async () => {
  f = await startFactors();
});
beforeEach(async () => {
  [company, other] = [await f.api.company(), await f.api.company()];
  ann = await f.member(company);
});
afterAll(() => f.close());

const ticketOf = async (who = ann): Promise<string> => (await f.signIn(who)).body.ticket;
const second = (ticket: string, code: string, kind: "totp" | "recovery" = "totp") =>
  f.call("POST", "/sign-in/second", {}, { ticket, kind, code });
const age = (interval: string) =>
  f.api.db.withCompany(company.id, (tx) =>
    tx.query("update credential set created_at = now() - $2::interval where company_id = $1 and kind = 'session'", [
      company.id,
      interval,
    ]),
  );
const trail = (of = company) =>
  f.api.db.withCompany(of.id, (tx) =>
    tx.query<{ action: string; before: unknown; after: unknown; detail: Record<string, unknown> }>(
      "select action, before, after, detail from audit_event where company_id = $1 order by id",
      [of.id],
    ),
  );

test("an authenticator app counts once a code has confirmed it; with the first come ten recovery codes, and other sessions end", async () => {
  const here = await f.session(ann);
  const elsewhere = await f.session(ann);
  const started = await f.call("POST", "/me/factors/totp", here, { label: "phone" });
  const { id, secret, uri } = started.body;
  expect(uri).toBe(
    `otpauth://totp/ZeroTrace:${encodeURIComponent(ann.email)}?issuer=ZeroTrace&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
  );
  expect((await f.signIn(ann)).status).toBe(201);
  const wrong = await f.call("POST", `/me/factors/totp/${id}/confirm`, here, { code: "000000" });
  expect(wrong.body).toMatchObject({ status: 400, field: "code" });
  const done = await f.call("POST", `/me/factors/totp/${id}/confirm`, here, { code: codeOf(secret) });
  expect(new Set(done.body.recoveryCodes).size).toBe(10);
  expect(done.body.recoveryCodes[0]).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/);
  expect((await f.call("GET", "/session", elsewhere)).status).toBe(401);
  const mine = (await f.call("GET", "/me/factors", here)).body;
  expect(mine).toMatchObject({ rows: [{ id, kind: "totp", label: "phone", isBackedUp: null }], recoveryCodes: 10 });
  expect((await f.signIn(ann)).body).toMatchObject({ next: "second_factor", factors: ["recovery", "totp"] });
  const rows = await trail();
  expect(rows.find((row) => row.action === "factor.add")).toMatchObject({
    before: { factors: [] },
    after: { factors: [{ kind: "totp", label: "phone" }] },
  });
  expect(JSON.stringify(rows)).not.toContain(secret);
  for (const code of done.body.recoveryCodes) expect(JSON.stringify(rows)).not.toContain(code);
  const stored = await f.api.db.asService((tx) => tx.query("select sealed from person_factor where id = $1", [id]));
  expect(JSON.stringify(stored)).not.toContain(secret);
});

test("a code signs in once: neither it nor an earlier one is taken again, nor one of two minutes ago", async () => {
  const { secret } = await f.addTotp(await f.session(ann));
  const ticket = await ticketOf();
  expect((await second(ticket, codeOf(secret, -4))).status).toBe(401);
  expect((await second(ticket, codeOf(secret))).status).toBe(401);
  const next = codeOf(secret, 1);
  const done = await second(ticket, next);
  expect(done.body).toMatchObject({ method: "password", awaitsFactor: false, person: { id: ann.id } });
  expect((await f.call("GET", "/session", { cookie: cookiesOf(done.headers) })).status).toBe(200);
  expect((await second(await ticketOf(), next)).status).toBe(401);
  expect((await trail()).at(-2)).toMatchObject({ action: "session.sign_in", detail: { factor: "totp" } });
});

test("of several requests with one ticket and code, one gets a session", async () => {
  const { secret, codes } = await f.addTotp(await f.session(ann));
  const ticket = await ticketOf();
  const code = codeOf(secret, 1);
  const answers = await Promise.all([1, 2, 3].map(() => second(ticket, code)));
  expect(answers.filter((a) => a.status === 201).length).toBe(1);
  expect(answers.filter((a) => a.status === 401).length).toBe(2);
  expect((await second(ticket, codes[0] ?? "", "recovery")).body).toMatchObject({ status: 401, field: "ticket" });
});

test("a recovery code signs in once, however it is written, and a new set ends the former", async () => {
  const here = await f.session(ann);
  const { codes } = await f.addTotp(here);
  const [first = "", next = ""] = codes;
  const written = first.toUpperCase().replaceAll("-", " ");
  expect((await second(await ticketOf(), written, "recovery")).status).toBe(201);
  expect((await second(await ticketOf(), first, "recovery")).status).toBe(401);
  expect((await f.call("GET", "/me/factors", here)).body.recoveryCodes).toBe(9);
  const renewed = (await f.call("POST", "/me/recovery-codes", here, {})).body.recoveryCodes;
  expect((await second(await ticketOf(), next, "recovery")).status).toBe(401);
  expect((await second(await ticketOf(), renewed[0], "recovery")).status).toBe(201);
  expect((await trail()).map((row) => row.action)).toContain("factor.renew_recovery_codes");
});

test("codes cannot be guessed: five tries of a ticket, and the allowance of the account", async () => {
  const { secret } = await f.addTotp(await f.session(ann));
  const ticket = await ticketOf();
  const statuses: number[] = [];
  for (let i = 0; i < 6; i += 1) statuses.push((await second(ticket, `00000${i}`)).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
  expect((await second(ticket, codeOf(secret, 1))).body).toMatchObject({ status: 401, field: "ticket" });
  let refused = 0;
  for (let i = 0; i < 5 && refused === 0; i += 1) {
    const answer = await f.signIn(ann);
    if (answer.status === 429) refused = 429;
    else
      for (let k = 0; k < 5; k += 1) refused = Math.max(refused, (await second(answer.body.ticket, "111111")).status);
    refused = refused === 429 ? 429 : 0;
  }
  expect(refused).toBe(429);
});

test("nobody reaches a factor of somebody else, and what is no person of the account reaches none", async () => {
  const eve = await f.member(company, { role: "admin" });
  const [mine, hers] = [await f.session(ann), await f.session(eve)];
  const { id } = await f.addTotp(mine);
  const started = await f.call("POST", "/me/factors/totp", mine, { label: "second" });
  const { id: waiting, secret } = started.body;
  expect((await f.call("DELETE", `/me/factors/${id}`, hers, {})).status).toBe(404);
  expect((await f.call("POST", `/me/factors/totp/${waiting}/confirm`, hers, { code: codeOf(secret) })).status).toBe(
    404,
  );
  expect((await f.call("GET", "/me/factors", hers)).body).toEqual({ rows: [], recoveryCodes: 0 });
  const context = { now: new Date(), ip: "192.0.2.9", userAgent: "test", secure: false };
  const who = { companyId: company.id, subject: ann.email, method: "sso", personId: ann.id } as const;
  const sso = await f.api.db.withCompany(company.id, (tx) => openSession(tx, context, who));
  for (const as of [{ cookie: sso.cookie.split(";")[0] as string }, { token: company.owner }]) {
    expect((await f.call("GET", "/me/factors", as)).status).toBe(403);
    expect((await f.call("POST", "/me/factors/totp", as, { label: "x" })).status).toBe(403);
    expect((await f.call("DELETE", `/me/factors/${id}`, as, {})).status).toBe(403);
    expect((await f.call("POST", "/me/recovery-codes", as, {})).status).toBe(403);
  }
});

test("a session left open changes no factor without the password, and the last factor takes the recovery codes with it", async () => {
  const here = await f.session(ann);
  const { id } = await f.addTotp(here);
  await age("11 minutes");
  for (const [method, path, body] of [
    ["DELETE", `/me/factors/${id}`, {}],
    ["POST", "/me/factors/totp", { label: "x" }],
    ["POST", "/me/factors/passkeys/options", {}],
    ["POST", "/me/recovery-codes", {}],
  ] as const) {
    expect((await f.call(method, path, here, body)).body).toMatchObject({ status: 400, field: "password" });
  }
  const wrong = await f.call("DELETE", `/me/factors/${id}`, here, { password: "wrong" });
  expect(wrong.body).toMatchObject({ status: 400, field: "password" });
  expect((await f.call("DELETE", `/me/factors/${id}`, here, { password: PASSWORD })).status).toBe(200);
  expect((await f.call("GET", "/me/factors", here)).body).toEqual({ rows: [], recoveryCodes: 0 });
  expect((await f.signIn(ann)).status).toBe(201);
  expect((await trail()).find((row) => row.action === "factor.remove")).toMatchObject({
    before: { factors: [{ kind: "totp", label: "phone" }] },
    after: { factors: [] },
  });
  expect((await f.call("POST", "/me/recovery-codes", here, { password: PASSWORD })).status).toBe(409);
});

test("a company that asks for a second factor gives who has none a session to set one up and nothing else", async () => {
  await f.setting(company, "security.require_second_factor", true);
  const bob = await f.member(company, { role: "admin" });
  const answer = await f.signIn(bob);
  expect(answer.body).toMatchObject({ awaitsFactor: true, permissions: [], labels: [], role: { id: "admin" } });
  const here = { cookie: cookiesOf(answer.headers) };
  expect((await f.call("GET", "/session", here)).body).toMatchObject({ awaitsFactor: true, permissions: [] });
  expect((await f.call("GET", "/people", here)).status).toBe(403);
  const { id } = await f.addTotp(here);
  const now = (await f.call("GET", "/session", here)).body;
  expect([now.awaitsFactor, now.labels, now.permissions.includes("users:manage")]).toEqual([false, null, true]);
  expect((await f.call("GET", "/people", here)).status).toBe(200);
  expect((await f.call("DELETE", `/me/factors/${id}`, here, {})).status).toBe(409);
});

test("an administrator resets the factors of who belongs to this company alone, with all sessions; nobody above, elsewhere or oneself", async () => {
  const here = await f.session(ann);
  await f.addTotp(here);
  const boss = await f.member(company, { role: "admin", isOwner: true });
  const path = `/people/${ann.id}/factors`;
  expect((await f.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await f.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await f.call("DELETE", `/people/${boss.id}/factors`, { token: company.owner })).status).toBe(409);
  const own = await f.session(boss);
  expect((await f.call("DELETE", `/people/${boss.id}/factors`, own)).status).toBe(409);
  const ticket = await ticketOf();
  expect((await f.call("DELETE", path, { token: company.owner })).body).toEqual({ count: 1 });
  expect((await f.call("GET", "/session", here)).status).toBe(401);
  expect((await second(ticket, "000000")).body).toMatchObject({ status: 401, field: "ticket" });
  expect((await f.signIn(ann)).status).toBe(201);
  expect((await trail()).find((row) => row.action === "person.reset_factors")).toMatchObject({
    before: { factors: [{ kind: "totp", label: "phone" }] },
    after: { factors: [] },
  });
  await addMember(f.api.db, other.id, ann);
  const manager = await f.api.apiToken(f.provider.id, PROVIDER_PERMISSIONS);
  expect((await f.call("DELETE", path, { token: company.owner })).status).toBe(409);
  expect((await f.call("DELETE", path, { token: manager })).body).toEqual({ count: 0 });
  expect((await trail(other)).at(-1)).toMatchObject({ action: "person.reset_factors" });
});

test("secrets go under a new data key of the provider, and go on opening", async () => {
  const { secret } = await f.addTotp(await f.session(ann));
  const { provider, keys } = f;
  const { db } = f.api;
  await db.asServiceFor(provider.id, (tx) => keys.rotate(tx, provider.id));
  expect(await resealFactors(db, keys, company.id)).toBe(0);
  expect(await resealFactors(db, keys, provider.id)).toBeGreaterThan(0);
  expect(await resealFactors(db, keys, provider.id)).toBe(0);
  expect((await second(await ticketOf(), codeOf(secret, 1))).status).toBe(201);
});
