import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import type { MatchPool } from "../components/index.ts";
import { createEnrichment } from "./index.ts";
import { FORMULA } from "./recompute.ts";
import { takeMark } from "./sql.ts";

let database: TestDatabase;
let company: number;

const match = { advisory: "CVE-2026-1", recordId: "r", fixedIn: null, urgency: "", risk: 5 };
const pool: MatchPool = {
  load: async () => undefined,
  generation: () => 1,
  judge: async (components) =>
    components.map(({ id }) => ({ id, verdict: "affected", reason: null, matches: [match] })),
  close: async () => undefined,
};

/** Waits until what was written is older than every transaction: other tests of the same PostgreSQL have some that last. */
const beOld = async (): Promise<void> => {
  const [row] = await query<{ id: string }>("select pg_current_xact_id()::text as id");
  const isOld = `select pg_snapshot_xmin(pg_current_snapshot()) > '${row?.id}'::xid8 as "is"`;
  while ((await query<{ is: boolean }>(isOld))[0]?.is !== true) await sleep(20);
};

/** Computes as a server that has just started: nothing is remembered. */
const computeAnew = async (): Promise<void> => {
  const { db } = database;
  await beOld();
  await createEnrichment({ db, pool, feedsDir: "", metrics: { match: () => undefined } }).run({ companyId: company });
};

const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.owner.query(sql, values)).rows as Row[];

/** What findings say, by the version of their component. */
const summaries = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await query<{ version: string; summary: string }>(
        "select version, summary from finding where company_id = $1 and status = 'open' order by version",
        [company],
      )
    ).map(({ version, summary }) => [version, summary]),
  );

const hold = (versions: readonly string[]) =>
  query(
    `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, a.id, 'npm', 'ok', array(select id from component where version = any($2::text[]) order by id), now()
     from asset a where a.company_id = $1
     on conflict (company_id, asset_id, source) do update set component_ids = excluded.component_ids`,
    [company, versions],
  );

/** Only who computes everything notices it. */
const tamper = () => query("update finding set summary = 'tampered' where company_id = $1", [company]);

beforeAll(async () => {
  database = await testDatabase();
  await query("insert into feed_generation (meta, index_file) values ($1, 'none')", [{ sources: [] }]);
  await query("insert into package (ecosystem, name) values ('npm', 'p')");
  await query(
    `insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
     select 'npm', 'p', v, '', '', '', p.id, v, '' from package p, unnest(array['one', 'two', 'three']) v`,
  );
  await query(
    `insert into advisory (name, aliases, summary, severity, attributes_hash) values ('CVE-2026-1', '{}', 'true', 'high', '')`,
  );
});
afterAll(() => database.close());

beforeEach(async () => {
  const [row] = await query<{ id: number }>("insert into company (name) values (gen_random_uuid()) returning id");
  company = row?.id ?? 0;
  await query(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
     values ($1, 'host', 'host', '', '', '{}', '')`,
    [company],
  );
  await hold(["one", "two"]);
  await computeAnew();
  // now what was just judged is old, too
  await computeAnew();
  expect(await summaries()).toEqual({ one: "true", two: "true" });
  await tamper();
});

test("after a start nothing is computed of what is marked, and what was written since is", async () => {
  await computeAnew();
  expect(await summaries()).toEqual({ one: "tampered", two: "tampered" });
  await query("update component set judged_generation = null where version = 'one'");
  await computeAnew();
  expect(await summaries()).toEqual({ one: "true", two: "tampered" });
  await hold(["two", "three"]);
  await computeAnew();
  expect(await summaries()).toEqual({ three: "true", two: "true" });
  await tamper();
  await query("delete from asset where company_id = $1", [company]);
  await computeAnew();
  expect(await summaries()).toEqual({});
  const kept = await query("select finding_count as n from company_total where company_id = $1", [company]);
  expect(kept).toEqual([{ n: 0 }]);
});

test("what another judged meanwhile is computed, although nobody remembers that it was", async () => {
  // a crash between judging and computing
  await query("update component set judged_generation = 1 where version = 'two'");
  await computeAnew();
  expect(await summaries()).toEqual({ one: "tampered", two: "true" });
});

test("a crash after findings were written and before the counters were leads to the full computation", async () => {
  await query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'crash'; end $$`);
  await query("create trigger crash before insert or update on company_total for each row execute function refuse()");
  await hold(["one", "two", "three"]);
  await expect(computeAnew()).rejects.toThrow();
  await query("drop trigger crash on company_total");
  await query("drop function refuse");
  await tamper();
  await computeAnew();
  expect(await summaries()).toEqual({ one: "true", three: "true", two: "true" });
});

test("a computation that failed before its commit leaves the mark as it was", async () => {
  await query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'crash'; end $$`);
  await query("create trigger crash before insert or update on daily_stat for each row execute function refuse()");
  await expect(computeAnew()).rejects.toThrow();
  await query("drop trigger crash on daily_stat");
  await query("drop function refuse");
  await computeAnew();
  expect(await summaries()).toEqual({ one: "tampered", two: "tampered" });
});

test("rows that were restored are computed from scratch: their transactions are those of another database", async () => {
  await query("update company_computed set horizon = horizon where company_id = $1", [company]);
  await computeAnew();
  expect(await summaries()).toEqual({ one: "true", two: "true" });
});

test("a mark is taken once, and only by the formula that made it", async () => {
  const take = (formula: string) => database.db.asServiceFor(company, (tx) => takeMark(tx, company, formula));
  expect((await take(`${FORMULA} no more`)).mark).toBeNull();
  expect((await take(FORMULA)).mark).toBeNull();
  await computeAnew();
  expect((await take(FORMULA)).mark).not.toBeNull();
  expect((await take(FORMULA)).mark).toBeNull();
});
