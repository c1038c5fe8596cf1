/** Promise: an audited write costs less than a millisecond more than the same write without; the chain does not fork under load. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { verifyChain, writeAudit } from "../packages/server/src/features/audit/index.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../packages/server/src/platform/crypto/index.ts";
import { type Database, migrate, openDatabase, type Tx } from "../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../packages/server/src/platform/queue/index.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { cpuOf, descendantsOf, median, percentile, round, say } from "./measure.ts";

const ROUNDS = 5;
const SEQUENTIAL = 400;
const CONCURRENT = 2_000;
const WRITERS = 12;
const COMPANIES = 10;

const write = (tx: Tx, companyId: number): Promise<unknown> =>
  tx.prepared("bench-write", "insert into daily_stat values ($1, $2, 0, 0, 0, 0, 0, 0, 0) on conflict do nothing", [
    companyId,
    new Date(Math.floor(Math.random() * 1e12)),
  ]);

/** One write in a transaction, with as many audit rows as said; answers its time in ms. */
const once = async (db: Database, companyId: number, audits: number): Promise<number> => {
  const startedAt = performance.now();
  await db.withCompany(companyId, async (tx) => {
    await write(tx, companyId);
    for (let n = 0; n < audits; n += 1) {
      const detail = { kind: "api", label: "bench", permissions: ["assets:read"] };
      await writeAudit(tx, { companyId, actor: "ann", action: "token.create", target: "x", detail, ip: "192.0.2.1" });
    }
  });
  return performance.now() - startedAt;
};

/** The most that was seen of each process: what one used before it ended still counts. */
const seen = new Map<number, number>();

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  for (const { pid } of descendantsOf(process.pid)) seen.set(pid, Math.max(seen.get(pid) ?? 0, cpuOf(pid)));
  return [...seen.values()].reduce((sum, one) => sum + one, (user + system) / 1e6);
};

const sequential = async (db: Database, companyId: number): Promise<void> => {
  const costs: number[] = [];
  const cpu = { plain: 0, audited: 0 };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const plain: number[] = [];
    const audited: number[] = [];
    const before = cpuSeconds();
    for (let n = 0; n < SEQUENTIAL; n += 1) plain.push(await once(db, companyId, 0));
    const between = cpuSeconds();
    for (let n = 0; n < SEQUENTIAL; n += 1) audited.push(await once(db, companyId, 1));
    cpu.plain += between - before;
    cpu.audited += cpuSeconds() - between;
    costs.push(median(audited) - median(plain));
    say(
      `one after the other: p50 ${round(median(plain), 2)} ms without, ${round(median(audited), 2)} ms with; p95 ` +
        `${round(percentile(plain, 0.95), 2)} and ${round(percentile(audited, 0.95), 2)} ms`,
    );
  }
  const cpuCost = ((cpu.audited - cpu.plain) / (ROUNDS * SEQUENTIAL)) * 1e6;
  say(
    `cost of an audited write: ${round(median(costs), 2)} ms (the middle of ${ROUNDS} rounds), ` +
      `${round(cpuCost)} us of CPU, client and PostgreSQL`,
  );
};

const concurrent = async (db: Database, companies: readonly number[], audits: number): Promise<void> => {
  const cpuBefore = cpuSeconds();
  const startedAt = performance.now();
  let left = CONCURRENT;
  const writer = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await once(db, companies[left % companies.length] as number, audits);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const seconds = (performance.now() - startedAt) / 1000;
  say(
    `${WRITERS} writers, ${companies.length} companies, ${audits} audit rows each: ${round(CONCURRENT / seconds)} writes/s, ` +
      `${round(((cpuSeconds() - cpuBefore) / CONCURRENT) * 1e6)} us of CPU a write (client and PostgreSQL)`,
  );
};

const { cluster, stop } = await startOwn();
const folder = mkdtempSync(join(tmpdir(), "zt-bench-audit-"));
try {
  await administer(cluster, "create database bench_audit");
  const connections = connectionsIn(cluster, "bench_audit");
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const owner = new Client(connections.owner);
  await owner.connect();
  const { rows } = await owner.query<{ id: number }>(
    `insert into company (name) select 'bench ' || n from generate_series(1, ${COMPANIES}) n returning id`,
  );
  await owner.end();
  const ids = rows.map(({ id }) => id);
  const [first] = ids as [number];
  const db = openDatabase({ ...connections, onError: () => undefined });
  await sequential(db, first);
  for (const companies of [[first], ids]) {
    for (const audits of [0, 1, 0, 1]) await concurrent(db, companies, audits);
  }
  await concurrent(db, [first], 32);
  const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
  const startedAt = performance.now();
  const cpuBefore = cpuSeconds();
  const { count, fault } = await verifyChain(db, keys, first);
  const seconds = (performance.now() - startedAt) / 1000;
  say(
    `chain of ${count} rows verified in ${round(seconds, 1)} s, ${round(count / (cpuSeconds() - cpuBefore))} rows a CPU second: ${fault?.why ?? "intact"}`,
  );
  await db.close();
  if (fault !== null) process.exitCode = 1;
} finally {
  await stop();
  rmSync(folder, { recursive: true });
}
