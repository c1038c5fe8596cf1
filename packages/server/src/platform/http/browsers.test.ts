import { idParam, route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { implement } from "./index.ts";
import { startServer } from "./testing.ts";

const FRIEND = "https://portal.example";
const thing = route({
  method: "GET",
  path: "/api/v1/things/:id",
  summary: "",
  permission: "findings:read",
  params: idParam,
  answer: z.object({ id: z.string() }),
});
const endpoints = [implement(thing, { audit: "none", run: async (_, { params }) => ({ id: params.id }) })];
const PATH = "/api/v1/things/00000000-0000-4000-8000-000000000000";

let open: Awaited<ReturnType<typeof startServer>>;
let closed: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  open = await startServer(endpoints, { corsOrigins: [FRIEND], trustedProxy: "127.0.0.1" });
  closed = await startServer(endpoints);
});
afterAll(async () => {
  await Promise.all([open.server.close(), closed.server.close()]);
});

const ask = (of: typeof open, headers: Record<string, string>, method = "GET") =>
  fetch(of.origin + PATH, { method, headers });
const preflight = (of: typeof open, origin: string) =>
  ask(
    of,
    {
      origin,
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization,x-zerotrace-company",
    },
    "OPTIONS",
  );

test("only a page that the operator names may read answers, and never with a cookie", async () => {
  const allowed = await preflight(open, FRIEND);
  expect(allowed.headers.get("access-control-allow-origin")).toBe(FRIEND);
  const headers = allowed.headers.get("access-control-allow-headers");
  // what the SDK sends
  for (const name of ["authorization", "content-type", "x-zerotrace-company"]) expect(headers).toContain(name);
  expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
  for (const origin of [
    "https://evil.example",
    "http://portal.example",
    "https://portal.example.evil.example",
    "null",
  ]) {
    expect((await preflight(open, origin)).headers.get("access-control-allow-origin"), origin).toBeNull();
    expect((await ask(open, { origin })).headers.get("access-control-allow-origin"), origin).toBeNull();
  }
  expect((await preflight(closed, FRIEND)).headers.get("access-control-allow-origin")).toBeNull();
});

test("a refusal can be read by that page too, so that it can say why", async () => {
  const answer = await ask(open, { origin: FRIEND });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([401, FRIEND]);
});

test("who came by https is told to come by nothing else; over plain http nothing is said", async () => {
  const header = async (headers: Record<string, string>) =>
    (await ask(open, headers)).headers.get("strict-transport-security");
  expect(await header({ "x-forwarded-proto": "https" })).toBe("max-age=31536000");
  expect(await header({})).toBeNull();
});

test("pages run no inline code, load nothing from elsewhere and stand in no frame", async () => {
  const policy = (await ask(open, {})).headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*|wss?:/);
});
