/** Promise: 1,000 hosts x 1,000 components taken in at 50,000 components/s and more, findings pages under 50 ms meanwhile. */
import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Pool } from "pg";
import { type Connections, connectionsOf, openDatabase } from "../packages/server/src/platform/db/index.ts";
import { PORT, SUPERUSER } from "../packages/server/src/platform/db/embedded-cluster.ts";
import { choosePlace } from "../packages/server/src/platform/db/embedded-place.ts";
import { enrollHosts } from "./ingest/enroll.ts";
import { writeFeed } from "./ingest/feed.ts";
import type { LoadOrder, LoadResult } from "./ingest/load.ts";
import { REFERENCE_HOSTS, runReference } from "./ingest/reference.ts";
import type { FromServer } from "./ingest/server.ts";
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

const answer = <T>(child: ChildProcess, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const listen = (message: unknown): void => {
      if ((message as { kind: string }).kind !== kind) return;
      child.off("message", listen);
      resolve(message as T);
    };
    child.on("message", listen);
    child.once("exit", (code) => reject(new Error(`a process of the bench ended with ${code}`)));
  });

const here = (path: string): string => new URL(path, import.meta.url).pathname;

const settle = async (server: ChildProcess): Promise<number> => {
  const settled = answer<FromServer & { ms: number }>(server, "settled");
  server.send("settle");
  return (await settled).ms / 1000;
};

const load = async (generator: ChildProcess, order: LoadOrder): Promise<LoadResult> => {
  const done = answer<LoadResult>(generator, "done");
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
  const dataDir = await mkdtemp(join(tmpdir(), "zt-bench-"));
  await chmod(dataDir, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  if (values.feeds.length === 0) writeFeed(join(dataDir, "bench-feed"));
  const feeds = values.feeds.length > 0 ? values.feeds : [join(dataDir, "bench-feed")];
  const server = fork(here("./ingest/server.ts"), [join(dataDir, "data"), ...feeds]);
  const generator = fork(here("./ingest/load.ts"));
  const { url, companyId, token } = await answer<FromServer & { kind: "listening" }>(server, "listening");
  const place = await choosePlace(join(dataDir, "data"), () => undefined);
  const connections = connectionsOf({
    connection: { host: place.socketDirectory, port: PORT, superuser: SUPERUSER, database: "zerotrace" },
  });
  const db = openDatabase({ ...connections, onError: () => undefined });
  try {
    const pid = server.pid as number;
    say(
      `${availableParallelism()} cores for server, PostgreSQL, load generator and reader together; Node ${process.version}`,
    );
    const seeds = await enrollHosts(db, companyId, HOSTS, HOSTS + SEED_HOSTS);
    const hosts = await enrollHosts(db, companyId, 0, HOSTS);
    const order = { url, connections: Number(values.connections), reader: { token, pauseMs: Number(values.pause) } };
    await load(generator, { ...order, hosts: seeds, round: 0, reader: null });
    await settle(server);
    const memory = sampleMemory(pid);
    for (const [title, n] of [
      ["first inventories", 0],
      ["next inventories, in full, 2 % changed", 1],
    ] as const) {
      const before = cpuOf(pid);
      const result = await load(generator, { ...order, hosts, round: n });
      report(title, result, cpuOf(pid) - before);
      say(`  findings true ${round(await settle(server), 1)} s after the last answer`);
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
    await db.close();
    generator.kill();
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.send("stop");
    await gone;
    await rm(dataDir, { recursive: true, force: true });
    await rm(place.root, { recursive: true, force: true });
  }
};

await main();
