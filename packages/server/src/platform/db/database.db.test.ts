import { AppError } from "@zerotrace/core";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { APP_ROLE, CopyWriter, openDatabase, type Tx } from "./index.ts";

let base: TestDatabase;

beforeAll(async () => {
  base = await testDatabase();
  await base.owner.query(`
    create table scratch (company_id int not null, n int not null, primary key (company_id, n))
      partition by hash (company_id);
    create table scratch_0 partition of scratch for values with (modulus 1, remainder 0);
    alter table scratch enable row level security; alter table scratch force row level security;
    create policy company_only on scratch using (company_id = nullif(current_setting('app.company_id', true), '')::int)
      with check (company_id = nullif(current_setting('app.company_id', true), '')::int);
    grant select, insert on scratch to zerotrace_app, zerotrace_service;`);
});
afterAll(async () => base.close());

const add = async (companyId: number, n: number) =>
  base.db.withCompany(companyId, async (tx) => tx.query("insert into scratch values ($1, $2)", [companyId, n]));
const numbers = async (companyId: number): Promise<number[]> =>
  base.db.withCompany(companyId, async (tx) =>
    (await tx.query<{ n: number }>("select n from scratch order by n")).map((row) => row.n),
  );

test("a company sees its own rows, and without a company there are none", async () => {
  await add(7, 1);
  await add(8, 2);
  expect(await numbers(7)).toEqual([1]);
  expect(await numbers(8)).toEqual([2]);
  expect(await base.db.asService(async (tx) => tx.query("select * from scratch"))).toEqual([]);
  expect(await base.db.asServiceFor(8, async (tx) => tx.query("select n from scratch"))).toEqual([{ n: 2 }]);
});

test("a row for another company is refused with 42501", async () => {
  const foreign = base.db.withCompany(7, async (tx) => tx.query("insert into scratch values (8, 99)"));
  await expect(foreign).rejects.toMatchObject({ code: "42501" });
  const unset = base.db.asService(async (tx) => tx.query("insert into scratch values (8, 99)"));
  await expect(unset).rejects.toMatchObject({ code: "42501" });
});

test("a company id that is not a positive integer never reaches the database", async () => {
  for (const id of [0, -1, 1.5, Number.NaN, "7'; drop table scratch; --" as unknown as number]) {
    await expect(base.db.withCompany(id, async () => 1)).rejects.toMatchObject({ code: "INTERNAL" });
  }
});

test("a throw rolls everything back, and the connection stays of use", async () => {
  const failing = base.db.withCompany(9, async (tx) => {
    await tx.query("insert into scratch values (9, 1)");
    throw new AppError("CONFLICT", "no");
  });
  await expect(failing).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await numbers(9)).toEqual([]);
});

test("a swallowed SQL error does not pass for a commit", async () => {
  const swallowed = base.db.withCompany(9, async (tx) => {
    await tx.query("select 1/0").catch(() => undefined);
    return "fine";
  });
  await expect(swallowed).rejects.toMatchObject({ code: "INTERNAL" });
});

test("a deadlock or serialization failure runs the transaction once more", async () => {
  let runs = 0;
  const answer = await base.db.asService(async (tx) => {
    runs += 1;
    if (runs === 1) await tx.query("do $$ begin raise exception 'x' using errcode = '40001'; end $$");
    return runs;
  });
  expect(answer).toBe(2);
});

test("a connection killed in a transaction is DATABASE_UNAVAILABLE, and the next transaction works", async () => {
  const killed = base.db.withCompany(7, async (tx) => {
    const [row] = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
    await base.owner.query("select pg_terminate_backend($1)", [row?.pid]);
    await tx.query("select pg_sleep(1)");
  });
  await expect(killed).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(await numbers(7)).toEqual([1]);
});

test("a database that is not there is DATABASE_UNAVAILABLE", async () => {
  const config = { host: "/nonexistent", user: "x", database: "x" };
  const db = openDatabase({ app: config, service: config, onError: () => undefined });
  await expect(db.ping()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await expect(db.asService(async () => 1)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await db.close();
});

test("the roles can neither be superuser nor pass by row-level security, and a URL's role option takes one on", async () => {
  const { rows } = await base.owner.query(
    "select bool_or(rolsuper or rolbypassrls or rolcreaterole or rolcreatedb) as unsafe, count(*)::int as n from pg_roles where rolname like 'zerotrace\\__%'",
  );
  expect(rows).toEqual([{ unsafe: false, n: 2 }]);
  const client = new Client({ ...base.connections.owner, options: `-c role=${APP_ROLE}` });
  await client.connect();
  expect((await client.query("select current_user as u")).rows).toEqual([{ u: APP_ROLE }]);
  await client.end();
});

test("binary COPY stores every type as it was given", async () => {
  const columns =
    "a int2, b int4, c int8, d float8, e bool, f text, g bytea, h timestamptz, i uuid, j int4[], k text[], l text, m real, n jsonb, o date, p int8, q int4[]";
  const writer = new CopyWriter();
  const at = new Date("2026-11-20T12:34:56.789Z");
  const rowCount = 3_000;
  for (let n = 0; n < rowCount; n += 1) {
    writer.row(17).int2(-2).int4(n).int8(-9_007_199_254_740_991).float8(0.1).bool(true).text("naïve €");
    writer.bytea(Uint8Array.of(0, 255)).timestamptz(at).uuid("00112233-4455-6677-8899-aabbccddeeff");
    writer
      .int4Array([1, -5])
      .textArray(["", "ü"])
      .null()
      .float4(1.5)
      .jsonb('{"x": [1]}')
      .date(at)
      .int8(-(2n ** 63n));
    writer.int4Array([]);
  }
  const rows = await base.db.asService(async (tx) => {
    await tx.query(`create temp table t (${columns}) on commit drop`);
    await tx.copyFrom("copy t from stdin (format binary)", writer.finish());
    return tx.query("select *, o::text as o from t order by b desc limit 1");
  });
  expect(rows).toEqual([
    {
      a: -2,
      b: rowCount - 1,
      c: "-9007199254740991",
      d: 0.1,
      e: true,
      f: "naïve €",
      g: Buffer.from([0, 255]),
      h: at,
      i: "00112233-4455-6677-8899-aabbccddeeff",
      j: [1, -5],
      k: ["", "ü"],
      l: null,
      m: 1.5,
      n: { x: [1] },
      o: "2026-11-20",
      p: "-9223372036854775808",
      q: [],
    },
  ]);
});

test("a COPY that breaks rejects and rolls back", async () => {
  const broken = base.db.withCompany(9, async (tx) => {
    await tx.query("insert into scratch values (9, 1)");
    await tx.query("create temp table stage (a int, b int) on commit drop");
    await tx.copyFrom("copy stage from stdin (format binary)", new CopyWriter().row(2).int4(9).text("x").finish());
  });
  await expect(broken).rejects.toMatchObject({ code: "08P01" });
  expect(await numbers(9)).toEqual([]);
});

test("one statement alone sees its company's rows, and the next one of the connection does not keep the company", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  const statement = { name: "scratch", text: "select company_id from scratch where n > $1 limit 1", values: [0] };
  await add(71, 1);
  await add(72, 1);
  const read = (companyId: number) => one.readCompany<{ company_id: number }>(companyId, statement);
  expect(await read(71)).toEqual([{ company_id: 71 }]);
  expect(await read(72)).toEqual([{ company_id: 72 }]);
  const setting = { name: "setting", text: "select current_setting('app.labels', true) as labels", values: [] };
  expect(await one.readCompany(71, setting, ["site:a"])).toEqual([{ labels: ",site:a" }]);
  expect(await one.readCompany(71, setting)).toEqual([{ labels: "" }]);
  // labels of any language pass as they are; what could part the list or end a text is sent by nobody
  expect(await one.readCompany(71, setting, ["site:münchen", "東京"])).toEqual([{ labels: ",site:münchen,東京" }]);
  for (const unsafe of [
    "a,b",
    "a', true), set_config('app.company_id', '72",
    'a"b',
    "a\\",
    "A",
    "",
    "u\u0308",
    "a b",
  ]) {
    await expect(one.readCompany(71, setting, ["a", unsafe]), unsafe).rejects.toMatchObject({ code: "INTERNAL" });
  }
  const wrong = { name: "wrong", text: "select * from scratch where no_such = $1", values: [1] };
  await expect(one.readCompany(71, wrong)).rejects.toMatchObject({ code: "42703" });
  expect(await read(72)).toEqual([{ company_id: 72 }]);
  await one.close();
});

test("a plan that is made once serves every company its own rows, and the connection plans as ever afterwards", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  await add(81, 1);
  await add(82, 2);
  const read = (companyId: number) =>
    one.withCompanyPlanned(companyId, (tx) => tx.prepared("own", "select n from scratch where n > $1", [0]));
  for (let turn = 0; turn < 6; turn += 1) {
    expect(await read(81)).toEqual([{ n: 1 }]);
    expect(await read(82)).toEqual([{ n: 2 }]);
  }
  const modes = "select current_setting('plan_cache_mode') as plans, current_setting('enable_seqscan') as scans";
  expect(await one.withCompany(81, (tx) => tx.query(modes))).toEqual([{ plans: "auto", scans: "on" }]);
  await one.close();
});

test("a planned transaction plans each text once for all companies, within the labels that it is scoped by", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  const text = "select n, coalesce(current_setting('app.labels', true), '') as labels from scratch where n >= $1";
  await add(91, 1);
  await add(92, 2);
  const read = (companyId: number, labels: readonly string[] | null) =>
    one.withCompanyPlanned(companyId, (tx) => tx.query(text, [1]), labels);
  expect(await read(91, null)).toEqual([{ n: 1, labels: "" }]);
  expect(await read(92, ["site:a"])).toEqual([{ n: 2, labels: ",site:a" }]);
  expect(await read(92, null)).toEqual([{ n: 2, labels: "" }]);
  const plans = `select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements where statement = $1`;
  expect(await one.withCompany(91, (tx) => tx.query(plans, [text]))).toEqual([{ generic: 3, custom: 0 }]);
  await one.close();
});

test("a planned job sees its company's rows", async () => {
  await add(93, 3);
  expect(await base.db.asServicePlanned(93, (tx) => tx.query("select n from scratch where n > $1", [0]))).toEqual([
    { n: 3 },
  ]);
});

test("what comes later is done in its turn, with the next statement or with the commit, and undone with the rest", async () => {
  const insert = "insert into scratch values ($1, $2)";
  const write = (companyId: number, more: (tx: Tx) => Promise<unknown>) =>
    base.db.withCompany(companyId, async (tx) => {
      tx.later("scratch-insert", insert, [companyId, 1]);
      tx.later("scratch-insert", insert, [companyId, 2]);
      return await more(tx);
    });
  const count = "select count(*)::int as n from scratch where n > $1";
  expect(await write(101, (tx) => tx.query(count, [0]))).toEqual([{ n: 2 }]);
  expect(await write(102, (tx) => tx.query("select count(*)::int as n from scratch"))).toEqual([{ n: 2 }]);
  await write(103, async () => undefined);
  await expect(write(104, () => Promise.reject(new AppError("CONFLICT", "no")))).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await Promise.all([101, 102, 103, 104].map(numbers))).toEqual([[1, 2], [1, 2], [1, 2], []]);
});

test("what comes later and fails is thrown by what carries it, and the connection plans what was passed over", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  const put = (tx: Tx, company: number, n: number) =>
    tx.later("own-insert", "insert into scratch values ($1, $2)", [company, n]);
  const next = (tx: Tx) => tx.prepared<{ n: number }>("own-next", "select n from scratch where n > $1 order by n", [0]);
  const failing = one.withCompany(111, async (tx) => {
    put(tx, 112, 1);
    return await next(tx);
  });
  await expect(failing).rejects.toMatchObject({ code: "42501" });
  const atCommit = one.withCompany(111, async (tx) => put(tx, 112, 1));
  await expect(atCommit).rejects.toMatchObject({ code: "42501" });
  const kept = await one.withCompany(111, async (tx) => {
    await tx.query("savepoint here");
    put(tx, 112, 1);
    await expect(next(tx)).rejects.toMatchObject({ code: "42501" });
    await tx.query("rollback to savepoint here");
    put(tx, 111, 5);
    return await next(tx);
  });
  expect(kept).toEqual([{ n: 5 }]);
  await one.close();
});

test("a statement is described once per connection, and its rows keep their names, types and nulls each time", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  const text =
    "select n, case when n > 1 then now() end as at, array[n] as list from generate_series(1, $1::int) n order by n";
  const statement = (n: number) => ({ name: "described", text, values: [n] });
  const expected = [
    { n: 1, at: null, list: [1] },
    { n: 2, at: expect.any(Date), list: [2] },
  ];
  for (const n of [2, 1, 0, 2]) expect(await one.readCompany(77, statement(n))).toEqual(expected.slice(0, n));
  const within = await one.withCompany(77, async (tx) => [
    await tx.prepared("described", text, [1]),
    await tx.prepared("other", "select $1::text as word", ["x"]),
    await tx.prepared("described", text, [2]),
    await tx.query("select 7 as n where $1", [true]),
  ]);
  expect(within).toEqual([expected.slice(0, 1), [{ word: "x" }], expected, [{ n: 7 }]]);
  await one.close();
});

test("a statement whose rows get other columns is refused by the database, not read with the old ones", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  await base.owner.query("create table changing as select 1 as a; grant select on changing to zerotrace_app");
  const statement = { name: "changing", text: "select * from changing where a = $1", values: [1] };
  expect(await one.readCompany(78, statement)).toEqual([{ a: 1 }]);
  await base.owner.query("alter table changing add b text default 'new'");
  await expect(one.readCompany(78, statement)).rejects.toMatchObject({ code: "0A000" });
  await one.close();
});

test("a value that cannot be written fails its statement, and the connection answers the next one", async () => {
  const one = openDatabase({ ...base.connections, app: { ...base.connections.app, max: 1 }, onError: () => undefined });
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const statement = (value: unknown) => ({ name: "written", text: "select $1::jsonb as j", values: [value] });
  await expect(one.readCompany(79, statement(circular))).rejects.toThrow("circular");
  expect(await one.readCompany(79, statement({ is: "fine" }))).toEqual([{ j: { is: "fine" } }]);
  await one.close();
});
