import { route } from "@zerotrace/core/schema";
import { expect, test } from "vitest";
import { z } from "zod";
import type { SecurityEvent } from "./security.ts";
import { startServer } from "./testing.ts";
import { type Endpoint, implement } from "./types.ts";

const reads = implement(
  route({
    method: "GET",
    path: "/api/v1/reads",
    summary: "Reads",
    permission: "assets:read",
    query: z.object({ n: z.coerce.number().max(5) }),
    answer: z.object({ n: z.number(), who: z.string() }),
  }),
  { audit: "none", run: async ({ identity }, { query }) => ({ n: query.n, who: identity.subject }) },
);
const writes = implement(
  route({ method: "POST", path: "/api/v1/writes", summary: "Writes", permission: "assets:read" }),
  { audit: "asset.change", run: async () => ({}) },
);

const asking = (other: Endpoint, query: object): Endpoint =>
  implement(
    route({
      method: "POST",
      path: "/api/v1/asks",
      summary: "Asks",
      permission: "signed-in",
      answer: z.record(z.string(), z.unknown()),
    }),
    {
      audit: "none",
      transaction: "none",
      run: async (context) => ({ told: await context.ask(other, { params: {}, query }) }),
    },
  );

const askAs = async (other: Endpoint, query: object, permissions: readonly "assets:read"[]) => {
  const events: SecurityEvent[] = [];
  const server = await startServer([asking(other, query)], { onSecurityEvent: (event) => void events.push(event) });
  const { secret } = server.add("api", { permissions });
  const headers = { authorization: `Bearer ${secret}` };
  const answer = await fetch(`${server.origin}/api/v1/asks`, { method: "POST", headers });
  const body = (await answer.json()) as { code?: string; field?: string; told?: unknown };
  await server.server.close();
  return { status: answer.status, body, events: events.map(({ event, code }) => [event, code]) };
};

test("a route asked from within answers as the caller, parsed as over HTTP", async () => {
  expect((await askAs(reads, { n: "3" }, ["assets:read"])).body).toEqual({ told: { n: 3, who: "ann" } });
  const refused = await askAs(reads, { n: "6" }, ["assets:read"]);
  expect([refused.status, refused.body.field]).toEqual([400, "n"]);
});

test("a route asked from within needs its own permission, and the refusal is known to who watches", async () => {
  const { status, events } = await askAs(reads, { n: "3" }, []);
  expect(status).toBe(403);
  expect(events).toContainEqual(["data_access_violation", "FORBIDDEN"]);
});

test("a route that writes is never asked from within", async () => {
  expect((await askAs(writes, {}, ["assets:read"])).body.code).toBe("INTERNAL");
});
