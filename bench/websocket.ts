/** Promise: 10,000 WebSocket clients of 100 companies in one server: each hears its own only, < 12 KB of memory each, an update within 1 s. */
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { emit } from "../packages/server/src/features/stream/index.ts";
import { cpuOf, median, memoryOf, round, say } from "./measure.ts";
import { makeCompanies, messageFrom, startBenchServer } from "./server-process.ts";
import type { FromClients, ToClients } from "./websocket/clients.ts";

const { values } = parseArgs({
  options: { clients: { type: "string", default: "10000" }, companies: { type: "string", default: "100" } },
});
const COMPANIES = Number(values.companies);
const EACH = Math.ceil(Number(values.clients) / COMPANIES);
const UPDATES = 5;
const QUIET_MS = 5_000;
const BAR = { memoryKb: 12, updateMs: 1_000 };

const server = await startBenchServer();
const clients = fork(new URL("./websocket/clients.ts", import.meta.url).pathname);
try {
  const pid = server.child.pid as number;
  const tokens = await makeCompanies(server.db, COMPANIES);
  await server.settle();
  await sleep(QUIET_MS);
  const before = await server.weigh();
  const connected = messageFrom<FromClients & { kind: "connected" }>(clients, "connected");
  const startedAt = performance.now();
  const order: ToClients = {
    kind: "connect",
    url: `${server.url.replace("http", "ws")}/api/v1/stream`,
    tokens,
    each: EACH,
  };
  clients.send(order);
  const { clients: count, failures } = await connected;
  say(`${count} clients of ${COMPANIES} companies connected in ${round((performance.now() - startedAt) / 1000, 1)} s`);
  for (const failure of failures) say(`  failure: ${failure}`);
  await sleep(QUIET_MS);
  const unswept = memoryOf(pid, "VmRSS");
  const after = await server.weigh();
  const eachOf = (mb: number): number => (mb * 1000) / count;
  const eachKb = eachOf(after.rssMb - before.rssMb);
  say(
    `memory of the server's process after a collection: ${round(before.rssMb)} MB without, ${round(after.rssMb)} MB with: ` +
      `${round(eachKb, 1)} KB a client (heap ${round(eachOf(after.heapMb - before.heapMb), 1)} KB, its pages ${round(eachOf(after.totalMb - before.totalMb), 1)} KB); ` +
      `${round(unswept)} MB before the collection`,
  );
  const times: number[] = [];
  let foreign = 0;
  const cpuBefore = cpuOf(pid);
  for (let update = 0; update < UPDATES; update += 1) {
    clients.send({ kind: "expect", events: 1 } satisfies ToClients);
    await sleep(500);
    const heard = messageFrom<FromClients & { kind: "heard" }>(clients, "heard");
    const at = process.hrtime.bigint();
    await Promise.all(
      tokens.map(({ companyId }) =>
        server.db.withCompany(companyId, (tx) =>
          emit(tx, companyId, { channel: "asset_update", ids: [`of-${companyId}-${update}`], count: 1, summary: {} }),
        ),
      ),
    );
    const { lastAtNs, foreign: wrong } = await heard;
    foreign = wrong;
    times.push(Number(BigInt(lastAtNs) - at) / 1e6);
  }
  const cpu = (cpuOf(pid) - cpuBefore) / (UPDATES * count);
  say(
    `an event for each company until the last of ${count} clients has it: ${round(median(times))} ms, at most ` +
      `${round(Math.max(...times))} ms of ${UPDATES}; ${round(cpu * 1e6)} us of the server's CPU a client; foreign events: ${foreign}`,
  );
  const holds =
    eachKb < BAR.memoryKb && Math.max(...times) < BAR.updateMs && foreign === 0 && count === EACH * COMPANIES;
  if (!holds) process.exitCode = 1;
} finally {
  clients.kill();
  await server.stop();
}
