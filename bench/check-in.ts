/** Promise: the check-in of an unchanged agent costs less than 60 us of CPU on the server and less than 1 KB on the wire. */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enrolledAgents, type CheckInAgent } from "./check-in/agents.ts";
import { drive, type Driven } from "./check-in/load.ts";
import type { FromServer, Reading } from "./check-in/server.ts";
import { agentBytes } from "./check-in/wire.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { loadavg } from "node:os";
import { median, round, say } from "./measure.ts";

const AGENTS = 1_000;
const ROUNDS = 5;
const BEATS_A_ROUND = 8_000;
const WARM_UP = 16_000;
const CPU_MAX_US = 60;
const WIRE_MAX_BYTES = 1_024;

/** One measurement of the server's own process over a load. */
const measured = async (
  server: ChildProcess,
  load: () => Promise<Driven>,
): Promise<{ us: number; driven: Driven; reading: Reading }> => {
  const ask = (): Promise<Reading> =>
    new Promise((resolve) => {
      server.once("message", (message) => resolve((message as { reading: Reading }).reading));
      server.send("read");
    });
  const before = await ask();
  const driven = await load();
  // what was only noted so far is written within the second, and belongs to it
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const after = await ask();
  return { us: (after.cpuUs - before.cpuUs) / driven.count, driven, reading: after };
};

const listening = (server: ChildProcess): Promise<FromServer> =>
  new Promise((resolve, reject) => {
    server.once("message", (message) => resolve(message as FromServer));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });

const run = async (server: ChildProcess, agents: readonly CheckInAgent[], urls: FromServer): Promise<boolean> => {
  const costs: { empty: number[]; beat: number[] } = { empty: [], beat: [] };
  await drive(urls.empty, agents, WARM_UP, "empty");
  await drive(urls.url, agents, WARM_UP, "beat");
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const empty = await measured(server, () => drive(urls.empty, agents, BEATS_A_ROUND, "empty"));
    const beat = await measured(server, () => drive(urls.url, agents, BEATS_A_ROUND, "beat"));
    costs.empty.push(empty.us);
    costs.beat.push(beat.us);
    say(
      `${BEATS_A_ROUND} requests: empty Fastify route ${round(empty.us, 1)} us, check-in ${round(beat.us, 1)} us of CPU; ` +
        `${round(beat.driven.perSecond)} check-ins/s`,
    );
  }
  // other programs on the machine only add to what a round costs
  const us = Math.min(...costs.beat);
  const wire = await agentBytes(urls.url, agents[0] as CheckInAgent);
  say(
    `check-in: ${round(us, 1)} us of CPU, user and system, in the best of ${ROUNDS} rounds (${round(median(costs.beat), 1)} in the ` +
      `middle one), beside ${round(Math.min(...costs.empty), 1)} of an empty route; bar ${CPU_MAX_US}, load ${round(loadavg()[0] ?? 0, 1)}`,
  );
  say(
    `on the wire: ${wire.sent} bytes to the server, ${wire.received} back, ${wire.sent + wire.received} in all (bar ${WIRE_MAX_BYTES})`,
  );
  return us < CPU_MAX_US && wire.sent + wire.received < WIRE_MAX_BYTES;
};

const { cluster, stop } = await startOwn();
const folder = mkdtempSync(join(tmpdir(), "zt-bench-check-in-"));
try {
  await administer(cluster, "create database bench_check_in");
  const connections = connectionsIn(cluster, "bench_check_in");
  const agents = await enrolledAgents(connections, AGENTS);
  const server = fork(new URL("check-in/server.ts", import.meta.url), [JSON.stringify(connections), folder]);
  const urls = await listening(server);
  try {
    if (!(await run(server, agents, urls))) process.exitCode = 1;
  } finally {
    server.send("stop");
    await new Promise((resolve) => server.once("exit", resolve));
  }
} finally {
  await stop();
  rmSync(folder, { recursive: true });
}
