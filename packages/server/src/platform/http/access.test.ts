import { idParam, route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { implement } from "./index.ts";
import { startServer } from "./testing.ts";

const thing = route({
  method: "GET",
  path: "/api/v1/things/:id",
  summary: "",
  permission: "findings:read",
  params: idParam,
  answer: z.object({ company: z.number() }),
});
const endpoints = [implement(thing, { audit: "none", run: async ({ identity }) => ({ company: identity.companyId }) })];

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer(endpoints);
});
afterAll(() => server.server.close());

test("a page that shows one company does nothing in another, into which its session was moved", async () => {
  const { secret } = server.add("api");
  const ask = async (company?: string) => {
    const answer = await fetch(`${server.origin}/api/v1/things/00000000-0000-4000-8000-000000000000`, {
      headers: {
        authorization: `Bearer ${secret}`,
        ...(company === undefined ? {} : { "x-zerotrace-company": company }),
      },
    });
    return [answer.status, (await answer.json()) as { company?: number; field?: string }] as const;
  };
  expect(await ask()).toEqual([200, { company: 7 }]);
  expect(await ask("7")).toEqual([200, { company: 7 }]);
  expect(await ask("8")).toMatchObject([409, { field: "company" }]);
  expect(await ask("")).toMatchObject([409, { field: "company" }]);
});
