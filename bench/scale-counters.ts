/**
 * Promise: with 10,000 hosts and 4 million findings the counters are exact 2 s after a change, and a server that starts on what it
 * computed before computes what differs. Times are from the answer to the change; what is exact is counted row by row.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { round, say } from "./measure.ts";
import { changesOf, countFindings, type ScaleChange, takeBack } from "./scale/changes.ts";
import { makeScaleData, type ScaleServer, startScaleServer } from "./scale/server.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    dir: { type: "string", default: "/tmp/scale-data" },
    /** How often the server is started and the changes are made. */
    rounds: { type: "string", default: "1" },
  },
});
const LIMIT_MS = 2_000;
/** Each answer is work for the same cores; the message of the stream is timed exactly. */
const POLL_MS = 250;
/** Asked for events of the last change, which may still be on their way. */
const QUIET_MS = 500;

/** What a client of the stream heard that says that counters changed, with the time. */
const listen = async ({ url, token }: ScaleServer): Promise<{ at: number[]; close: () => void }> => {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/stream`, { headers });
  const at: number[] = [];
  await new Promise((resolve, reject) => {
    socket.addEventListener("error", reject);
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as { type: string; channel: string; ids: string[] };
      if (message.type === "hello") socket.send(JSON.stringify({ type: "subscribe", channels: ["asset_update"] }));
      else if (message.type === "subscribed") resolve(null);
      // the company's counters are told of in a message that names nothing
      else if (message.type === "event" && message.ids.length === 0) at.push(performance.now());
    });
  });
  return { at, close: () => socket.close() };
};

const statsOf = async ({ url, token }: ScaleServer): Promise<number> => {
  const answer = await fetch(`${url}/api/v1/stats`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { findingCount: number }).findingCount;
};

interface Said {
  readonly at: number;
  readonly n: number;
}

/** Asks the counter again and again until nothing is left to do; each answer that differs from the one before. */
const watch = async (server: ScaleServer, until: Promise<unknown>): Promise<Said[]> => {
  const said: Said[] = [];
  let isOver = false;
  void until.then(() => (isOver = true));
  for (let last = false; !last;) {
    last = isOver;
    const n = await statsOf(server);
    if (said.at(-1)?.n !== n) said.push({ at: performance.now(), n });
    if (!last) await sleep(POLL_MS);
  }
  return said;
};

const measure = async (server: ScaleServer, client: Client, { name, make }: ScaleChange): Promise<boolean> => {
  const before = await countFindings(client, server.companyId);
  const events = await listen(server);
  await make();
  const madeAt = performance.now();
  const said = await watch(server, server.settle());
  await sleep(QUIET_MS);
  events.close();
  const after = await countFindings(client, server.companyId);
  const exact = said.at(-1)?.n === after ? (said.at(-1) as Said).at - madeAt : Infinity;
  // of counters that say what they said nobody is told
  const told = before === after ? exact : (events.at.at(-1) ?? Infinity) - madeAt;
  const over = Math.max(exact, told) > LIMIT_MS ? "  over" : "";
  say(
    `${name.padEnd(40)}${`${before} -> ${after}`.padStart(20)}  exact after ${String(round(exact)).padStart(6)} ms, told after ` +
      `${String(round(told)).padStart(6)} ms${over}`,
  );
  return over === "";
};

const main = async (): Promise<void> => {
  await makeScaleData(values.dir, { hosts: Number(values.hosts), seed: Number(values.seed) });
  let held = 0;
  let made = 0;
  for (let n = 0; n < Number(values.rounds); n += 1) {
    const from = performance.now();
    const server = await startScaleServer(values.dir);
    say(`started, and nothing left to compute, after ${round((performance.now() - from) / 1000, 1)} s`);
    const client = new Client(server.connections.owner);
    await client.connect();
    try {
      for (const change of await changesOf(server, client)) {
        made += 1;
        if (await measure(server, client, change)) held += 1;
      }
    } finally {
      await takeBack(server).catch(() => undefined);
      await client.end();
      await server.stop();
    }
  }
  say(`${held} of ${made} changes counted within ${LIMIT_MS / 1000} s`);
};

await main();
