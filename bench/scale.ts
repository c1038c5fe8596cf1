/**
 * Promise: 10,000 hosts and 4 million findings: every request of a screen is answered in 50 ms (p95), every page is there in 300 ms, and
 * counters are exact 2 s after a change.
 */
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { say } from "./measure.ts";
import { HEAD, inMemory, knownIn, measureRequests, REQUEST_MS } from "./scale/measure-requests.ts";
import { screenRequests } from "./scale/requests.ts";
import { timed } from "./scale/fill.ts";
import { makeScaleData, startScaleServer } from "./scale/server.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "30" },
    /** Where the data lies; kept for the next run. */
    dir: { type: "string", default: "/tmp/scale-data" },
    /** Requests whose name has this. */
    only: { type: "string", default: "" },
    /** Each answer beside what the obvious statement finds; `--no-naive`: only the requests. */
    naive: { type: "boolean", default: true },
    remove: { type: "boolean", default: false },
  },
  allowNegative: true,
});

const main = async (): Promise<void> => {
  await makeScaleData(values.dir, { hosts: Number(values.hosts), seed: Number(values.seed) });
  const server = await startScaleServer(values.dir);
  await timed("nothing left to compute", () => server.settle());
  await timed("what is open is in memory", () => inMemory(server));
  const client = new Client(server.connections.owner);
  await client.connect();
  try {
    const requests = screenRequests(await knownIn(server)).filter(({ screen }) => screen.includes(values.only));
    say(HEAD);
    const done = await measureRequests(server, values.naive ? client : null, { requests, runs: Number(values.runs) });
    const over = done.filter(({ p95 }) => p95 > REQUEST_MS);
    const different = done.filter(({ difference }) => difference !== null);
    say(
      `${different.length} of ${done.filter(({ naiveMs }) => naiveMs !== null).length} answers differ from the naive statement's`,
    );
    if (different.length > 0) process.exitCode = 1;
    say(`${done.length - over.length} of ${done.length} requests within ${REQUEST_MS} ms`);
  } finally {
    await client.end();
    await server.stop();
    if (values.remove) await rm(values.dir, { recursive: true, force: true });
  }
};

await main();
