import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../fixtures.ts";

let server: Server;
let url = "";
const asked: { path: string; body: unknown }[] = [];

const ID = "11111111-1111-4111-8111-111111111111";
const ANNA = { id: "22222222-2222-4222-8222-222222222222", name: "Anna Berg", handle: "anna" };
const ANNE = { id: "33333333-3333-4333-8333-333333333333", name: "Anne Lind", handle: "anne" };

const answerTo = (path: string, query: string): unknown => {
  if (path.endsWith("/colleagues")) return { rows: query === "an" ? [ANNA, ANNE] : query === "anna" ? [ANNA] : [] };
  if (path.endsWith("/preview")) return { findingCount: 7, changedCount: 5, takenCount: 2, isTooMany: false };
  if (path.endsWith("/undo")) {
    const kept = [{ findingId: ID, advisory: "CVE-2026-1", package: "openssl", why: "changed since" }];
    return { restoredCount: 4, keptCount: 1, kept };
  }
  const none = { decisionId: null, undoneAt: null, undoneBy: null, restoredCount: null, undoUntil: null };
  const counts = { findingCount: 7, changedCount: 5 };
  return { id: ID, kind: "state", query: "", ...counts, at: "2026-01-01T00:00:00.000Z", by: "ann", ...none };
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      const text = Buffer.concat(chunks).toString();
      asked.push({ path: pathname, body: text === "" ? null : JSON.parse(text) });
      answer.writeHead(200).end(JSON.stringify(answerTo(pathname, searchParams.get("q") ?? "")));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => void (asked.length = 0));

const findings = (...words: string[]) => run(["findings", ...words, "--server", url, "--token", "t"]);

test("many findings are taken up as their preview counted them, and the way back is told", async () => {
  const { code, out, err } = await findings("acknowledge", "kev:true");
  expect({ code, out }).toEqual({ code: 0, out: "Changed 5 findings of 7\n" });
  expect(err).toContain(`zerotrace findings undo ${ID}`);
  const action = { kind: "state", state: "acknowledged" };
  expect(asked).toEqual([
    { path: "/api/v1/bulk-actions/preview", body: { query: "kev:true", action } },
    { path: "/api/v1/bulk-actions", body: { query: "kev:true", action, findingCount: 7 } },
  ]);
  const undone = await findings("undo", ID);
  expect(undone.out).toBe("Put back 4 findings\n  CVE-2026-1 in openssl stays: changed since\n");
});

test("a dry run changes nothing", async () => {
  const { out } = await findings("begin", "kev:true", "--dry-run");
  expect(out).toBe("Would change 5 findings of 7\nSomebody has or works on 2 findings of them\n");
  expect(asked.map(({ path }) => path)).toEqual(["/api/v1/bulk-actions/preview"]);
});

test("findings are given to the one who is meant, and to nobody where that is not clear", async () => {
  await findings("assign", "@anna", "kev:true");
  expect(asked.at(-1)?.body).toMatchObject({ action: { kind: "assign", assigneeId: ANNA.id } });
  await findings("assign", "nobody", "kev:true");
  expect(asked.at(-1)?.body).toMatchObject({ action: { kind: "assign", assigneeId: null } });
  for (const [who, says] of [
    ["an", "may be anna, anne"],
    ["zoe", "Nobody here is called zoe"],
  ] as const) {
    asked.length = 0;
    const { code, err } = await findings("assign", who, "kev:true");
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(asked).toHaveLength(1);
  }
});
