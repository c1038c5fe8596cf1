/** Promise: API reads under 50 ms at the 95th percentile while 100 companies, 1,000 agents online and 50,000 components/s of ingest run on 2 cores. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { enrollHosts } from "./ingest/enroll.ts";
import type { LoadOrder, LoadResult } from "./ingest/load.ts";
import { cpuOf, descendantsOf, round, say } from "./measure.ts";
import type { PlatformOrder, PlatformResult } from "./platform/load.ts";
import { makeCompanies, messageFrom, startBenchServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    companies: { type: "string", default: "100" },
    agents: { type: "string", default: "1000" },
    reads: { type: "string", default: "50" },
    rate: { type: "string", default: "50000" },
  },
});
const COMPANIES = Number(values.companies);
const EACH = Math.ceil(Number(values.agents) / COMPANIES);
const HEARTBEAT_SECONDS = 30;
const CONNECTIONS = 4;
const BAR_MS = 50;

const here = (path: string): string => new URL(path, import.meta.url).pathname;

const server = await startBenchServer();
const generator = fork(here("./ingest/load.ts"));
const platform = fork(here("./platform/load.ts"));
try {
  const pid = server.child.pid as number;
  say(
    `${availableParallelism()} cores for server, PostgreSQL, agents, ingest and readers together; Node ${process.version}`,
  );
  const companies = await makeCompanies(server.db, COMPANIES);
  const hosts: { host: number; credential: string }[] = [];
  for (const [n, { companyId }] of companies.entries()) {
    hosts.push(...(await enrollHosts(server.db, companyId, n * EACH, (n + 1) * EACH)));
  }
  const load = async (turn: number, perSecond: number | null): Promise<LoadResult> => {
    const done = messageFrom<LoadResult>(generator, "done");
    const order: LoadOrder = { url: server.url, hosts, round: turn, connections: CONNECTIONS, reader: null, perSecond };
    generator.send(order);
    return await done;
  };
  await load(0, null);
  say(`first inventories are there; findings true ${round(await server.settle(), 1)} s later`);
  const read = messageFrom<PlatformResult>(platform, "read");
  const order: PlatformOrder = {
    url: server.url,
    devices: hosts.map(({ credential }) => credential),
    heartbeatSeconds: HEARTBEAT_SECONDS,
    readers: companies.map(({ token }) => token),
    readsPerSecond: Number(values.reads),
  };
  platform.send(order);
  await sleep(2_000);
  const database = (): number =>
    descendantsOf(pid).reduce((sum, { pid: child, name }) => sum + (name === "postgres" ? cpuOf(child) : 0), 0);
  const cpu = { server: cpuOf(pid), database: database() };
  const ingested = await load(1, Number(values.rate));
  const used = { server: cpuOf(pid) - cpu.server, database: database() - cpu.database };
  platform.send("stop");
  const result = await read;
  say(
    `ingest of ${hosts.length} agents in ${COMPANIES} companies, 2 % changed: ${round(ingested.components / ingested.seconds).toLocaleString("en")} ` +
      `components/s for ${round(ingested.seconds)} s; ${result.beats} heartbeats`,
  );
  say(
    `${result.reads} reads meanwhile: p50 ${round(result.p50Ms, 1)} ms, p95 ${round(result.p95Ms, 1)} ms, p99 ${round(result.p99Ms, 1)} ms`,
  );
  for (const [path, p95] of Object.entries(result.byPath))
    say(`  p95 ${round(p95, 1).toFixed(1).padStart(6)} ms  ${path}`);
  say(`CPU: server ${round(used.server, 1)} s, PostgreSQL ${round(used.database, 1)} s`);
  for (const failure of [...result.failures, ...ingested.failures].slice(0, 5)) say(`  FAILURE ${failure}`);
  if (result.p95Ms >= BAR_MS || result.failures.length + ingested.failures.length > 0) process.exitCode = 1;
} finally {
  generator.kill();
  platform.kill();
  await server.stop();
}
