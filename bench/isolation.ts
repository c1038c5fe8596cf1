/** Promise: row-level security and the scoped transaction cost less than 25 % of the same query without; nobody's ids and another's take the same time. */
import { spawnSync } from "node:child_process";
import { Client } from "pg";
import { type Database, migrate, openDatabase, type Statement } from "../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../packages/server/src/platform/queue/index.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { measureTiming } from "./isolation/timing.ts";
import { cpuOf, descendantsOf, median, round, say } from "./measure.ts";

const COMPANIES = 100;
const ASSETS = 300;
const WARM = 200;
const ROUNDS = 2_000;
const BAR = 0.25;

/** Rows for each of the companies, by the owner. */
const fill = async (owner: Client): Promise<void> => {
  await owner.query(`insert into company (name) select 'bench ' || n from generate_series(1, ${COMPANIES}) n`);
  await owner.query(`insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, risk, critical, high)
    select c.id, 'host-' || n, 'm-' || n, 'Debian 12', 'Debian:12', '{}', '1', (n * 7919) % 100, n % 5, n % 9
    from company c, generate_series(1, ${ASSETS}) n`);
  await owner.query(`insert into daily_stat
    select c.id, current_date - n, n, n, n, n, n, n, n from company c, generate_series(1, 365) n`);
  await owner.query("analyze");
};

const statementsOf = (companyId: number, assetId: string): readonly Statement[] => [
  { name: "point read", text: "select * from asset where company_id = $1 and id = $2", values: [companyId, assetId] },
  {
    name: "list page",
    text: `select a.*, a.weighted_risk as "sortValue" from asset a where a.company_id = $1 and ($2::text is null or a.kind = $2)
           order by a.weighted_risk desc, a.id desc limit 50`,
    values: [companyId, null],
  },
  {
    name: "sums",
    text: `select count(*)::int, sum(critical), sum(high), max(weighted_risk), sum((last_seen_at > now() - interval '1 hour')::int)
           from asset where company_id = $1`,
    values: [companyId],
  },
  {
    name: "days",
    text: "select * from daily_stat where company_id = $1 order by day desc limit 365",
    values: [companyId],
  },
];

type Way = (statement: Statement) => Promise<unknown>;

/** One question of each way after the other, so that whatever else runs on the machine slows all of them. */
const compare = async (statement: Statement, ways: Readonly<Record<string, Way>>): Promise<Record<string, number>> => {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let n = 0; n < WARM + ROUNDS; n += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const startedAt = performance.now();
      await way(statement);
      if (n >= WARM) times[name]?.push((performance.now() - startedAt) * 1000);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, own]) => [name, median(own)]));
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return descendantsOf(process.pid).reduce((sum, { pid }) => sum + cpuOf(pid), (user + system) / 1e6);
};

const cpuOfWay = async (way: Way, statement: Statement): Promise<number> => {
  const before = cpu();
  for (let n = 0; n < ROUNDS; n += 1) await way(statement);
  return ((cpu() - before) / ROUNDS) * 1e6;
};

/** Each statement alone, planned once on both sides. */
const cost = async (db: Database, owner: Client, statements: readonly Statement[]): Promise<boolean> => {
  let holds = true;
  const [
    {
      values: [companyId],
    },
  ] = statements as [Statement];
  const of = companyId as number;
  await owner.query("set plan_cache_mode = force_generic_plan");
  const ways = {
    none: (s: Statement) => owner.query({ ...s, values: [...s.values] }),
    alone: (s: Statement) => db.readCompany(of, s),
    transaction: (s: Statement) => db.withCompany(of, (tx) => tx.prepared(s.name, s.text, [...s.values])),
  };
  for (const statement of statements) {
    const { none = 0, alone = 0, transaction = 0 } = await compare(statement, ways);
    const cpus = { none: await cpuOfWay(ways.none, statement), alone: await cpuOfWay(ways.alone, statement) };
    const share = alone / none - 1;
    holds &&= share < BAR;
    say(
      `${statement.name.padEnd(10)} without ${round(none)} us; scoped ${round(alone)} us: ${round(share * 100)} % more ` +
        `(CPU ${round(cpus.none)} and ${round(cpus.alone)} us); in a transaction of several statements ${round(transaction)} us`,
    );
  }
  await owner.query("reset plan_cache_mode");
  return holds;
};

/** A request as the stats page makes it: several statements in one transaction, against the same without any. */
const request = async (db: Database, owner: Client, statements: readonly Statement[]): Promise<boolean> => {
  const [
    {
      values: [companyId],
    },
  ] = statements as [Statement];
  const ways = {
    none: async () => {
      for (const s of statements) await owner.query({ ...s, values: [...s.values] });
    },
    scoped: () =>
      db.withCompany(companyId as number, async (tx) => {
        for (const s of statements) await tx.prepared(s.name, s.text, [...s.values]);
      }),
  };
  const { none = 0, scoped = 0 } = await compare(statements[0] as Statement, ways);
  const share = scoped / none - 1;
  say(
    `request of ${statements.length} statements: without ${round(none)} us; scoped ${round(scoped)} us: ${round(share * 100)} % more`,
  );
  return share < BAR;
};

// Between two cores, where the kernel wakes a process takes longer than what is measured: all of it runs on one where Linux lets it.
const isOnOneCore = spawnSync("taskset", ["-acp", "0", String(process.pid)], { stdio: "ignore" }).status === 0;
const { cluster, stop } = await startOwn();
try {
  await administer(cluster, "create database bench_isolation");
  const connections = connectionsIn(cluster, "bench_isolation");
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const owner = new Client(connections.owner);
  await owner.connect();
  await fill(owner);
  const { rows } = await owner.query<{ id: string; companyId: number }>(
    `select id, company_id as "companyId" from asset order by company_id, name limit 1 offset ${50 * ASSETS}`,
  );
  const one = rows[0] as { id: string; companyId: number };
  const db = openDatabase({ ...connections, onError: () => undefined });
  const statements = statementsOf(one.companyId, one.id);
  say(
    `${COMPANIES} companies, ${ASSETS} assets each; ${ROUNDS} questions of each way in turns, the middle of them, on ${isOnOneCore ? "one core" : "all cores"}`,
  );
  const holds = [await cost(db, owner, statements), await request(db, owner, statements)];
  await db.close();
  await owner.end();
  if (holds.includes(false)) process.exitCode = 1;
} finally {
  await stop();
}
await measureTiming();
