/** Promise: 1,000 hosts x 1,000 components taken in at 50,000 components/s and more, findings pages under 50 ms meanwhile. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Pool } from "pg";
import type { Connections } from "../packages/server/src/platform/db/index.ts";
import { enrollHosts } from "./ingest/enroll.ts";
import type { LoadOrder, LoadResult } from "./ingest/load.ts";
import { REFERENCE_HOSTS, runReference } from "./ingest/reference.ts";
import { messageFrom, startBenchServer } from "./server-process.ts";
import { cpuOf, median, memoryOf, percentile, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1000" },
    connections: { type: "string", default: "16" },
    pause: { type: "string", default: "20" },
    feeds: { type: "string", multiple: true, default: [] },
  },
});
const HOSTS = Number(values.hosts);
/** Hosts that are there before, so that the reader has findings to read. */
const SEED_HOSTS = 50;
const STEADY_MS = 5_000;
const SAMPLE_MS = 100;

const here = (path: string): string => new URL(path, import.meta.url).pathname;

const load = async (generator: ChildProcess, order: LoadOrder): Promise<LoadResult> => {
  const done = messageFrom<LoadResult>(generator, "done");
  generator.send(order);
  return await done;
};

const sampleMemory = (pid: number): { samples: number[]; stop: () => void } => {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(memoryOf(pid, "VmRSS")), SAMPLE_MS);
  return { samples, stop: () => clearInterval(timer) };
};

const report = (title: string, r: LoadResult, cpuSeconds: number): void => {
  say(
    `${title}: ${round(r.components / r.seconds).toLocaleString("en")} components/s ` +
      `(${r.components.toLocaleString("en")} in ${round(r.seconds, 1)} s, ${round(r.bodyBytes / r.putMs.length / 1000, 1)} KB a body)`,
  );
  say(`  PUT inventory  p50 ${round(percentile(r.putMs, 0.5))} ms  p95 ${round(percentile(r.putMs, 0.95))} ms`);
  say(
    `  GET findings   p50 ${round(percentile(r.readMs, 0.5), 1)} ms  p95 ${round(percentile(r.readMs, 0.95), 1)} ms  max ${round(Math.max(...r.readMs))} ms  (${r.readMs.length} pages)`,
  );
  say(`  server process CPU ${round(cpuSeconds, 1)} s`);
  if (r.failures.length > 0) say(`  FAILURES ${r.failures.length}: ${r.failures[0]}`);
};

const facts = async (connections: Connections, companyId: number): Promise<void> => {
  const owner = new Pool({ ...connections.owner, max: 1 });
  const { rows } = await owner.query(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
       (select relforcerowsecurity from pg_class where relname = 'inventory') as rls,
       (select rolbypassrls or rolsuper from pg_roles where rolname = 'zerotrace_app') as bypass,
       (select count(*)::int from component) as components, (select count(*)::int from finding where company_id = $1) as findings,
       (select sum(cardinality(component_ids))::int from inventory where company_id = $1) as held`,
    [companyId],
  );
  await owner.end();
  const f = rows[0];
  say(
    `database: fsync ${f.fsync}, synchronous_commit ${f.sync}, row-level security forced ${f.rls}, role can bypass it ${f.bypass}`,
  );
  say(
    `held: ${f.held} host components of ${f.components} distinct (${round(f.held / f.components, 1)}:1), ${f.findings} findings`,
  );
};

const main = async (): Promise<void> => {
  const server = await startBenchServer(values.feeds);
  const generator = fork(here("./ingest/load.ts"));
  const { url, companyId, token, connections, db } = server;
  try {
    const pid = server.child.pid as number;
    say(
      `${availableParallelism()} cores for server, PostgreSQL, load generator and reader together; Node ${process.version}`,
    );
    const seeds = await enrollHosts(db, companyId, HOSTS, HOSTS + SEED_HOSTS);
    const hosts = await enrollHosts(db, companyId, 0, HOSTS);
    const order = { url, connections: Number(values.connections), reader: { token, pauseMs: Number(values.pause) } };
    await load(generator, { ...order, hosts: seeds, round: 0, reader: null });
    await server.settle();
    const memory = sampleMemory(pid);
    for (const [title, n] of [
      ["first inventories", 0],
      ["next inventories, in full, 2 % changed", 1],
    ] as const) {
      const before = cpuOf(pid);
      const result = await load(generator, { ...order, hosts, round: n });
      report(title, result, cpuOf(pid) - before);
      say(`  findings true ${round(await server.settle(), 1)} s after the last answer`);
    }
    const peak = Math.max(...memory.samples);
    memory.samples.length = 0;
    await sleep(STEADY_MS);
    memory.stop();
    say(`server process memory: peak ${round(peak)} MB, steady ${round(median(memory.samples))} MB`);
    await facts(connections, companyId);
    const reference = await runReference(connections, companyId);
    say(
      `reference, row per host component in SQL, ${REFERENCE_HOSTS} hosts as a sample, no HTTP: ` +
        `${round(reference.components / reference.seconds).toLocaleString("en")} components/s, ` +
        `${round(reference.tableBytes / reference.components)} bytes a component`,
    );
  } finally {
    generator.kill();
    await server.stop();
  }
};

await main();
