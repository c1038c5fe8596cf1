import { route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startServer } from "./testing.ts";
import { implement } from "./types.ts";

const echo = z.object({ got: z.record(z.string(), z.unknown()) });
const body = z.record(z.string(), z.unknown());
const form = route({
  method: "POST",
  path: "/api/v1/form",
  summary: "Takes a form",
  permission: "public",
  mediaTypes: ["application/x-www-form-urlencoded"],
  body,
  answer: echo,
});
const scim = route({
  method: "PATCH",
  path: "/api/v1/scim",
  summary: "Takes another JSON",
  permission: "public",
  mediaTypes: ["application/scim+json"],
  contentType: "application/scim+json",
  body,
  answer: echo,
});
const run = async (_: unknown, input: { body: Record<string, unknown> }) => ({ got: input.body });
const refuse = ({ code, status }: { code: string; status: number }) => ({
  contentType: "text/plain",
  body: `${status} ${code}`,
});

let at: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  at = await startServer([implement(form, { audit: "none", run }), implement(scim, { audit: "none", run, refuse })]);
});
afterAll(() => at.server.close());
const send = async (method: string, path: string, type: string, text: string) => {
  const answer = await fetch(at.origin + path, { method, headers: { "content-type": type }, body: text });
  return [answer.status, answer.headers.get("content-type"), await answer.text()];
};
const FORM = "application/x-www-form-urlencoded";
const SCIM = "application/scim+json";

test("a route takes the types that it names, and no other route does", async () => {
  const json = "application/json; charset=utf-8";
  expect(await send("POST", "/api/v1/form", FORM, "a=1&b=%C3%A4")).toEqual([200, json, '{"got":{"a":"1","b":"ä"}}']);
  expect((await send("POST", "/api/v1/form", SCIM, "{}"))[0]).toBe(415);
  expect((await send("PATCH", "/api/v1/scim", FORM, "a=1"))[0]).toBe(415);
  expect(await send("PATCH", "/api/v1/scim", SCIM, '{"a":1}')).toEqual([
    200,
    `${SCIM}; charset=utf-8`,
    '{"got":{"a":1}}',
  ]);
});

test("a form that names a field twice, has too many or a NUL is refused", async () => {
  const many = Array.from({ length: 33 }, (_, i) => `f${i}=1`).join("&");
  for (const text of ["a=1&a=2", many, "a=%00"]) expect((await send("POST", "/api/v1/form", FORM, text))[0]).toBe(400);
  expect((await send("POST", "/api/v1/form", FORM, "__proto__=1&constructor=2"))[0]).toBe(200);
});

test("a route may have its refusals look as its protocol wants", async () => {
  expect(await send("PATCH", "/api/v1/scim", SCIM, "{")).toEqual([400, "text/plain", "400 BAD_REQUEST"]);
});
