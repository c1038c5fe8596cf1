import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { listJobs } from "../../platform/queue/index.ts";
import { companyTables } from "./catalog-sql.ts";
import { testRoutes } from "./fixtures.ts";
import { exportCompany, sweepExports } from "./index.ts";
import { COMPANY_TABLES, NO_SECRETS } from "./tables.ts";

const dataDir = mkdtempSync(join(tmpdir(), "zt-exports-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
const signal = new AbortController().signal;
let api: TestApi;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi((given) => testRoutes({ ...given, keys, dataDir }));
  [company, other] = [await api.company(), await api.company()];
  for (const [{ id }, name] of [
    [company, "ours"],
    [other, "theirs"],
  ] as const) {
    await api.db.asServiceFor(id, async (tx) => {
      await tx.query(
        `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
         select $1, $2 || n, n::text, '', '', '{"note": "line\\nbreak ü"}', '' from generate_series(1, 450) n`,
        [id, name],
      );
      await tx.query(
        `insert into audit_sink (company_id, name, kind, url, format, secret, sent_seq, created_by)
         values ($1, $2, 'http', 'https://x.test', 'json', 'a-sealed-secret', 0, 'ann')`,
        [id, name],
      );
    });
  }
});
afterAll(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true });
});

const start = (token: string) => api.call("POST", "/api/v1/company/exports", { token });
const list = async (token: string) => (await api.call("GET", "/api/v1/company/exports", { token })).body.rows;
const archive = (token: string, id: string) =>
  fetch(`${api.origin}/api/v1/company/exports/${id}/archive`, { headers: { authorization: `Bearer ${token}` } });

/** Runs the jobs of exports as the worker would. */
const work = async (companyId: number, exportId: string): Promise<void> => {
  const jobs = await api.db.withCompany(companyId, (tx) => listJobs(tx, companyId));
  expect(jobs.map(({ task }) => task)).toContain("company-export");
  await exportCompany({ db: api.db, dataDir, version: "1.2.3" }, { companyId, exportId }, signal);
};

/** The files of a tar archive by their names; throws where a header's sum is wrong. */
const filesOf = (bytes: Buffer): Map<string, Buffer> => {
  const files = new Map<string, Buffer>();
  for (let at = 0; bytes[at] !== 0;) {
    const header = Buffer.from(bytes.subarray(at, at + 512));
    const text = (from: number, to: number) => header.toString("utf8", from, to).replace(/\0.*$/, "");
    const sum = Number.parseInt(text(148, 156), 8);
    header.fill(" ", 148, 156);
    expect(header.reduce((total, byte) => total + byte, 0)).toBe(sum);
    expect(text(257, 262)).toBe("ustar");
    const size = Number.parseInt(text(124, 136), 8);
    files.set(text(0, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
};

test("the archive holds every row of the company and of no other, each file with its count and hash, and names what is left out", async () => {
  const asked = await start(company.owner);
  expect([asked.status, asked.body.state]).toEqual([202, "waiting"]);
  expect((await start(company.owner)).status).toBe(409);
  expect((await archive(company.owner, asked.body.id)).status).toBe(404);
  await work(company.id, asked.body.id);
  const [done] = await list(company.owner);
  expect(done).toMatchObject({ state: "done", error: null });

  const answer = await archive(company.owner, done.id);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="zerotrace-company-/);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.length).toBe(done.sizeBytes);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(done.sha256);

  const files = filesOf(bytes);
  const manifest = JSON.parse(files.get("manifest.json")!.toString());
  expect(manifest).toMatchObject({ schema: "zerotrace.export/1", companyId: company.id, version: "1.2.3" });
  for (const { name, sizeBytes, lineCount, sha256 } of manifest.files) {
    const file = files.get(name) as Buffer;
    expect([name, file.length, createHash("sha256").update(file).digest("hex")]).toEqual([name, sizeBytes, sha256]);
    const rows = file.toString().split("\n").slice(0, -1);
    expect(rows.length).toBe(lineCount);
    for (const row of rows) {
      const value = JSON.parse(row);
      if ("company_id" in value) expect([name, value.company_id]).toEqual([name, company.id]);
    }
  }
  expect(files.size).toBe(manifest.files.length + 1);
  expect(files.get("asset.ndjson")!.toString().match(/ours/g)).toHaveLength(450);
  expect(manifest.leftOut).toEqual(expect.arrayContaining(["audit_sink.secret", "credential.hash", "outbox"]));
  const text = bytes.toString();
  expect(text).not.toContain("a-sealed-secret");
  expect(text).not.toContain("theirs");
  const trail = (await api.audits(company.id)).map(({ action, target }) => [action, target]);
  expect(trail).toEqual([
    ["company.export", done.id],
    ["company.download", done.id],
  ]);
});

test("only the company's own people who may export get it: no other company, no reader, no visitor, nobody of a part", async () => {
  const [{ id }] = await list(company.owner);
  expect((await archive(other.owner, id)).status).toBe(404);
  expect((await archive(company.reader, id)).status).toBe(403);
  expect((await start(company.reader)).status).toBe(403);
  expect(await list(other.owner)).toEqual([]);
  for (const more of [{ method: "provider" }, { labels: ["site:a"] }] as const) {
    const { secret, hash } = newToken("api", company.id);
    const token = {
      companyId: company.id,
      kind: "api",
      hash,
      subject: "x",
      permissions: OWNER_PERMISSIONS,
      ...more,
    } as const;
    await api.db.withCompany(company.id, (tx) => insertCredential(tx, token));
    expect((await archive(secret, id)).status).toBe(403);
    expect((await start(secret)).status).toBe(403);
  }
});

test("one archive of a company is kept, and for a day", async () => {
  const [former] = await list(company.owner);
  const asked = await start(company.owner);
  await work(company.id, asked.body.id);
  expect(readdirSync(join(dataDir, "exports"))).toEqual([`${company.id}-${asked.body.id}.tar`]);
  expect((await list(company.owner)).map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    [asked.body.id, "done"],
    [former.id, "expired"],
  ]);
  const path = join(dataDir, "exports", `${company.id}-${asked.body.id}.tar`);
  await sweepExports(dataDir);
  expect(existsSync(path)).toBe(true);
  const old = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(path, old, old);
  await sweepExports(dataDir);
  expect(existsSync(path)).toBe(false);
  expect((await archive(company.owner, asked.body.id)).status).toBe(404);
});

test("a stopped export leaves no half an archive and is made when the job runs again", async () => {
  const asked = await start(other.owner);
  const run = (one: AbortSignal) =>
    exportCompany({ db: api.db, dataDir, version: "1" }, { companyId: other.id, exportId: asked.body.id }, one);
  await expect(run(AbortSignal.abort())).rejects.toThrow();
  expect(readdirSync(join(dataDir, "exports"))).toEqual([]);
  await run(signal);
  expect((await list(other.owner))[0].state).toBe("done");
});

test("somebody has decided for each table of companies what of it leaves with an export: add a new one to tables.ts", async () => {
  const tables = await api.db.asService(companyTables);
  expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(COMPANY_TABLES).sort());
  for (const { name, columns } of tables) {
    const leftOut = COMPANY_TABLES[name] ?? [];
    if (leftOut === "all") continue;
    const there = columns.map((column) => column.name);
    expect(leftOut.filter((column) => !there.includes(column))).toEqual([]);
    const secret = columns
      .filter(
        (column) =>
          column.type === "bytea" || /hash|secret|wrapped|sealed|password|token|private|key/.test(column.name),
      )
      .map((column) => column.name)
      .filter((column) => !leftOut.includes(column) && !NO_SECRETS.includes(`${name}.${column}`));
    expect([name, secret]).toEqual([name, []]);
  }
});
