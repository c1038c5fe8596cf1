import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../fixtures.ts";

const ARCHIVE = Buffer.from("an archive");
const dir = mkdtempSync(join(tmpdir(), "zt-cli-companies-"));
let server: Server;
let url = "";
const asked: { method: string; path: string; body: unknown }[] = [];
const state = { looks: 0, sha256: "" };

const company = (id: number, name: string, more: object = {}) => ({
  id,
  name,
  isProvider: id === 1,
  state: "active",
  stateReason: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  deleteAt: null,
  agentCount: 12,
  assetCount: 34,
  findingCount: 56,
  personCount: 7,
  lastActivityAt: "2026-01-02T03:04:05.000Z",
  ...more,
});
const COMPANIES = [
  company(1, "Default"),
  company(2, "Acme", { state: "deleting", deleteAt: "2026-02-01T00:00:00.000Z" }),
];

const answerTo = (method: string, path: string): unknown => {
  const exported = {
    id: "11111111-1111-4111-8111-111111111111",
    askedBy: "a",
    askedAt: "x",
    sizeBytes: 10,
    rowCount: 3,
  };
  if (path.endsWith("/archive")) return ARCHIVE;
  if (path.endsWith("/company/exports")) {
    if (method === "POST") return { ...exported, state: "waiting" };
    state.looks += 1;
    return { rows: [{ ...exported, state: state.looks > 1 ? "done" : "running", sha256: state.sha256, error: null }] };
  }
  if (path.endsWith("/deletion") && method === "POST")
    return { state: "deleting", deleteAt: "2026-02-01T00:00:00.000Z" };
  if (path === "/api/v1/companies" && method === "GET") {
    return { rows: COMPANIES, next: null, count: 2, countIsExact: true };
  }
  return {};
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
      const body = answerTo(method, path);
      answer.writeHead(200).end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  Object.assign(state, { looks: 0, sha256: createHash("sha256").update(ARCHIVE).digest("hex") });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

const companies = (...argv: string[]) => run(["companies", ...argv, "--server", url, "--token", "t"]);

test("companies are listed with their counts, and one that goes says when", async () => {
  const { code, out } = await companies("list");
  expect(code).toBe(0);
  expect(out).toMatch(/Default +active +12 +34 +56 +7 +2026-01-02T03:04:05/);
  expect(out).toContain("deleting, gone after 2026-02-01");
});

test("a company is meant by its number or its name, and one that is not there is said so", async () => {
  const reason = "They did not pay for a year.";
  expect((await companies("suspend", "Acme", "--reason", reason)).code).toBe(0);
  expect(asked.at(-1)).toEqual({ method: "POST", path: "/api/v1/companies/2/suspension", body: { reason } });
  const { code, err } = await companies("suspend", "Nobody", "--reason", reason);
  expect([code, err]).toEqual([2, expect.stringContaining("no company named Nobody")]);
});

test("a deletion is not asked for without the name and a reason, and can be undone", async () => {
  expect((await companies("delete", "Acme", "--reason", "The contract ended.")).code).toBe(2);
  expect(asked.filter(({ path }) => path.endsWith("/deletion"))).toEqual([]);
  const body = { name: "Acme", reason: "The contract ended." };
  const { err } = await companies("delete", "Acme", "--name", body.name, "--reason", body.reason);
  expect(asked.at(-1)).toEqual({ method: "POST", path: "/api/v1/companies/2/deletion", body });
  expect(err).toContain("companies delete 2 --undo");
  expect((await companies("delete", "Acme", "--undo")).code).toBe(0);
  expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/api/v1/companies/2/deletion" });
});

test("an export arrives whole with the hash that the server said, or not at all", async () => {
  const path = join(dir, "all.tar");
  const { code, out, err } = await companies("export", "--output", path);
  expect([code, out.trim()]).toEqual([0, path]);
  expect(readFileSync(path)).toEqual(ARCHIVE);
  expect(err).toContain(`3 rows, 0 kB, SHA-256 ${state.sha256}`);
  Object.assign(state, { looks: 1, sha256: "0".repeat(64) });
  const other = join(dir, "other.tar");
  expect((await companies("export", "--output", other)).code).toBe(2);
  expect([existsSync(other), existsSync(`${other}.part`)]).toEqual([false, false]);
});
