import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { endOf } from "./commands/decisions.ts";
import { run } from "./fixtures.ts";

let server: Server;
let url = "";
const asked: { method: string; path: string; body: unknown }[] = [];

const ID = "11111111-1111-4111-8111-111111111111";
const DECISION = {
  id: ID,
  kind: "accept_risk",
  state: "active",
  scope: "advisory:CVE-2026-1 label:lab",
  byAsset: true,
  reason: "Behind a wall",
  owner: "ops",
  createdAt: "2026-01-01T00:00:00.000Z",
  createdBy: "ann@example.com",
  needsApproval: false,
  approvedAt: null,
  approvedBy: null,
  expiresAt: "2026-03-01T23:59:59.000Z",
  revokedAt: null,
  revokedBy: null,
  findingCount: 5,
  closedCount: 3,
  lapsedCount: 0,
};

let state = "active";

const answerTo = (method: string, path: string): unknown => {
  if (path.endsWith("/preview")) {
    const examples = [
      { id: ID, advisory: "CVE-2026-1", package: "openssl", version: "3.0.1", severity: "high", risk: 70 },
    ];
    const counts = { findingCount: 5, closedCount: 3, assetCount: 2, riskShare: 0.182 };
    return { ...counts, examples, byAsset: true, needsApproval: true };
  }
  return method === "GET" && path.endsWith("/decisions")
    ? { rows: [DECISION], next: null, count: 1, countIsExact: true }
    : { ...DECISION, state };
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: address = "" } = request;
      const path = address.split("?")[0] ?? "";
      const text = Buffer.concat(chunks).toString();
      asked.push({ method, path, body: text === "" ? null : JSON.parse(text) });
      answer.writeHead(200).end(JSON.stringify(answerTo(method, path)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  state = "active";
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const decisions = (...argv: string[]) => run(["decisions", ...argv, "--server", url, "--token", "t"]);

test("decisions are listed, previewed in numbers, made until the end of a day, and revoked", async () => {
  expect((await decisions("list")).out).toMatch(/active +accept_risk +3 +2026-03-01 +ann@example.com/);
  const preview = await decisions("preview", "label:lab");
  expect(preview.out).toContain("Would hide 5 findings on 2 assets, 18.2 % of the open risk");
  expect(preview.out).toContain("2 findings of them stay open on other assets");
  expect(preview.err).toContain("A second person must approve it");
  const scope = "advisory:CVE-2026-1 label:lab";
  const made = await decisions(
    "create",
    scope,
    "--kind",
    "deferred",
    "--reason",
    "Next window",
    "--until",
    "2026-03-01",
  );
  expect(made.out).toBe(`Decided ${ID}: hides 3 findings and 2 more on some of their assets until 2026-03-01\n`);
  const expiresAt = "2026-03-01T23:59:59.000Z";
  expect(asked.at(-1)?.body).toEqual({ kind: "deferred", scope, reason: "Next window", expiresAt });
  const revoked = await decisions("revoke", ID);
  expect(revoked.err).toContain("3 findings that it hid are open again");
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: `/api/v1/decisions/${ID}/revoke` });
});

test("a decision that waits is approved or rejected, and one that counts is not rejected", async () => {
  const approved = await decisions("approve", ID);
  expect(approved.err).toContain("Approved: it hides 3 findings");
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: `/api/v1/decisions/${ID}/approve` });
  expect(await decisions("reject", ID)).toMatchObject({
    code: 2,
    err: expect.stringContaining("This decision is active"),
  });
  state = "proposed";
  expect((await decisions("reject", ID)).err).toContain("Rejected");
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: `/api/v1/decisions/${ID}/revoke` });
});

test("an end is a day or a number of days, and nothing else", () => {
  const now = Date.parse("2026-02-27T12:00:00Z");
  expect(endOf("30d", now)).toBe("2026-03-29T23:59:59.000Z");
  expect(endOf("2026-12-31", now)).toBe("2026-12-31T23:59:59.000Z");
  for (const wrong of ["soon", "2026-02-30", "12-31", "d"]) expect(() => endOf(wrong, now)).toThrow("takes a day");
});
