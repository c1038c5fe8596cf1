import { route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { newToken } from "../auth/index.ts";
import { implement } from "./index.ts";
import type { SecurityEvent } from "./security.ts";
import { startServer } from "./testing.ts";

const read = route({ method: "GET", path: "/api/v1/things", summary: "x", permission: "findings:read" });
const enter = route({
  method: "POST",
  path: "/api/v1/enter",
  summary: "x",
  permission: "public",
  body: z.object({ token: z.string() }),
});
let server: Awaited<ReturnType<typeof startServer>>;
const events: SecurityEvent[] = [];

beforeAll(async () => {
  const { AppError } = await import("@zerotrace/core");
  const refuse = () => Promise.reject(new AppError("UNAUTHENTICATED", "no"));
  const endpoints = [
    implement(read, { audit: "none", run: async () => ({}) }),
    implement(enter, { audit: "none", run: refuse }),
  ];
  server = await startServer(endpoints, { onSecurityEvent: (event) => void events.push(event) });
});
afterAll(() => server.server.close());

const told = async (path: string, init: RequestInit = {}): Promise<Partial<SecurityEvent>[]> => {
  events.length = 0;
  await fetch(server.origin + path, init);
  return events.map(({ ip: _, ...event }) => event);
};
const bearer = (secret: string): RequestInit => ({ headers: { authorization: `Bearer ${secret}` } });
const enterWith = (token: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ token }),
});
const READ = { code: "UNAUTHENTICATED", target: "GET /api/v1/things" };
const ENTER = { code: "UNAUTHENTICATED", target: "POST /api/v1/enter", companyId: 7 };

test("each refused credential is told by what it was: a token, a device, a sign-in, an enrollment", async () => {
  const secret = (kind: Parameters<typeof newToken>[0]): string => newToken(kind, 7).secret;
  expect(await told("/api/v1/things", bearer(secret("api")))).toEqual([
    { ...READ, event: "token_misuse", companyId: 7, actor: "unproved:api" },
  ]);
  expect(await told("/api/v1/things", bearer(secret("device")))).toEqual([
    { ...READ, event: "agent_auth_failed", companyId: 7, actor: "unproved:device" },
  ]);
  expect(await told("/api/v1/enter", enterWith(secret("signin")))).toEqual([
    { ...ENTER, event: "failed_login", actor: "unproved:signin" },
  ]);
  expect(await told("/api/v1/enter", enterWith(secret("enrollment")))).toEqual([
    { ...ENTER, event: "agent_auth_failed", actor: "unproved:enrollment" },
  ]);
  expect(await told("/api/v1/things", bearer("nonsense"))).toEqual([
    { ...READ, event: "token_misuse", companyId: null, actor: "unproved:none" },
  ]);
});

test("one who is proved but may not is told by name, and one who shows nothing is no event", async () => {
  const { secret } = server.add("api", { permissions: ["assets:read"], subject: "token:ann" });
  expect(await told("/api/v1/things", bearer(secret))).toEqual([
    {
      event: "data_access_violation",
      code: "FORBIDDEN",
      companyId: 7,
      actor: "token:ann",
      target: "GET /api/v1/things",
    },
  ]);
  expect(await told("/api/v1/things")).toEqual([]);
  expect(await told("/api/v1/nothing")).toEqual([]);
});

test("a caller who is turned away for asking too often is told, and no event holds the credential", async () => {
  const { secret } = newToken("api", 7);
  const all: Partial<SecurityEvent>[] = [];
  for (let n = 0; n < 25; n += 1) all.push(...(await told("/api/v1/things", bearer(secret))));
  expect(all.at(-1)).toMatchObject({ event: "rate_limited", code: "RATE_LIMITED", companyId: 7 });
  expect(JSON.stringify(all)).not.toContain(secret.slice(8));
});
