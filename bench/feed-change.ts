/**
 * Promise: 500 changed advisories -> every affected asset of 1,000 hosts known, stored and pushed to a WebSocket client within
 * 1 s of publication, and at least 100 times faster than judging everything again.
 */
import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { type Connections, connectionsOf, openDatabase } from "../packages/server/src/platform/db/index.ts";
import { PORT, SUPERUSER } from "../packages/server/src/platform/db/embedded-cluster.ts";
import { choosePlace } from "../packages/server/src/platform/db/embedded-place.ts";
import { countHostRows, judgingsOf, matchEveryHost } from "./feed-change/reference.ts";
import { enrollHosts } from "./ingest/enroll.ts";
import { writeFeed } from "./ingest/feed.ts";
import type { LoadOrder, LoadResult } from "./ingest/load.ts";
import type { FromServer } from "./ingest/server.ts";
import { median, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1000" },
    changed: { type: "string", default: "500" },
    others: { type: "string", default: "100000" },
    each: { type: "string", default: "24" },
    rounds: { type: "string", default: "5" },
  },
});
const HOSTS = Number(values.hosts);
const CHANGED = Number(values.changed);
const SHAPE = { others: Number(values.others), each: Number(values.each) };
const ROUNDS = Number(values.rounds);
const POLL_MS = 5;
/** Asking is work for the same cores: what is waited for after the publication is asked for less often, and counts as late as it is seen. */
const POLL_STORED_MS = 25;
/** No further message within this time: the last one was the last. */
const QUIET_MS = 1_500;
const CONNECTIONS = 16;
const LIMIT_MS = 1_000;
const RATIO = 100;

const answer = <T>(child: ChildProcess, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const forget = (): void => void child.off("message", listen).off("exit", end);
    const listen = (message: unknown): void => {
      if ((message as { kind: string }).kind !== kind) return;
      forget();
      resolve(message as T);
    };
    const end = (code: number | null): void => {
      forget();
      reject(new Error(`a process of the bench ended with ${code}`));
    };
    child.on("message", listen).on("exit", end);
  });

const here = (path: string): string => new URL(path, import.meta.url).pathname;

const settle = async (server: ChildProcess): Promise<void> => {
  const settled = answer(server, "settled");
  server.send("settle");
  await settled;
};

interface Heard {
  readonly at: number;
  readonly channel: string;
  readonly ids: readonly string[];
  readonly count: number;
}

/** A client of the stream, as a browser is one. */
const listen = async (url: string, token: string): Promise<{ heard: Heard[]; close: () => void }> => {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/stream`, { headers });
  const heard: Heard[] = [];
  await new Promise((resolve, reject) => {
    socket.addEventListener("error", reject);
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as Heard & { type: string };
      if (message.type === "hello") {
        socket.send(JSON.stringify({ type: "subscribe", channels: ["finding_alert", "asset_update", "scan_update"] }));
      } else if (message.type === "subscribed") resolve(null);
      // The company's counters follow in a message that names nothing.
      else if (message.type === "event" && message.ids.length > 0) heard.push({ ...message, at: performance.now() });
    });
  });
  return { heard, close: () => socket.close() };
};

/** When a query answers otherwise than at first, in ms of `performance.now`. */
const changeOf = (client: Client, sql: string, pollMs: number): (() => Promise<number>) => {
  let before: string | undefined;
  const look = async (): Promise<string> => JSON.stringify((await client.query(sql)).rows);
  return async () => {
    before ??= await look();
    for (;;) {
      if ((await look()) !== before) return performance.now();
      await sleep(pollMs);
    }
  };
};

interface Bench {
  readonly client: Client;
  readonly companyId: number;
  readonly heard: Heard[];
}

/** From the commit that `start` causes (it shows in `published`) to findings stored and to the last message. */
const measure = async (
  { client, companyId, heard }: Bench,
  published: string,
  start: () => Promise<unknown>,
): Promise<{ storedMs: number; pushedMs: number; assets: number; alerts: number }> => {
  const second = new Client({
    ...({ host: client.host, port: client.port, user: client.user, database: client.database } as const),
  });
  await second.connect();
  // The day's figures are written in the transaction of the findings.
  const day = `select xmin::text, ctid::text from daily_stat where company_id = ${companyId}`;
  const stored = changeOf(second, day, POLL_STORED_MS)();
  const committed = changeOf(client, published, POLL_MS)();
  await sleep(50);
  heard.length = 0;
  await start();
  const at = await committed;
  const first = await stored;
  // What was computed while the feed compiled, as after a start, is not what the change made of it.
  const storedAt = first < at ? await changeOf(second, day, POLL_STORED_MS)() : first;
  await second.end();
  for (let known = -1; known !== heard.length;) {
    known = heard.length;
    await sleep(QUIET_MS);
  }
  const assets = new Set(heard.filter((h) => h.channel === "asset_update").flatMap((h) => h.ids)).size;
  const alerts = heard.filter((h) => h.channel === "finding_alert").reduce((sum, h) => sum + h.count, 0);
  // What is told is stored: between two looks the message may be there first.
  const pushedMs = heard.length === 0 ? Infinity : Math.max(...heard.map((h) => h.at)) - at;
  return { storedMs: Math.min(storedAt - at, pushedMs), pushedMs, assets, alerts };
};

const intake = async (generator: ChildProcess, order: LoadOrder): Promise<void> => {
  const done = answer<LoadResult>(generator, "done");
  generator.send(order);
  const { failures } = await done;
  if (failures.length > 0) throw new Error(failures[0]);
};

/** Findings and sums as they are, to compare what a change made of them with what judging everything anew does. */
const stateOf = async (client: Client, companyId: number): Promise<string> => {
  const findings = await client.query(
    `select count(*)::int as rows, md5(string_agg(concat_ws(' ', component_id, advisory, severity, fixed_in, risk,
       asset_count), ',' order by component_id, advisory)) as digest
     from finding where company_id = $1 and status = 'open'`,
    [companyId],
  );
  const assets = await client.query(
    `select md5(string_agg(concat_ws(' ', machine_id, critical, high, medium, low, none, unknown, kev_count, risk, covered,
       not_covered, unparsable), ',' order by machine_id)) as digest from asset where company_id = $1`,
    [companyId],
  );
  return JSON.stringify([findings.rows, assets.rows]);
};

const FULL = `begin;
  update component set judged_generation = null;
  select public.enqueue_job('enrich', $$COMPANY$$::jsonb, 'enrich-feed:ID', 0, null, 25, 'company:ID');
  commit`;

/** Where the server is that is asked. */
interface Asked {
  readonly url: string;
  readonly token: string;
  readonly feed: string;
  readonly server: ChildProcess;
}

/** Changes the feed and has it read: milliseconds from its publication to findings stored and to the last message. */
const change = async (bench: Bench, { url, token, feed, server }: Asked, n: number) => {
  const headers = { authorization: `Bearer ${token}` };
  writeFeed(feed, { ...SHAPE, changed: n % 2 === 0 ? CHANGED : 0 });
  const { storedMs, pushedMs, assets, alerts } = await measure(
    bench,
    "select max(id) from feed_generation",
    async () => await fetch(`${url}/api/v1/feeds/sync`, { method: "POST", headers }),
  );
  await settle(server);
  say(
    `${CHANGED} changed advisories: findings stored ${round(storedMs)} ms, last message ${round(pushedMs)} ms after publication; ` +
      `${alerts} new findings, ${assets} assets named`,
  );
  return { storedMs, pushedMs };
};

/** Has our server judge and compute everything again; it must say the same. */
const rematch = async (bench: Bench, server: ChildProcess): Promise<number> => {
  const { client, companyId } = bench;
  const before = await stateOf(client, companyId);
  const payload = JSON.stringify({ companyId, feedChanged: true });
  const { storedMs } = await measure(
    bench,
    "select count(*)::int from component where judged_generation is null",
    async () => await client.query(FULL.replaceAll("ID", String(companyId)).replace("COMPANY", payload)),
  );
  await settle(server);
  if ((await stateOf(client, companyId)) !== before) throw new Error("a full rematch says otherwise");
  say(`  everything judged and computed again, the same result: findings stored ${round(storedMs)} ms`);
  return storedMs;
};

const times = (full: number, own: number): string => `${round(full / own, 1)} times as long`;

const compare = async ({ client, companyId }: Bench, feed: string, stored: number, pushed: number): Promise<void> => {
  const { own, plain } = await judgingsOf(feed);
  const ways = [
    ["the plain way, a Map of version strings asked for every component of every host", plain],
    ["the same by our index", own],
  ] as const;
  for (const [way, judging] of ways) {
    const { seconds, rows } = await matchEveryHost(client, companyId, judging);
    say(
      `full rematch, ${way}, a row stored for each finding of a host: ${round(seconds, 1)} s, ${rows.toLocaleString("en")} rows: ` +
        `${times(seconds * 1000, stored)} as until stored, ${times(seconds * 1000, pushed)} as until pushed (promised ${RATIO})`,
    );
  }
};

const run = async (bench: Bench, asked: Asked): Promise<void> => {
  const done = { stored: [] as number[], pushed: [] as number[], full: [] as number[] };
  for (let n = 0; n < ROUNDS; n += 1) {
    const { storedMs, pushedMs } = await change(bench, asked, n);
    done.stored.push(storedMs);
    done.pushed.push(pushedMs);
    done.full.push(await rematch(bench, asked.server));
  }
  const [stored, pushed, full] = [median(done.stored), median(done.pushed), median(done.full)];
  say(`median: stored ${round(stored)} ms, pushed ${round(pushed)} ms (limit ${LIMIT_MS} ms)`);
  await compare(bench, asked.feed, stored, pushed);
  say(`our own full rematch, distinct components once, differences stored: ${round(full)} ms, ${times(full, stored)}`);
};

const main = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "zt-bench-"));
  await chmod(dataDir, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  const feed = join(dataDir, "bench-feed");
  const records = writeFeed(feed, SHAPE);
  const start = async (): Promise<FromServer & { kind: "listening"; server: ChildProcess }> => {
    const server = fork(here("./ingest/server.ts"), [join(dataDir, "data"), feed]);
    return { ...(await answer<FromServer & { kind: "listening" }>(server, "listening")), server };
  };
  const stop = async (server: ChildProcess): Promise<void> => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.send("stop");
    await gone;
  };
  const generator = fork(here("./ingest/load.ts"));
  let running = await start();
  const { companyId } = running;
  const place = await choosePlace(join(dataDir, "data"), () => undefined);
  const connections: Connections = connectionsOf({
    connection: { host: place.socketDirectory, port: PORT, superuser: SUPERUSER, database: "zerotrace" },
  });
  try {
    say(
      `${availableParallelism()} cores for everything; Node ${process.version}; ${records + SHAPE.others} advisories`,
    );
    const db = openDatabase({ ...connections, onError: () => undefined });
    const hosts = await enrollHosts(db, companyId, 0, HOSTS);
    await db.close();
    await intake(generator, { url: running.url, connections: CONNECTIONS, hosts, round: 0, reader: null });
    await settle(running.server);
    const measured = async (what: (bench: Bench, asked: Asked) => Promise<unknown>): Promise<void> => {
      const client = new Client(connections.owner);
      await client.connect();
      const { heard, close } = await listen(running.url, running.token);
      await what({ client, companyId, heard }, { ...running, feed });
      close();
      await client.end();
    };
    await measured(async (bench, asked) => {
      say(await countHostRows(bench.client, companyId));
      await run(bench, asked);
    });
    await stop(running.server);
    running = await start();
    say("after a restart:");
    await measured((bench, asked) => change(bench, asked, ROUNDS));
  } finally {
    generator.kill();
    await stop(running.server);
    await rm(dataDir, { recursive: true, force: true });
    await rm(place.root, { recursive: true, force: true });
  }
};

await main();
