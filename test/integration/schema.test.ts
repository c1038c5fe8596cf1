import { afterAll, beforeAll, expect, test } from "vitest";
import { read } from "../arch/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { dumpSchema } from "../support/schema-dump.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await database.owner.query(sql)).rows;

const COMPANY_TABLES = `
  select c.relname as name, c.relkind as kind, c.relispartition as partition, c.relrowsecurity and c.relforcerowsecurity as forced,
    pg_get_partkeydef(c.oid) as key, (select count(*)::int from pg_inherits where inhparent = c.oid) as partitions,
    (select pg_get_constraintdef(oid) from pg_constraint where conrelid = c.oid and contype = 'p') as primary_key,
    exists (select 1 from pg_policies p where p.tablename = c.relname and p.cmd = 'ALL' and p.roles = '{public}'
      and p.qual like '%company_id = %app.company_id%' and p.with_check like '%company_id = %app.company_id%') as guarded,
    exists (select 1 from aclexplode(c.relacl) a where a.grantee <> c.relowner) as granted
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`;

test("schema.sql is what the migrations make", async () => {
  expect(await dumpSchema(database.owner), "run npm run schema:write").toBe(read("packages/server/schema.sql"));
});

test("every table of a company is hash-partitioned by company_id, its row-level security forced, its key led by it", async () => {
  const tables = (await rows(COMPANY_TABLES)).filter((table) => !table["partition"]);
  expect(tables.length).toBeGreaterThan(5);
  for (const table of tables) {
    expect(table).toMatchObject({ kind: "p", key: "HASH (company_id)", forced: true, guarded: true, partitions: 8 });
    expect(table["primary_key"]).toMatch(/^PRIMARY KEY \(company_id[,)]/);
  }
});

test("a partition is no way around its table: security forced, and granted to nobody", async () => {
  const partitions = (await rows(COMPANY_TABLES)).filter((table) => table["partition"]);
  expect(partitions.length).toBeGreaterThan(40);
  expect(partitions.filter(({ forced, granted }) => forced !== true || granted !== false)).toEqual([]);
});

test("the roles of the application are no superusers, own nothing and cannot pass by row-level security", async () => {
  const roles = await rows(`select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty,
      exists (select 1 from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace) as owner
    from pg_roles r where rolname in ('zerotrace_app', 'zerotrace_service') order by rolname`);
  expect(roles).toEqual([
    { rolname: "zerotrace_app", mighty: false, owner: false },
    { rolname: "zerotrace_service", mighty: false, owner: false },
  ]);
});

test("what is global, no company's role may touch; its own name it may read", async () => {
  const granted = await rows(`
    select c.relname || ' ' || lower(a.privilege_type) as what from pg_class c cross join aclexplode(c.relacl) a
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and (a.grantee = 'zerotrace_app'::regrole or a.grantee = 0)
      and not exists (select 1 from pg_attribute t where t.attrelid = c.oid and t.attname = 'company_id')`);
  expect(granted).toEqual([{ what: "company select" }]);
});

test("history is written once: nobody may change it, and the service alone deletes what is 30 days old", async () => {
  const granted =
    await rows(`select distinct c.relname || ' ' || lower(a.privilege_type) || ' ' || a.grantee::regrole as what
    from pg_class c cross join aclexplode(c.relacl) a
    where c.relname in ('audit_event', 'audit_link', 'audit_checkpoint', 'inventory_delta') and a.grantee <> c.relowner order by 1`);
  expect(granted.map(({ what }) => what)).toEqual([
    "audit_checkpoint insert zerotrace_service",
    "audit_checkpoint select zerotrace_app",
    "audit_checkpoint select zerotrace_service",
    "audit_event delete zerotrace_service",
    "audit_event insert zerotrace_app",
    "audit_event insert zerotrace_service",
    "audit_event select zerotrace_app",
    "audit_event select zerotrace_service",
    "audit_link delete zerotrace_service",
    "audit_link select zerotrace_app",
    "audit_link select zerotrace_service",
    "inventory_delta delete zerotrace_service",
    "inventory_delta insert zerotrace_app",
    "inventory_delta insert zerotrace_service",
    "inventory_delta select zerotrace_app",
    "inventory_delta select zerotrace_service",
  ]);
  const guards = await rows(`select tablename, permissive, cmd, qual from pg_policies where policyname = 'old_only'
    order by tablename`);
  expect(guards).toEqual(
    ["audit_event", "inventory_delta"].map((tablename) => ({
      tablename,
      permissive: "RESTRICTIVE",
      cmd: "DELETE",
      qual: "(at < (now() - '30 days'::interval))",
    })),
  );
});
