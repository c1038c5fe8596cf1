import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { countPendingJobs, listJobs } from "../../platform/queue/index.ts";
import { applyRetention, requestRetention } from "./index.ts";

let base: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), "zt-retention-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
let one = 0;
let other = 0;
const signal = new AbortController().signal;

const companyOf = async (name: string): Promise<number> =>
  (await base.owner.query("insert into company (name) values ($1) returning id", [name])).rows[0].id;

/** Rows that are so many days old, 12 of each age, in each table of a company. */
const fill = async (companyId: number): Promise<void> => {
  const ages = "unnest(array[10, 40, 400, 800]) age, generate_series(1, 12) n";
  await base.db.asServiceFor(companyId, async (tx) => {
    await tx.query(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, 'a', 'a', '', '', '{}', '')`,
      [companyId],
    );
    await tx.query(
      `insert into inventory_delta (company_id, asset_id, source, at, added, removed)
       select $1, id, 'dpkg', now() - make_interval(days => age), '{}', '{}' from asset, ${ages} where company_id = $1`,
      [companyId],
    );
    await tx.query(
      `insert into audit_event (company_id, at, actor, action, target, detail, ip)
       select $1, now() - make_interval(days => age), 'x', 'a.b', age::text, '{}', '' from ${ages} order by age desc`,
      [companyId],
    );
    await tx.query(
      `insert into daily_stat select $1, (now() at time zone 'UTC')::date - age - n, 0, 0, 0, 0, 0, 0, 0 from ${ages}`,
      [companyId],
    );
  });
};

beforeAll(async () => {
  base = await testDatabase();
  [one, other] = [await companyOf("one"), await companyOf("other")];
});
afterAll(async () => {
  await base.close();
  rmSync(folder, { recursive: true });
});

const rows = async <R>(companyId: number, sql: string): Promise<R[]> =>
  base.db.withCompany(companyId, (tx) => tx.query<R>(sql, [companyId]));
const counts = async (companyId: number) =>
  rows(
    companyId,
    `select (select count(*)::int from inventory_delta where company_id = $1) as deltas,
       (select count(*)::int from daily_stat where company_id = $1) as days,
       (select count(*)::int from audit_event where company_id = $1 and action = 'a.b') as trail`,
  );
const apply = async (companyId: number, batchRows?: number) =>
  applyRetention({ db: base.db, keys, retentionDays: 365, auditRetentionDays: 730, batchRows }, { companyId }, signal);

test("what is older than its days goes in batches that the trail names; younger rows and other companies stay", async () => {
  await fill(one);
  await fill(other);
  await apply(one, 10);
  expect(await counts(one)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
  expect(await counts(other)).toEqual([{ deltas: 48, days: 48, trail: 48 }]);
  const trail = await rows(
    one,
    `select actor, target, detail from audit_event where company_id = $1 and action = 'retention.delete' order by id`,
  );
  const batches = (target: string, sizes: number[], olderThanDays: number) =>
    sizes.map((count) => ({ actor: "server", target, detail: { count, olderThanDays } }));
  expect(trail).toEqual([
    ...batches("inventory_delta", [10, 10, 4], 365),
    ...batches("daily_stat", [10, 10, 4], 365),
    ...batches("audit_event", [10, 2], 730),
  ]);
  await apply(one);
  expect(await counts(one)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
});

test("tokens, links and sessions go 30 days after their end; what is in force and devices stay", async () => {
  await base.db.asServiceFor(one, async (tx) => {
    const add = async (label: string, kind: string, end: Record<string, string | number>) =>
      tx.query(
        `insert into credential (company_id, kind, hash, subject, label, permissions, expires_at, revoked_at, uses_left, last_used_at)
         values ($1, $2, decode(md5($3), 'hex'), '', $3, '{}', now() + $4::interval, now() + $5::interval, $6, now() + $7::interval)`,
        [one, kind, label, end["expires"] ?? null, end["revoked"] ?? null, end["left"] ?? null, end["used"] ?? null],
      );
    await add("expired session", "session", { expires: "-31 days" });
    await add("expired link", "signin", { expires: "-31 days", left: 1 });
    await add("expired enrollment", "enrollment", { expires: "-31 days", left: 4 });
    await add("expired token", "api", { expires: "-31 days" });
    await add("revoked token", "api", { expires: "100 days", revoked: "-31 days" });
    await add("used enrollment", "enrollment", { expires: "100 days", left: 0, used: "-31 days" });
    await add("just expired", "session", { expires: "-29 days" });
    await add("just used", "enrollment", { expires: "100 days", left: 0, used: "-1 day" });
    await add("in use", "api", { expires: "100 days", used: "-90 days" });
    await add("without end", "api", {});
    await add("device", "device", {});
    await add("revoked device", "device", { revoked: "-100 days" });
  });
  await apply(one);
  const left = await rows<{ label: string }>(one, "select label from credential where company_id = $1 order by label");
  expect(left.map(({ label }) => label)).toEqual([
    "device",
    "in use",
    "just expired",
    "just used",
    "revoked device",
    "without end",
  ]);
});

test("the database itself keeps 30 days of history, and the role of requests deletes none", async () => {
  const remove = "delete from inventory_delta where company_id = $1";
  await expect(rows(other, remove)).rejects.toMatchObject({ code: "42501" });
  await base.db.asServiceFor(other, (tx) => tx.query(remove, [other]));
  await base.db.asServiceFor(other, (tx) => tx.query(remove, [one]));
  // of the trail not even old rows go, unless a signed checkpoint is left
  const cut = "delete from audit_event where company_id = $1";
  await expect(rows(other, cut)).rejects.toMatchObject({ code: "42501" });
  await expect(base.db.asServiceFor(other, (tx) => tx.query(cut, [other]))).rejects.toMatchObject({ code: "42501" });
  await base.db.asServiceFor(other, (tx) => tx.query(cut, [one]));
  expect(await counts(other)).toEqual([{ deltas: 12, days: 48, trail: 48 }]);
  expect(await counts(one)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
});

test("a company's own choice counts where it is shorter than the operator's, for that company alone", async () => {
  const [own, neighbor] = [await companyOf("own"), await companyOf("neighbor")];
  for (const id of [own, neighbor]) await fill(id);
  const choose = (days: number) =>
    base.db.withCompany(own, (tx) =>
      tx.query(
        `insert into company_setting (company_id, name, value, changed_by) values ($1, 'retention.inventory_days', $2, 'ann')
         on conflict (company_id, name) do update set value = excluded.value`,
        [own, String(days)],
      ),
    );
  await choose(3_000);
  for (const id of [own, neighbor]) await apply(id);
  expect(await counts(own)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
  await choose(30);
  for (const id of [own, neighbor]) await apply(id);
  expect(await counts(own)).toEqual([{ deltas: 12, days: 12, trail: 36 }]);
  expect(await counts(neighbor)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
});

test("what people did to findings goes with the audit trail, and mentions when they were read; comments stay", async () => {
  const own = await companyOf("work");
  await base.db.asServiceFor(own, async (tx) => {
    const ages = "unnest(array[10, 100, 400, 800]) age";
    const now = "now() - make_interval(days => age)";
    await tx.query(
      `insert into finding_change (company_id, finding_id, component_id, at, by, state, change_id)
       select $1, gen_random_uuid(), 1, ${now}, 'ann', 'in_work', gen_random_uuid() from ${ages}`,
      [own],
    );
    await tx.query(
      `insert into bulk_action (company_id, id, kind, query, wish, finding_count, changed_count, at, by)
       select $1, gen_random_uuid(), 'state', '', '{}', 1, 1, ${now}, 'ann' from ${ages}`,
      [own],
    );
    for (const isRead of [true, false]) {
      await tx.query(
        `with c as (
           insert into finding_comment (company_id, finding_id, component_id, text, at, by)
           select $1, gen_random_uuid(), 1, '@bo', ${now}, 'ann' from ${ages} returning id, finding_id, at)
         insert into finding_mention (company_id, person_id, comment_id, finding_id, component_id, at, read_at)
         select $1, gen_random_uuid(), id, finding_id, 1, at, case when $2 then at end from c`,
        [own, isRead],
      );
    }
  });
  await apply(own, 2);
  const left = await rows(
    own,
    `select (select count(*)::int from finding_change where company_id = $1) as changes,
       (select count(*)::int from bulk_action where company_id = $1) as actions,
       (select count(*)::int from finding_mention where company_id = $1 and read_at is not null) as read,
       (select count(*)::int from finding_mention where company_id = $1 and read_at is null) as unread,
       (select count(*)::int from finding_comment where company_id = $1) as comments`,
  );
  expect(left).toEqual([{ changes: 3, actions: 3, read: 1, unread: 2, comments: 8 }]);
});

test("a stop ends it between two batches", async () => {
  const stopped = AbortSignal.abort();
  await applyRetention({ db: base.db, keys, retentionDays: 30, auditRetentionDays: 30 }, { companyId: one }, stopped);
  expect(await counts(one)).toEqual([{ deltas: 24, days: 24, trail: 36 }]);
});

test("each company gets one job, however often it is asked for", async () => {
  await requestRetention(base.db);
  await requestRetention(base.db);
  for (const companyId of [one, other]) {
    const jobs = await base.db.withCompany(companyId, (tx) => listJobs(tx, companyId));
    expect(jobs).toMatchObject([{ task: "retention", state: "waiting" }]);
    expect(await base.db.withCompany(companyId, (tx) => countPendingJobs(tx, companyId))).toBe(1);
  }
});
