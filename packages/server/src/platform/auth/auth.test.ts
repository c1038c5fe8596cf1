import { route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { implement } from "../http/index.ts";
import { startServer } from "../http/testing.ts";
import {
  callerKey,
  cookieLine,
  createLimiter,
  newToken,
  parseToken,
  SESSION_COOKIE,
  sessionCookie,
  shownSession,
} from "./index.ts";

const answer = z.object({ kind: z.string(), company: z.number() });
const read = route({ method: "GET", path: "/me", summary: "", permission: "signed-in", answer });
const write = route({ method: "POST", path: "/me", summary: "", permission: "signed-in", answer });
const endpoints = [read, write].map((one) =>
  implement(one, { audit: "none", run: async ({ identity: i }) => ({ kind: i.kind, company: i.companyId }) }),
);
let s: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  s = await startServer(endpoints);
});
afterAll(() => s.server.close());

const pass = (seconds: number) => {
  s.state.at = new Date(s.state.at.getTime() + seconds * 1000);
};
const call = (headers: Record<string, string>, method = "GET") => fetch(`${s.origin}/me`, { method, headers });
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const cookie = (secret: string) => ({ cookie: `${SESSION_COOKIE}=${secret}` });

test("a token names its kind and company and is stored by its hash only", () => {
  const { secret, hash } = newToken("device", 123_456);
  expect(secret).toMatch(/^zt_d_2n9c_[\w-]{43}$/);
  expect(parseToken(secret)).toEqual({ kind: "device", companyId: 123_456, hash });
});

test.each([
  "",
  "zt_d_1_short",
  `zt_x_1_${"a".repeat(43)}`,
  `zt_d_0_${"a".repeat(43)}`,
  `zt_d_zzzzzz_${"a".repeat(43)}`,
  `zt_d_1_${"a".repeat(44)}`,
])("what is not a token is not parsed: %s", (text) => expect(parseToken(text)).toBeNull());

test("API tokens and device credentials come as bearer, sessions as a cookie, and none the other way", async () => {
  const api = s.add("api").secret;
  const session = s.add("session").secret;
  expect(await (await call(bearer(api))).json()).toEqual({ kind: "api_token", company: 7 });
  expect(await (await call(cookie(session))).json()).toEqual({ kind: "session", company: 7 });
  expect((await call(bearer(s.add("device").secret))).status).toBe(200);
  expect((await call(cookie(api))).status).toBe(401);
  expect((await call(bearer(session))).status).toBe(401);
  for (const kind of ["signin", "enrollment"] as const)
    expect((await call(bearer(s.add(kind).secret))).status).toBe(401);
});

test("a token of company A that is rewritten to say company B is worth nothing", async () => {
  const { secret } = s.add("api", { companyId: 7 });
  expect((await call(bearer(secret.replace("_7_", "_8_")))).status).toBe(401);
});

test("a verified credential is trusted for two seconds, and its revocation is felt at once", async () => {
  const { secret, row } = s.add("api");
  const before = s.state.lookUps;
  for (let i = 0; i < 3; i += 1) expect((await call(bearer(secret))).status).toBe(200);
  expect(s.state.lookUps).toBe(before + 1);
  row.revokedAt = s.state.at;
  expect((await call(bearer(secret))).status).toBe(200);
  s.auth.forget(row.id);
  expect((await call(bearer(secret))).status).toBe(401);
});

test("a revocation elsewhere is felt after two seconds, an expiry at its time", async () => {
  const one = s.add("api");
  const two = s.add("api", { expiresAt: new Date(s.state.at.getTime() + 1000) });
  expect((await call(bearer(one.secret))).status).toBe(200);
  expect((await call(bearer(two.secret))).status).toBe(200);
  one.row.revokedAt = s.state.at;
  pass(1.5);
  expect((await call(bearer(two.secret))).status).toBe(401);
  pass(1);
  expect((await call(bearer(one.secret))).status).toBe(401);
});

test("a session that changes something needs our own origin; a bearer does not", async () => {
  const own = cookie(s.add("session").secret);
  expect((await call(own, "POST")).status).toBe(403);
  expect((await call({ ...own, origin: "https://evil.example" }, "POST")).status).toBe(403);
  expect((await call({ ...own, origin: "null" }, "POST")).status).toBe(403);
  expect((await call({ ...own, origin: s.origin }, "POST")).status).toBe(200);
  expect((await call(bearer(s.add("api").secret), "POST")).status).toBe(200);
});

test("a session gets a new secret after 15 minutes; the former one lasts 30 seconds more", async () => {
  const { secret } = s.add("session");
  expect((await call(cookie(secret))).headers.get("set-cookie")).toBeNull();
  pass(16 * 60);
  const set = (await call(cookie(secret))).headers.get("set-cookie") ?? "";
  expect(set).toMatch(/^zt_session=zt_s_7_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  const next = /zt_s_7_[\w-]{43}/.exec(set)?.[0] ?? "";
  const late = await call(cookie(secret));
  expect([late.status, late.headers.get("set-cookie")]).toEqual([200, null]);
  pass(31);
  expect((await call(cookie(secret))).status).toBe(401);
  expect((await call(cookie(next))).status).toBe(200);
});

test("a device's former secret ends with the first use of the new one, or after two minutes", async () => {
  const replace = (device: ReturnType<typeof s.add>) => {
    const next = newToken("device", 7);
    Object.assign(device.row, { previous: device.row.hash, hash: next.hash, rotatedAt: s.state.at });
    s.auth.forget(device.row.id);
    return next.secret;
  };
  const used = s.add("device");
  const next = replace(used);
  expect((await call(bearer(used.secret))).status).toBe(200);
  expect((await call(bearer(next))).status).toBe(200);
  expect((await call(bearer(used.secret))).status).toBe(401);

  const unused = s.add("device");
  const other = replace(unused);
  pass(119);
  expect((await call(bearer(unused.secret))).status).toBe(200);
  pass(2);
  expect((await call(bearer(unused.secret))).status).toBe(401);
  expect((await call(bearer(other))).status).toBe(200);
});

test("a session ends when idle for a day, and after 30 days whatever it does", async () => {
  const idle = s.add("session");
  pass(24 * 3600 + 1);
  expect((await call(cookie(idle.secret))).status).toBe(401);
  const old = s.add("session", { createdAt: new Date(s.state.at.getTime() - 30 * 86_400_001), lastUsedAt: s.state.at });
  expect((await call(cookie(old.secret))).status).toBe(401);
});

test("under https the cookie says Secure, and counts only by the name that no neighboring host can give it", () => {
  const { secret } = newToken("session", 7);
  expect(sessionCookie(secret, true)).toMatch(
    /^__Host-zt_session=\S+; Path=\/; HttpOnly; SameSite=Strict; .*; Secure$/,
  );
  expect(shownSession({ "__Host-zt_session": secret, zt_session: "tossed" }, true)).toBe(secret);
  expect(shownSession({ zt_session: secret }, true)).toBeUndefined();
  expect(shownSession({ zt_session: secret }, false)).toBe(secret);
  const device = cookieLine("zt_device", "x", { maxAgeSeconds: 9, secure: true, path: "/api/v1" });
  expect(device).toBe("__Host-zt_device=x; Path=/; HttpOnly; SameSite=Strict; Max-Age=9; Secure");
});

test("wrong secrets are slowed down by address; a credential known to be right is not", async () => {
  const good = bearer(s.add("api").secret);
  expect((await call(good)).status).toBe(200);
  const tries: number[] = [];
  for (let i = 0; i < 25; i += 1) tries.push((await call(bearer(newToken("api", 7).secret))).status);
  expect(tries.at(-1)).toBe(429);
  pass(3);
  expect((await call(good)).status).toBe(200);
});

test("a bucket fills again with time, and forgets the longest unseen caller", () => {
  let at = 0;
  const limiter = createLimiter({ burst: 2, perSecond: 1, callersMax: 2, now: () => at });
  limiter.take("a");
  limiter.take("a");
  expect(() => limiter.take("a")).toThrow(/try again in 1 s/);
  at = 1000;
  limiter.take("a");
  for (const key of ["b", "c"]) limiter.take(key);
  limiter.take("a");
});

test("IPv6 callers count by their /64, mapped IPv4 as IPv4", () => {
  expect(callerKey("2001:db8:1:2:3:4:5:6")).toBe(callerKey("2001:db8:1:2::9"));
  expect(callerKey("2001:db8::1")).toBe("2001:db8:0:0");
  expect(callerKey("::ffff:10.0.0.1")).toBe("10.0.0.1");
});
