import { route } from "@zerotrace/core/schema";
import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { implement } from "./index.ts";
import { startServer } from "./testing.ts";

const PATIENCE = { requestMs: 200, streamStepMs: 200, streamBytes: 1_000, streamMs: 60_000 };
const post = { method: "POST", summary: "", permission: "public", status: 202 } as const;
const routes = {
  json: route({ ...post, path: "/api/v1/json", body: z.unknown(), answer: z.object({}) }),
  stream: route({
    ...post,
    path: "/api/v1/stream",
    bodyIsStream: true,
    bodyLimitBytes: 1_000_000,
    body: z.unknown(),
    answer: z.object({ bytes: z.number() }),
  }),
};

let s: Awaited<ReturnType<typeof startServer>>;
let reading: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  s = await startServer(
    [
      implement(routes.json, { audit: "none", run: async () => ({}) }),
      implement(routes.stream, {
        audit: "none",
        run: async (_, { body }) => {
          const bytes = buffer(body as Readable);
          reading = bytes.catch(() => "broke off");
          return { bytes: (await bytes).length };
        },
      }),
    ],
    { patience: PATIENCE },
  );
});
afterAll(() => s.server.close());

/** Sends a head that promises `length` bytes, then `pieces` of them, one every `everyMs`; answers all that came back. */
const upload = async (path: string, type: string, given: { length: number; pieces: Buffer[]; everyMs: number }) => {
  const socket = connect(Number(new URL(s.origin).port), "127.0.0.1");
  await once(socket, "connect");
  let answer = "";
  socket.on("data", (piece) => (answer += piece.toString()));
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  const head = ["host: x", `content-type: ${type}`, `content-length: ${given.length}`, "connection: close"];
  socket.write(`POST ${path} HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
  for (const piece of given.pieces) {
    socket.write(piece);
    await new Promise((resolve) => void setTimeout(resolve, given.everyMs));
  }
  await closed;
  return answer;
};
const pieces = (count: number, bytes: number) => Array.from({ length: count }, () => Buffer.alloc(bytes, "x"));

test("an upload that is slow and steady takes longer than any other body may", async () => {
  const answer = await upload("/api/v1/stream", "application/octet-stream", {
    length: 10_000,
    pieces: pieces(10, 1_000),
    everyMs: 60,
  });
  expect(answer).toContain('{"bytes":10000}');
});

test("an upload that stalls or trickles is answered and cut, and its reader learns that it broke off", async () => {
  const stalled = await upload("/api/v1/stream", "application/octet-stream", {
    length: 10_000,
    pieces: pieces(1, 2_000),
    everyMs: 0,
  });
  expect(stalled).toContain("did not come in whole in time");
  expect(await reading).toBe("broke off");
  const trickled = await upload("/api/v1/stream", "application/octet-stream", {
    length: 10_000,
    pieces: pieces(10, 10),
    everyMs: 60,
  });
  expect(trickled).toContain("did not come in whole in time");
});

test("a body of any other route comes in whole within the bound, however steady it is", async () => {
  const answer = await upload("/api/v1/json", "application/json", {
    length: 60_000,
    pieces: pieces(10, 5_000),
    everyMs: 60,
  });
  expect(answer).toContain("did not come in whole in time");
});

test("a request of this process's own comes over no line, and nothing is cut", async () => {
  const answer = await s.server.app.inject({ method: "POST", url: routes.json.path, payload: {} });
  expect(answer.statusCode).toBe(202);
  await new Promise((resolve) => void setTimeout(resolve, PATIENCE.requestMs * 2));
});
