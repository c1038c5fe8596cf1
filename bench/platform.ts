/**
 * Promise: API reads under 50 ms at the 95th percentile while 100 companies, 1,000 agents online and 50,000 components/s of ingest run on
 * 2 cores. Every agent sends its whole inventory of 1,000 components every 20 s, 2 to 4 % changed, at a moment of its own, and a heartbeat
 * every 30 s; readers ask the pages of companies in no order. Server, PostgreSQL, agents and readers share the cores. Reads count from the
 * first report to the last one; findings that fall behind are told.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { enrollHosts } from "./ingest/enroll.ts";
import { cpuOf, descendantsOf, percentile, reapedCpuOf, round, say } from "./measure.ts";
import type { IntakeOrder, IntakeResult } from "./platform/intake.ts";
import type { PlatformOrder, PlatformResult } from "./platform/load.ts";
import { watchState } from "./platform/state.ts";
import { type BenchServer, makeCompanies, messageFrom, startBenchServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    companies: { type: "string", default: "100" },
    agents: { type: "string", default: "1000" },
    reads: { type: "string", default: "50" },
    /** Seconds between two reports of one agent: 1,000 agents with 1,000 components every 20 s are 50,000 a second. */
    every: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
  },
});
const COMPANIES = Number(values.companies);
const EACH = Math.ceil(Number(values.agents) / COMPANIES);
const EVERY_SECONDS = Number(values.every);
const ROUNDS = Number(values.rounds);
const HEARTBEAT_SECONDS = 30;
const BAR_MS = 50;
/** What is sent must be taken in at this share of its rate at least. */
const KEPT_UP = 0.97;

type Hosts = { host: number; credential: string }[];
const here = (path: string): string => new URL(path, import.meta.url).pathname;

const prepare = async (intake: ChildProcess, order: IntakeOrder): Promise<void> => {
  const prepared = messageFrom(intake, "prepared");
  intake.send(order);
  await prepared;
};
const run = async (intake: ChildProcess): Promise<IntakeResult> => {
  const done = messageFrom<IntakeResult>(intake, "done");
  intake.send("start");
  return await done;
};

const report = (ingested: IntakeResult, reads: PlatformResult, ages: readonly number[]): void => {
  const rate = ingested.components / ingested.seconds;
  say(
    `ingest of ${ingested.reports} whole inventories, 2 to 4 % changed: ${round(rate).toLocaleString("en")} components/s for ` +
      `${round(ingested.seconds)} s; PUT p50 ${round(percentile(ingested.putMs, 0.5))} ms, p95 ${round(percentile(ingested.putMs, 0.95))} ms; ` +
      `sent late p95 ${round(percentile(ingested.lateMs, 0.95), 1)} ms; ${reads.beats} heartbeats`,
  );
  say(
    `${reads.reads} reads meanwhile: p50 ${round(reads.p50Ms, 1)} ms, p95 ${round(reads.p95Ms, 1)} ms, p99 ${round(reads.p99Ms, 1)} ms`,
  );
  for (const [path, p95] of Object.entries(reads.byPath))
    say(`  p95 ${round(p95, 1).toFixed(1).padStart(6)} ms  ${path}`);
  say(
    `oldest report without its findings: p50 ${round(percentile(ages, 0.5), 1)} s, max ${round(Math.max(...ages), 1)} s`,
  );
  for (const failure of [...reads.failures, ...ingested.failures].slice(0, 5)) say(`  FAILURE ${failure}`);
  const isKept = rate >= ((1_000_000 / EVERY_SECONDS) * COMPANIES * EACH * KEPT_UP) / 1000;
  if (!isKept) say("  FAILURE the ingest fell behind its rate");
  if (!isKept || reads.p95Ms >= BAR_MS || reads.failures.length + ingested.failures.length > 0) process.exitCode = 1;
};

const enroll = async ({ db }: BenchServer): Promise<{ tokens: string[]; hosts: Hosts }> => {
  const companies = await makeCompanies(db, COMPANIES);
  const hosts: Hosts = [];
  for (const [n, { companyId }] of companies.entries()) {
    hosts.push(...(await enrollHosts(db, companyId, n * EACH, (n + 1) * EACH)));
  }
  return { tokens: companies.map(({ token }) => token), hosts };
};

const main = async (server: BenchServer, intake: ChildProcess, platform: ChildProcess): Promise<void> => {
  const pid = server.child.pid as number;
  const watch = watchState(server.connections);
  say(
    `${availableParallelism()} cores for all together; Node ${process.version}; ${COMPANIES} companies of ${EACH} agents`,
  );
  const { tokens, hosts } = await enroll(server);
  const cpu = () => ({
    server: cpuOf(pid),
    PostgreSQL: descendantsOf(pid).reduce(
      (sum, one) => sum + (one.name === "postgres" ? cpuOf(one.pid) + reapedCpuOf(one.pid) : 0),
      0,
    ),
    agents: cpuOf(intake.pid as number),
    "heartbeats and readers": cpuOf(platform.pid as number),
  });
  const spent = (before: ReturnType<typeof cpu>, components: number): void => {
    const parts = Object.entries(cpu()).map(
      ([name, now]) => [name, now - before[name as keyof typeof before]] as const,
    );
    const total = parts.reduce((sum, [, seconds]) => sum + seconds, 0);
    const each = (seconds: number): string => `${round((seconds * 1e6) / components, 1)} us`;
    say(`  CPU a component: ${each(total)} (${parts.map(([name, seconds]) => `${name} ${each(seconds)}`).join(", ")})`);
  };
  await prepare(intake, { url: server.url, hosts, rounds: [0], everySeconds: 0 });
  const atFirst = cpu();
  const first = await run(intake);
  const settled = await watch.settle();
  say(
    `first inventories: ${round(first.components / first.seconds).toLocaleString("en")} components/s; findings true ${round(settled, 1)} s later`,
  );
  spent(atFirst, first.components);

  const rounds = Array.from({ length: ROUNDS }, (_, n) => n + 1);
  await prepare(intake, { url: server.url, hosts, rounds, everySeconds: EVERY_SECONDS });
  const read = messageFrom<PlatformResult>(platform, "read");
  const order: PlatformOrder = {
    url: server.url,
    devices: hosts.map(({ credential }) => credential),
    heartbeatSeconds: HEARTBEAT_SECONDS,
    readers: tokens,
    readsPerSecond: Number(values.reads),
  };
  const before = cpu();
  platform.send(order);
  const ages = watch.ages();
  const ingested = await run(intake);
  platform.send("stop");
  const reads = await read;
  const aged = await ages.stop();
  report(ingested, reads, aged);
  say(`  findings true ${round(await watch.settle(), 1)} s after the last answer`);
  spent(before, ingested.components);
  await watch.close();
};

const server = await startBenchServer();
const intake = fork(here("./platform/intake.ts"));
const platform = fork(here("./platform/load.ts"));
try {
  await main(server, intake, platform);
} finally {
  intake.kill();
  platform.kill();
  await server.stop();
}
