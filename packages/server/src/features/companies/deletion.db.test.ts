import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OWNER_PERMISSIONS, PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { fillCompany } from "../../../../../test/support/fill-company.ts";
import { addMember, addPerson, type TestPerson } from "../../../../../test/support/people.ts";
import { createCompanyKeys, isSignedBy, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { enqueue, listAllJobs } from "../../platform/queue/index.ts";
import { openSession } from "../sessions/index.ts";
import { companyTables } from "./catalog-sql.ts";
import { companiesToDelete } from "./deletion-sql.ts";
import { testRoutes } from "./fixtures.ts";
import { deleteCompany, ensureDefaultCompany, requestDeletions } from "./index.ts";

const dataDir = mkdtempSync(join(tmpdir(), "zt-deletion-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
const REASON = "The contract has ended.";
const ROWS = 5;
let api: TestApi;
let provider: number;
let manager: string;
const forgotten: number[] = [];

beforeAll(async () => {
  api = await startApi((given) => testRoutes({ ...given, keys, dataDir }));
  provider = await ensureDefaultCompany(api.db);
  manager = await api.apiToken(provider, PROVIDER_PERMISSIONS);
});
afterAll(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true });
});

const ask = (method: string, path: string, token: string, body?: unknown) => api.call(method, path, { token, body });
const doom = (id: number, name: string) =>
  ask("POST", `/api/v1/companies/${id}/deletion`, manager, { name, reason: REASON });
const run = (id: number, options: { batchRows?: number; signal?: AbortSignal } = {}) =>
  deleteCompany(
    { db: api.db, keys, dataDir, forgetCompany: (one) => void forgotten.push(one), batchRows: options.batchRows ?? 2 },
    { companyId: provider, company: id },
    options.signal ?? new AbortController().signal,
  );
/** As if the time to undo were over; only the owner of the schema can, by taking the guard away. */
const letGraceEnd = async (id: number): Promise<void> => {
  await api.owner.query("alter table company disable trigger guarded_end");
  await api.owner.query("update company set delete_at = now() - interval '1 second' where id = $1", [id]);
  await api.owner.query("alter table company enable trigger guarded_end");
};
/** Rows of a company in every table that has a company_id. */
const rowsOf = async (id: number): Promise<Record<string, number>> => {
  const tables = await api.db.asService(companyTables);
  return api.db.asServiceFor(id, async (tx) => {
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const [row] = await tx.query<{ n: number }>(`select count(*)::int as n from ${name} where company_id = $1`, [id]);
      counts[name] = row!.n;
    }
    return counts;
  });
};
const people = async (): Promise<string[]> =>
  (await api.db.asService((tx) => tx.query<{ email: string }>("select email from person"))).map(({ email }) => email);
const sessionOf = async (company: TestCompany, person: TestPerson): Promise<string> => {
  const context = { now: new Date(), ip: "", userAgent: "", secure: false };
  const session = { companyId: company.id, subject: person.email, personId: person.id, method: "password" } as const;
  const { cookie } = await api.db.withCompany(company.id, (tx) => openSession(tx, context, session));
  return cookie.split(";")[0] as string;
};

test("after the deletion no table has a row of the company, its neighbor is as it was, and a signed certificate says what went", async () => {
  const [company, neighbor] = [await api.company(), await api.company()];
  const shared = await addPerson(api.db);
  let filled: ReadonlyMap<string, number> = new Map();
  for (const { id } of [company, neighbor]) {
    filled = await fillCompany(api.db, api.owner, id, ROWS);
    await addMember(api.db, id, shared);
    await api.db.asService((tx) => enqueue(tx, { task: "enrich", payload: { companyId: id } }));
  }
  mkdirSync(join(dataDir, "exports"), { recursive: true });
  mkdirSync(join(dataDir, "uploads"), { recursive: true });
  for (const name of [
    `exports/${company.id}-a.tar`,
    `exports/${neighbor.id}-a.tar`,
    "uploads/left-behind",
    "uploads/new",
  ]) {
    writeFileSync(join(dataDir, name), "x");
  }
  utimesSync(join(dataDir, "uploads/left-behind"), 0, 0);
  expect((await doom(company.id, company.name)).status).toBe(202);
  const before = await rowsOf(company.id);
  for (const [table, count] of Object.entries(before)) expect([table, count]).toEqual([table, expect.any(Number)]);
  expect(Object.entries(before).filter(([table, count]) => count < (filled.get(table) ?? ROWS))).toEqual([]);
  const untouched = await rowsOf(neighbor.id);
  await letGraceEnd(company.id);
  await run(company.id);

  expect(Object.entries(await rowsOf(company.id)).filter(([, count]) => count !== 0)).toEqual([]);
  expect(await rowsOf(neighbor.id)).toEqual(untouched);
  expect(await api.db.asService((tx) => tx.query("select 1 from company where id = $1", [company.id]))).toEqual([]);
  const jobs = await api.db.asService((tx) => listAllJobs(tx));
  expect(jobs.map(({ companyId }) => companyId)).toEqual([neighbor.id]);
  const left = await people();
  expect(left.filter((email) => email.endsWith(`@${company.id}.test`))).toEqual([]);
  expect(left.filter((email) => email.endsWith(`@${neighbor.id}.test`))).toHaveLength(ROWS);
  expect(left).toContain(shared.email);
  expect(readdirSync(join(dataDir, "exports"))).toEqual([`${neighbor.id}-a.tar`]);
  expect(readdirSync(join(dataDir, "uploads"))).toEqual(["new"]);
  expect(forgotten).toContain(company.id);

  const list = (await ask("GET", "/api/v1/company-deletions", manager)).body.rows;
  expect(list).toMatchObject([{ companyId: company.id, companyName: company.name }]);
  const { body } = await ask("GET", `/api/v1/company-deletions/${company.id}`, manager);
  expect(body.isOurs).toBe(true);
  const signed = Buffer.from(`zerotrace company deletion v1\n${body.statement}`);
  expect(isSignedBy(body.publicKey, signed, body.signature)).toBe(true);
  const said = JSON.parse(body.statement);
  expect(said).toMatchObject({ companyId: company.id, reason: REASON, files: 2, jobs: 1, people: ROWS });
  // its links follow the checkpoints that it was filled with
  expect(said.trailHead.seq).toBe(ROWS + before["audit_link"]!);
  for (const { table, ...counts } of said.tables) {
    expect([table, counts]).toEqual([table, { before: before[table], deleted: before[table], after: 0 }]);
  }
  // run again, there is nothing to do
  await run(company.id);
  expect((await ask("GET", `/api/v1/company-deletions/${neighbor.id}`, manager)).status).toBe(404);
});

test("a deletion needs the name as it is, stops the credentials at once, and can be undone until its time is over", async () => {
  const company = await api.company();
  expect((await doom(company.id, `${company.name} `)).body).toMatchObject({ code: "BAD_REQUEST", field: "name" });
  expect((await ask("GET", "/api/v1/session/entry", company.owner)).status).toBe(200);
  const doomed = await doom(company.id, company.name);
  const days = (Date.parse(doomed.body.deleteAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect((await ask("GET", "/api/v1/session/entry", company.owner)).status).toBe(401);
  expect((await doom(company.id, company.name)).status).toBe(409);
  // the job finds that it is too early, whoever orders it
  await run(company.id);
  await requestDeletions(api.db);
  expect(await api.db.asService(companiesToDelete)).toEqual([]);
  expect((await ask("GET", `/api/v1/companies/${company.id}`, manager)).body).toMatchObject({ state: "deleting" });
  expect((await ask("DELETE", `/api/v1/companies/${company.id}/deletion`, manager)).status).toBe(200);
  expect((await ask("GET", "/api/v1/session/entry", company.owner)).status).toBe(200);
  expect((await ask("DELETE", `/api/v1/companies/${company.id}/deletion`, manager)).status).toBe(409);
  expect((await doom(provider, "Default")).status).toBe(409);
  const trail = (await api.audits(company.id)).map(({ action }) => action);
  expect(trail).toEqual(["company.delete", "company.keep"]);
});

test("of the company's own people only the owner asks for its deletion", async () => {
  const [company, other] = [await api.company(), await api.company()];
  const [owner, admin] = [await addPerson(api.db), await addPerson(api.db)];
  await addMember(api.db, company.id, owner, { role: "admin", isOwner: true });
  await addMember(api.db, company.id, admin, { role: "admin" });
  const remove = (cookie: string, name = company.name) =>
    api.call("POST", "/api/v1/company/deletion", { cookie, headers: { origin: api.origin }, body: { name } });
  const byToken = await api.apiToken(company.id, OWNER_PERMISSIONS);
  expect((await ask("POST", "/api/v1/company/deletion", byToken, { name: company.name })).status).toBe(403);
  expect((await ask("POST", "/api/v1/company/deletion", company.reader, { name: company.name })).status).toBe(403);
  expect((await remove(await sessionOf(company, admin))).status).toBe(403);
  expect((await remove(await sessionOf(company, owner), other.name)).status).toBe(400);
  expect(await api.audits(company.id)).toEqual([]);
  expect((await remove(await sessionOf(company, owner))).status).toBe(202);
  expect((await api.audits(company.id)).map(({ action }) => action)).toEqual(["company.delete"]);
  expect((await api.audits(provider)).at(-1)).toMatchObject({ action: "company.delete", target: String(company.id) });
  expect((await ask("GET", "/api/v1/session/entry", other.owner)).status).toBe(200);
});

test("the database itself lets nothing of a company go before its time, whoever asks", async () => {
  const company = await api.company();
  await fillCompany(api.db, api.owner, company.id, 1);
  const denied = { code: "42501" };
  const take = () =>
    api.db.asServiceFor(company.id, (tx) => tx.query("select delete_company_rows($1, 'asset', 1)", [company.id]));
  await expect(take()).rejects.toMatchObject(denied);
  await doom(company.id, company.name);
  await expect(take()).rejects.toMatchObject(denied);
  const asService = (sql: string) => api.db.asServiceFor(company.id, (tx) => tx.query(sql, [company.id]));
  await expect(asService("delete from company where id = $1")).rejects.toMatchObject(denied);
  await expect(asService("update company set delete_at = now() where id = $1")).rejects.toMatchObject(denied);
  await expect(asService("delete from audit_link where company_id = $1")).rejects.toMatchObject(denied);
  const other = await api.company();
  await letGraceEnd(company.id);
  await expect(
    api.db.asServiceFor(other.id, (tx) => tx.query("select delete_company_rows($1, 'asset', 1)", [company.id])),
  ).rejects.toMatchObject(denied);
  await expect(
    api.db.withCompany(company.id, (tx) => tx.query("select delete_company_rows($1, 'asset', 1)", [company.id])),
  ).rejects.toMatchObject(denied);
});

test("a deletion that is stopped goes on where it was, and its certificate counts from the first row", async () => {
  const company = await api.company();
  await fillCompany(api.db, api.owner, company.id, ROWS);
  await doom(company.id, company.name);
  await letGraceEnd(company.id);
  const before = await rowsOf(company.id);
  const stop = new AbortController();
  const stopping = run(company.id, { batchRows: 1, signal: stop.signal });
  const gone = async () => Object.values(await rowsOf(company.id)).reduce((sum, count) => sum + count, 0);
  const all = Object.values(before).reduce((sum, count) => sum + count, 0);
  while ((await gone()) > all - 20);
  stop.abort();
  await stopping;
  expect(await gone()).toBeGreaterThan(0);
  await run(company.id);
  const { body } = await ask("GET", `/api/v1/company-deletions/${company.id}`, manager);
  for (const { table, ...counts } of JSON.parse(body.statement).tables) {
    expect([table, counts]).toEqual([table, { before: before[table], deleted: before[table], after: 0 }]);
  }
});
