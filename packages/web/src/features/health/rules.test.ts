import { expect, test } from "vitest";
import { atFault, readHealth } from "./rules.ts";

const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

test("a server that is down says what is down: its 503 is read as its health", async () => {
  const dependencies = [
    { name: "database", status: "down", detail: "does not answer" },
    { name: "queue", status: "ok", detail: "answers" },
    { name: "feeds", status: "missing", detail: "nothing was read" },
  ];
  const health = await readHealth<{ dependencies: typeof dependencies }>(answer(503, { status: "down", dependencies }));
  expect(atFault(health.dependencies).map(({ name }) => name)).toEqual(["database", "feeds"]);
});

test("what is no word of our server is no health", async () => {
  await expect(readHealth(answer(502, { error: "bad gateway" }))).rejects.toThrow("502");
  await expect(readHealth(new Response("<html>", { status: 200 }))).rejects.toThrow("does not say how it is");
});
