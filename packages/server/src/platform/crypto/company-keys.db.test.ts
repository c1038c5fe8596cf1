import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createCompanyKeys } from "./company-keys.ts";
import { keyIdOf } from "./envelope.ts";
import { keyringPath, newMasterKey, readKeyring, rotateKeyring, writeKeyring } from "./keyring.ts";
import { localMasterKeys } from "./master-keys.ts";

let base: TestDatabase;
let one = 0;
let other = 0;
const folder = mkdtempSync(join(tmpdir(), "zt-company-keys-"));
const path = keyringPath(folder);
/** As after a restart: nothing is held in memory. */
const fresh = () => createCompanyKeys(localMasterKeys({ path }));
const PLACE = { table: "audit_sink", column: "secret", row: "r1" };

beforeAll(async () => {
  base = await testDatabase();
  const { rows } = await base.owner.query("insert into company (name) values ('one'), ('other') returning id");
  [one, other] = [rows[0].id, rows[1].id];
});
afterAll(async () => {
  await base.close();
  rmSync(folder, { recursive: true });
});

const companyOf = async (name: string): Promise<number> =>
  (await base.owner.query("insert into company (name) values ($1) returning id", [name])).rows[0].id;
const sealed = (text: string, companyId = one, keys = fresh()) =>
  base.db.withCompany(companyId, (tx) => keys.seal(tx, companyId, PLACE, text));
const opened = (text: string, companyId = one, place = PLACE, keys = fresh()) =>
  base.db.withCompany(companyId, (tx) => keys.open(tx, companyId, place, text));

test("a value opens for its company, table, column and row, and for no other", async () => {
  const text = await sealed("hunter2");
  expect(text).not.toContain("hunter2");
  expect(await opened(text)).toBe("hunter2");
  const refused = { code: "UNSEALABLE" };
  await expect(opened(text, other)).rejects.toMatchObject(refused);
  for (const change of [{ table: "credential" }, { column: "url" }, { row: "r2" }]) {
    await expect(opened(text, one, { ...PLACE, ...change })).rejects.toMatchObject(refused);
  }
});

test("even with the other company's data key copied into its own rows, nothing opens", async () => {
  const text = await sealed("hunter2");
  const thief = await companyOf("thief");
  await base.owner.query(`select set_config('app.company_id', $1, false)`, [String(thief)]);
  await base.owner.query(
    `insert into company_data_key (company_id, id, master_key_id, wrapped)
     select $2, id, master_key_id, wrapped from company_data_key where company_id = $1 and id = $3`,
    [one, thief, keyIdOf(text)],
  );
  await expect(opened(text, thief)).rejects.toMatchObject({ code: "UNSEALABLE" });
});

test("the first ten that seal at once make one data key", async () => {
  const ten = await companyOf("ten");
  const texts = await Promise.all(Array.from({ length: 10 }, (_, n) => sealed(`value ${n}`, ten)));
  expect(new Set(texts.map(keyIdOf)).size).toBe(1);
});

test("after a new data key old values still open, new ones use it, and the old ones are told apart", async () => {
  const keys = fresh();
  const before = await sealed("old", one, keys);
  const keyId = await base.db.withCompany(one, (tx) => keys.rotate(tx, one));
  const after = await sealed("new", one, keys);
  expect(keyIdOf(after)).toBe(keyId);
  expect([await opened(before), await opened(after)]).toEqual(["old", "new"]);
  const isOld = (text: string) => base.db.withCompany(one, (tx) => keys.isOld(tx, one, text));
  expect([await isOld(before), await isOld(after)]).toEqual([true, false]);
});

test("a running server goes on through a new master key; when all data keys are under it, the old one can go", async () => {
  const running = fresh();
  const before = await sealed("kept", one, running);
  const current = rotateKeyring(path);
  expect(await opened(before, one, PLACE, running)).toBe("kept");
  expect(await running.rewrap(base.db, one)).toBeGreaterThan(0);
  expect(await running.rewrap(base.db, one)).toBe(0);
  const { rows } = await base.db.withCompany(one, async (tx) => ({
    rows: await tx.query("select distinct master_key_id from company_data_key where company_id = $1", [one]),
  }));
  expect(rows).toEqual([{ master_key_id: current }]);
  const [first] = readKeyring(path);
  writeKeyring(path, [first as NonNullable<typeof first>]);
  expect(await opened(before)).toBe("kept");
  writeKeyring(path, [newMasterKey()]);
  await expect(opened(before)).rejects.toMatchObject({ code: "UNSEALABLE" });
  writeKeyring(path, [first as NonNullable<typeof first>]);
});

test("no role deletes a data key, and requests change none", async () => {
  const remove = "delete from company_data_key where company_id = $1";
  const change = "update company_data_key set wrapped = '' where company_id = $1";
  for (const sql of [remove, change]) {
    await expect(base.db.withCompany(one, (tx) => tx.query(sql, [one]))).rejects.toMatchObject({ code: "42501" });
  }
  await expect(base.db.asServiceFor(one, (tx) => tx.query(remove, [one]))).rejects.toMatchObject({ code: "42501" });
  expect(
    await base.db.withCompany(other, (tx) => tx.query("select 1 from company_data_key where company_id = $1", [one])),
  ).toEqual([]);
});

test("what is derived for a purpose is the same each time, and differs by purpose, company and key", async () => {
  const derive = (companyId: number, purpose: string, keyId?: string) =>
    base.db.withCompany(companyId, (tx) => fresh().derive(tx, companyId, purpose, keyId));
  const first = await derive(one, "a");
  expect(await derive(one, "a", first.keyId)).toEqual(first);
  expect((await derive(one, "b")).bytes).not.toEqual(first.bytes);
  await sealed("x", other);
  expect((await derive(other, "a")).bytes).not.toEqual(first.bytes);
});
