import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { insertCheckpoint } from "./chain-sql.ts";
import { cutAudit, verifyChain, writeAudit } from "./index.ts";

let base: TestDatabase;
let one = 0;
let other = 0;
let count = 0;
const folder = mkdtempSync(join(tmpdir(), "zt-chain-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));

beforeAll(async () => {
  base = await testDatabase();
});
beforeEach(async () => {
  count += 1;
  const sql = "insert into company (name) values ($1), ($2) returning id";
  const { rows } = await base.owner.query(sql, [`one ${count}`, `other ${count}`]);
  [one, other] = [rows[0].id, rows[1].id];
});
afterAll(async () => {
  await base.close();
  rmSync(folder, { recursive: true });
});

const row = (companyId: number, target = "t") =>
  ({ companyId, actor: "ann", action: "thing.change", target, detail: { b: 1, a: "ü" }, ip: "192.0.2.1" }) as const;
const write = (companyId: number, target?: string) =>
  base.db.withCompany(companyId, (tx) => writeAudit(tx, { ...row(companyId, target), before: { n: 1 }, after: [2] }));
const verify = (companyId: number) => verifyChain(base.db, keys, companyId);
/** As an administrator of the database who switches the guards off. */
const tamper = async (sql: string, values: unknown[]) => {
  const client = await base.owner.connect();
  try {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query(`select set_config('app.company_id', $1, true)`, [String(one)]);
    await client.query(sql, values);
    await client.query("commit");
  } finally {
    client.release();
  }
};

test("concurrent writers of two companies make one unforked chain each, and none waits for the other's work", async () => {
  // it ends only after all others have: were its lock taken when it writes, nobody would end
  await base.db.withCompany(one, async (tx) => {
    await writeAudit(tx, row(one, "slow"));
    await Promise.all(Array.from({ length: 200 }, (_, n) => write(n % 2 === 0 ? one : other, String(n))));
  });
  expect(await verify(one)).toMatchObject({ count: 101, head: { seq: 101 }, fault: null });
  expect(await verify(other)).toMatchObject({ count: 100, head: { seq: 100 }, fault: null });
});

test("rows of a transaction that is rolled back leave no gap, and several of one transaction are links in a row", async () => {
  await write(one);
  const failing = base.db.withCompany(one, async (tx) => {
    await writeAudit(tx, row(one));
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await base.db.withCompany(one, async (tx) => {
    for (const target of ["x", "y", "z"]) await writeAudit(tx, row(one, target));
  });
  expect(await verify(one)).toMatchObject({ count: 4, fault: null });
});

test("no role changes or empties the trail, not even its owner; requests cannot forge a link", async () => {
  await write(one);
  const statements = [
    "update audit_event set actor = 'bob' where company_id = $1",
    "update audit_link set hash = '' where company_id = $1",
    "delete from audit_event where company_id = $1",
    "delete from audit_link where company_id = $1",
    "insert into audit_link (company_id, seq, event_id, previous, hash) values ($1, 2, 2, '', '')",
    "insert into audit_checkpoint values ($1, 1, '', 1, now(), now(), '', '', '')",
  ];
  for (const sql of statements) {
    await expect(base.db.withCompany(one, (tx) => tx.query(sql, [one]))).rejects.toMatchObject({ code: "42501" });
  }
  for (const sql of [statements[0], statements[1], statements[3], statements[4]] as string[]) {
    await expect(base.db.asServiceFor(one, (tx) => tx.query(sql, [one]))).rejects.toMatchObject({ code: "42501" });
  }
  // rows of the last 30 days are out of the service's reach: it deletes none
  await base.db.asServiceFor(one, (tx) => tx.query(statements[2] as string, [one]));
  await base.owner.query(`select set_config('app.company_id', $1, false)`, [String(one)]);
  for (const sql of [...statements.slice(0, 4), "truncate audit_event", "truncate audit_link"]) {
    const values = sql.includes("$1") ? [one] : [];
    await expect(base.owner.query(sql, values)).rejects.toMatchObject({ code: "42501" });
  }
  expect(await verify(one)).toMatchObject({ count: 1, fault: null });
});

test.each([
  ["a changed actor", "update audit_event set actor = 'bob' where company_id = $1 and target = '3'", 3, "changed"],
  [
    "a changed detail",
    `update audit_event set detail = '{"b": 2}' where company_id = $1 and target = '2'`,
    2,
    "changed",
  ],
  [
    "a changed state before",
    `update audit_event set before = null where company_id = $1 and target = '2'`,
    2,
    "changed",
  ],
  [
    "a changed time",
    "update audit_event set at = at - interval '1 us' where company_id = $1 and target = '1'",
    1,
    "changed",
  ],
  ["a removed row", "delete from audit_event where company_id = $1 and target = '4'", 4, "removed"],
  ["a removed link", "delete from audit_link where company_id = $1 and seq = 2", null, "around the chain"],
  [
    "a row beside the chain",
    `insert into audit_event (company_id, actor, action, target, detail, ip) values ($1, 'x', 'a.b', '', '{}', '')`,
    null,
    "around the chain",
  ],
  [
    "a checkpoint of nobody's",
    "insert into audit_checkpoint values ($1, 2, decode(repeat('00', 32), 'hex'), 2, now(), now(), 'k', '', '')",
    2,
    "not signed",
  ],
])("%s is found, even where the database's guards were switched off", async (_, sql, seq, why) => {
  for (const target of ["1", "2", "3", "4", "5"]) await write(one, target);
  await tamper(sql, [one]);
  const { fault } = await verify(one);
  expect(fault).toMatchObject({ seq, why: expect.stringContaining(why) });
});

test("retention cuts only what is old, leaves a signed checkpoint, and the chain goes on from it", async () => {
  const add = (days: number) =>
    base.db.withCompany(one, (tx) =>
      tx.query(
        `insert into audit_event (company_id, at, actor, action, target, detail, ip)
         values ($1, now() - make_interval(days => $2), 'x', 'a.b', $2::text, '{}', '')`,
        [one, days],
      ),
    );
  for (const days of [900, 890, 880, 100, 1]) await add(days);
  const cut = (days: number, limit: number) =>
    base.db.asServiceFor(one, (tx) => cutAudit(keys, tx, one, { days, limit }));
  expect([await cut(730, 2), await cut(730, 2), await cut(730, 2)]).toEqual([2, 1, 0]);
  const state = await verify(one);
  expect(state).toMatchObject({ count: 2, head: { seq: 5 }, checkpoint: { seq: 3, count: 1 }, fault: null });
  expect(await cut(30, 100)).toBe(1);
  // the last 30 days stay, whatever is asked for
  await expect(cut(0, 100)).rejects.toMatchObject({ code: "42501" });
  await write(one);
  expect(await verify(one)).toMatchObject({ count: 2, head: { seq: 6 }, fault: null });
  const signed = state.checkpoint as NonNullable<typeof state.checkpoint>;
  const forged = { ...signed, seq: 5, count: 9 };
  await base.db.asServiceFor(one, (tx) => insertCheckpoint(tx, one, forged));
  expect((await verify(one)).fault).toMatchObject({ why: "the checkpoint was not signed by this server" });
});

test("a chain that was cut off as a whole goes on from its checkpoint", async () => {
  await base.db.withCompany(one, (tx) =>
    tx.query(
      `insert into audit_event (company_id, at, actor, action, target, detail, ip)
       values ($1, now() - interval '99 days', 'x', 'a.b', '', '{}', '')`,
      [one],
    ),
  );
  await base.db.asServiceFor(one, (tx) => cutAudit(keys, tx, one, { days: 90, limit: 10 }));
  expect(await verify(one)).toMatchObject({ count: 0, head: { seq: 1 }, fault: null });
  await write(one);
  expect(await verify(one)).toMatchObject({ count: 1, head: { seq: 2 }, fault: null });
});
