import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { tokenRoutes } from "../tokens/index.ts";
import { createSignInLink, sessionRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(({ forget }) => [
    ...sessionRoutes({ forget, publicUrl: () => "https://zt.example/" }),
    ...tokenRoutes({ forget }),
  ]);
  company = await api.company();
});
afterAll(() => api.close());

const tokenOf = (url: string): string => new URL(url).hash.slice("#token=".length);
const signIn = (token: string) => api.call("POST", "/api/v1/sessions", { body: { token } });
const cookieOf = (headers: Headers): string => (headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
const me = (cookie: string) => api.call("GET", "/api/v1/session", { cookie });

test("a link signs the owner in once, and signing out ends the session at once", async () => {
  const url = await createSignInLink(api.db, company.id, "http://127.0.0.1:8080");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/sign-in#token=zt_l_/);
  const answers = await Promise.all([1, 2, 3, 4].map(() => signIn(tokenOf(url))));
  expect(answers.map((a) => a.status).sort((a, b) => a - b)).toEqual([201, 401, 401, 401]);
  const signedIn = answers.find((a) => a.status === 201);
  expect(signedIn?.headers.get("set-cookie")).toMatch(/^zt_session=zt_s_\S+; Path=\/; HttpOnly; SameSite=Strict/);
  const cookie = cookieOf(signedIn?.headers ?? new Headers());
  const who = { companyId: company.id, companyName: company.name, subject: "owner", permissions: OWNER_PERMISSIONS };
  expect(signedIn?.body).toMatchObject(who);
  expect((await me(cookie)).body).toMatchObject({ ...who, expiresAt: expect.any(String) });

  const out = (headers: Record<string, string>) => api.call("DELETE", "/api/v1/session", { cookie, headers });
  expect((await out({ origin: "https://evil.example" })).status).toBe(403);
  expect((await me(cookie)).status).toBe(200);
  const ended = await out({ origin: api.origin });
  expect([ended.status, ended.headers.get("set-cookie")]).toEqual([200, expect.stringContaining("Max-Age=0")]);
  expect((await me(cookie)).status).toBe(401);
  const trail = await api.audits(company.id);
  expect(trail.map((a) => [a.action, a.actor])).toEqual([
    ["session.link", "server"],
    ["session.sign_in", "owner"],
    ["session.sign_out", "owner"],
  ]);
});

test("who signs in by a link over another session ends that one, whichever company it is of, and it is on record", async () => {
  const other = await api.company();
  const open = async (id: number, cookie?: string) => {
    const token = tokenOf(await createSignInLink(api.db, id, "http://127.0.0.1:8080"));
    const answer = await api.call("POST", "/api/v1/sessions", { body: { token }, ...(cookie ? { cookie } : {}) });
    return cookieOf(answer.headers);
  };
  const first = await open(other.id);
  const beside = await open(other.id);
  const second = await open(company.id, first);
  expect([(await me(first)).status, (await me(beside)).status, (await me(second)).status]).toEqual([401, 200, 200]);
  expect((await api.audits(other.id)).at(-1)).toMatchObject({ action: "session.end", detail: { signedInOver: true } });
});

test("a token of another kind or of nobody does not sign in", async () => {
  for (const token of [company.owner, `zt_l_${company.id.toString(36)}_${"A".repeat(43)}`, "x".repeat(40)]) {
    const answer = await signIn(token);
    expect([answer.status, answer.body.field]).toEqual([401, "token"]);
  }
});

test("a link gives no more than its maker holds, and those who only look make none", async () => {
  const narrow = await api.apiToken(company.id, ["findings:read", "tokens:manage"]);
  const made = await api.call("POST", "/api/v1/session-links", { token: narrow });
  expect(made.status).toBe(201);
  expect(made.body.url).toMatch(/^https:\/\/zt\.example\/sign-in#token=zt_l_/);
  const session = await signIn(tokenOf(made.body.url));
  expect(session.body.permissions).toEqual(["findings:read", "tokens:manage"]);
  expect((await api.audits(company.id)).map((a) => a.action)).toContain("session.link");
  expect((await api.call("POST", "/api/v1/session-links", { token: company.reader })).status).toBe(403);
});

test("an API token sees who it is and cannot be signed out", async () => {
  const seen = await api.call("GET", "/api/v1/session", { token: company.reader });
  expect(seen.body).toMatchObject({ companyId: company.id, subject: "token:some", expiresAt: null });
  expect((await api.call("DELETE", "/api/v1/session", { token: company.reader })).status).toBe(400);
  expect((await api.call("GET", "/api/v1/session", { token: company.reader })).status).toBe(200);
});

test("what an API token opened by links, and by links of these, ends when it is revoked or rotated at once, and with its time", async () => {
  const body = { kind: "api", label: "ci", permissions: ["tokens:manage"], expiresInSeconds: 600 };
  const made = await api.call("POST", "/api/v1/tokens", { token: company.owner, body });
  const link = async (by: { token: string } | { cookie: string; headers: Record<string, string> }) =>
    tokenOf((await api.call("POST", "/api/v1/session-links", by)).body.url);
  const first = await signIn(await link({ token: made.body.secret }));
  const left = Date.parse(first.body.expiresAt) - Date.now();
  expect(left).toBeGreaterThan(500_000);
  expect(left).toBeLessThan(601_000);
  const cookie = cookieOf(first.headers);
  const second = await signIn(await link({ cookie, headers: { origin: api.origin } }));
  const cookies = [cookie, cookieOf(second.headers)];
  for (const one of cookies) expect((await me(one)).status).toBe(200);
  const rotation = { token: company.owner, body: { overlapSeconds: 0 } };
  const rotated = await api.call("POST", `/api/v1/tokens/${made.body.id}/rotate`, rotation);
  for (const one of cookies) expect((await me(one)).status).toBe(401);

  const unused = await link({ token: rotated.body.secret });
  const third = cookieOf((await signIn(await link({ token: rotated.body.secret }))).headers);
  expect((await me(third)).status).toBe(200);
  const revoked = await api.call("DELETE", `/api/v1/tokens/${made.body.id}`, { token: company.owner });
  expect(revoked.status).toBe(200);
  expect((await me(third)).status).toBe(401);
  expect((await signIn(unused)).status).toBe(401);
});
