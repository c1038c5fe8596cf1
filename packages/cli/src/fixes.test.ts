import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "./fixtures.ts";

let server: Server;
let url = "";
let names = 1;
const asked: { method: string; path: string; body: unknown }[] = [];

const PERSON = "11111111-1111-4111-8111-111111111111";
const FIX = {
  id: "K0RlYmlhbjoxMwpvcGVuc3Ns",
  key: "Debian:13/openssl/3.0.17-1",
  ecosystem: "Debian:13",
  package: "openssl",
  fixedIn: "3.0.17-1",
  findingCount: 46,
  advisoryCount: 9,
  assetCount: 212,
  severities: { critical: 1, high: 45, medium: 0, low: 0, none: 0, unknown: 0 },
  kevCount: 1,
  maxRisk: 90,
  riskShare: 0.18,
  advisories: ["CVE-2026-1"],
  command: "apt",
  dueAt: "2026-01-01T00:00:00.000Z",
  dueInDays: -3,
  isOverdue: true,
  slaDueAt: null,
  work: null,
};
const DETAIL = {
  ...FIX,
  installed: ["openssl"],
  commands: [{ id: "apt", title: "apt", language: "sh", text: "sudo apt-get install --only-upgrade openssl" }],
  alternatives: [],
  work: {
    state: "done",
    assignee: { id: PERSON, name: "Ann", email: "ann@example.com" },
    dueOn: null,
    note: "",
    createdAt: FIX.dueAt,
    updatedAt: FIX.dueAt,
    updatedBy: "bob",
    claimedAt: FIX.dueAt,
    claimedBy: "bob",
    claimedVersion: "3.0.17-1",
    verification: "not_fixed",
    verifiedAt: null,
    leftFindingCount: 2,
    notFixedCount: 3,
    waitingCount: 1,
  },
};

const answerTo = (path: string): unknown => {
  if (path.endsWith("/members")) return { rows: [{ id: PERSON, name: "Ann", email: "ann@example.com" }] };
  if (path.endsWith("/work")) {
    const { assignee, ...rest } = DETAIL.work;
    return { rows: [{ ...FIX, ...rest, assignee, state: "in_work", verification: null }], next: null, count: 1 };
  }
  if (!path.endsWith("/fixes")) return DETAIL;
  const rows = Array.from({ length: names }, (_, n) => ({ ...FIX, ecosystem: `Debian:${13 - n}` }));
  return { rows, next: null, count: names, countIsExact: true, totalRisk: 1 };
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: address = "" } = request;
      const text = Buffer.concat(chunks).toString();
      asked.push({ method, path: address, body: text === "" ? null : JSON.parse(text) });
      answer.writeHead(200).end(JSON.stringify(answerTo(address.split("?")[0] ?? "")));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  names = 1;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const fixes = (...argv: string[]) => run(["fixes", ...argv, "--server", url, "--token", "t"]);

test("fixes are listed by a query with what each closes, and shown with commands and what inventories say", async () => {
  const listed = await fixes("list", "severity>=high");
  expect(listed.out).toMatch(/openssl +3\.0\.17-1 +Debian:13 +46 +212 +18\.0 % +overdue 3 days +open/);
  expect(asked[0]?.path).toContain("query=severity%3E%3Dhigh");
  const shown = await fixes("show", "openssl");
  expect(shown.out).toContain("Upgrade openssl to 3.0.17-1 (Debian:13)");
  expect(shown.out).toContain("It closes 46 findings of 9 advisories on 212 assets, 18.0 % of the risk");
  expect(shown.out).toContain("  sudo apt-get install --only-upgrade openssl");
  expect(shown.out).toContain("Called done by bob: not fixed; 3 assets not fixed, 1 not heard of since");
  expect(asked.at(-1)?.path).toBe(`/api/v1/fixes/${FIX.id}`);
});

test("what people work on is listed by its state", async () => {
  const listed = await fixes("work", "--state", "in_work");
  expect(asked[0]?.path).toContain("/api/v1/fixes/work?");
  expect(asked[0]?.path).toContain("state=in_work");
  expect(listed.out).toMatch(/openssl +3\.0\.17-1 +Debian:13 +46 +212 +overdue 3 days +in work +Ann/);
  expect(await fixes("work", "--state", "later")).toMatchObject({ code: 2 });
});

test("a fix is given to a person by email, gets a day and is called done", async () => {
  await fixes("assign", "openssl", "Ann@example.com");
  expect(asked.at(-1)).toMatchObject({ method: "PATCH", body: { assigneeId: PERSON } });
  await fixes("assign", "openssl", "nobody");
  expect(asked.at(-1)?.body).toEqual({ assigneeId: null });
  await fixes("due", "openssl", "2026-12-31");
  expect(asked.at(-1)?.body).toEqual({ dueOn: "2026-12-31" });
  await fixes("close", "openssl", "--note", "Rolled out");
  expect(asked.at(-1)?.body).toEqual({ state: "done", note: "Rolled out" });
});

test("who nobody is, what no day is and a name of several fixes is refused before anything changes", async () => {
  expect(await fixes("assign", "openssl", "eve@example.com")).toMatchObject({ code: 2 });
  expect((await fixes("due", "openssl", "soon")).err).toContain("2026-12-31");
  names = 2;
  expect((await fixes("close", "openssl")).err).toContain("2 fixes are named openssl");
  expect(asked.filter(({ method }) => method === "PATCH")).toEqual([]);
});
