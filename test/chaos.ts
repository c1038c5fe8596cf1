import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ChaosAgent, type Tally } from "./chaos/agent.ts";
import { jobsLeft, queueLeft, wrongFindings, wrongInventories } from "./chaos/verify.ts";
import { pick, type Random, randomOf, type Weakness, weaknessesOf, writeWorld } from "./chaos/world.ts";
import { freshDir } from "./support/live.ts";
import { connectAs, postmasterOf } from "./support/postmaster.ts";

/**
 * Kills the server or its PostgreSQL with -9 at random moments while simulated agents report over HTTP, and then proves
 * that no acknowledged inventory is lost, no finding is there twice and no work is left. Exit code 1 on any violation.
 * `npm run chaos -- --kills 20 --agents 200 --seed 1`
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    agents: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});
const KILLS = Number(values.kills);
const AGENTS = Number(values.agents);
const SEED = Number(values.seed);

const LIMIT_MS = 235_000;
const READY_WITHIN_MS = 60_000;
const DRAIN_WITHIN_MS = 60_000;
const BETWEEN_KILLS_MS = { least: 400, spread: 5_000 };
const FEED_CHANGES = 4;

const startedAt = Date.now();
const deadlineAt = startedAt + LIMIT_MS;
const say = (text: string): void =>
  void process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s  ${text}\n`);

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

interface Child {
  readonly process: ChildProcess;
  /** Resolves with what the server printed when it was ready; rejects when it ended before. */
  readonly ready: Promise<{ url: string; token: string }>;
}

/** The server that is alive now; one that ends without being killed is a violation. */
class ServerUnderTest {
  child!: Child;
  readonly readyMs: number[] = [];
  readonly #args: string[];
  readonly #tally: Tally;
  #expected = new WeakSet<ChildProcess>();

  constructor(args: string[], tally: Tally) {
    this.#args = args;
    this.#tally = tally;
  }

  start(): Promise<{ url: string; token: string }> {
    const at = Date.now();
    const script = fileURLToPath(new URL("./chaos/server.ts", import.meta.url));
    const child = spawn(process.execPath, [script, ...this.#args], { stdio: ["pipe", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (bytes: Buffer) => (errors = (errors + bytes.toString()).slice(-2_000)));
    const ready = new Promise<{ url: string; token: string }>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        if (!text.includes("\n")) return;
        this.readyMs.push(Date.now() - at);
        resolve(JSON.parse(text));
      });
      child.once("exit", (code, signal) => {
        if (!this.#expected.has(child)) this.#tally.violations.push(`the server ended (${code ?? signal}): ${errors}`);
        reject(new Error("the server ended"));
      });
    });
    ready.catch(() => undefined);
    this.child = { process: child, ready };
    return ready;
  }

  /** Resolves when the process is gone. */
  async end(how: "kill" | "stop"): Promise<void> {
    const { process: child } = this.child;
    this.#expected.add(child);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (how === "kill") child.kill("SIGKILL");
    else child.stdin?.end();
    await gone;
  }
}

const killPostgres = async (dataDir: string): Promise<boolean> => {
  try {
    process.kill((await postmasterOf(dataDir)).pid, "SIGKILL");
    return true;
  } catch {
    return false; // it is just being started again
  }
};

/** Ends one connection's process as the system would when out of memory: PostgreSQL then recovers from the log. */
const killBackend = async (dataDir: string, random: Random): Promise<boolean> => {
  try {
    const client = await connectAs(dataDir, "zerotrace");
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = 'zerotrace' and pid <> pg_backend_pid() order by pid",
    );
    const chosen = rows[pick(random, rows.length)];
    if (chosen) process.kill(chosen.pid, "SIGKILL");
    await client.end().catch(() => undefined);
    return chosen !== undefined;
  } catch {
    return false;
  }
};

const killOnce = async (server: ServerUnderTest, dataDir: string, random: Random): Promise<string> => {
  const dice = random();
  if (dice < 0.4) {
    await server.end("kill");
    void server.start();
    return "server";
  }
  if (dice < 0.7) return (await killPostgres(dataDir)) ? "postgres" : "";
  if (dice < 0.85) return (await killBackend(dataDir, random)) ? "backend" : "";
  await Promise.all([server.end("kill"), killPostgres(dataDir)]);
  void server.start();
  return "server and postgres";
};

const post = (url: string, token: string, path: string, body?: object, from = "10.0.0.1"): Promise<Response> =>
  fetch(url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "x-forwarded-for": from,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const enrollAll = async (agents: readonly ChaosAgent[], url: string, token: string): Promise<void> => {
  const created = await post(url, token, "/api/v1/tokens", { kind: "enrollment", label: "chaos", maxUses: AGENTS });
  const { secret } = (await created.json()) as { secret: string };
  for (const [i, agent] of agents.entries()) {
    const body = { token: secret, agentVersion: "1", facts: agent.facts };
    const answer = await post(url, "", "/api/v1/agents/enroll", body, `10.1.${i >> 8}.${i & 255}`);
    if (answer.status !== 201) throw new Error(`enroll: ${answer.status} ${await answer.text()}`);
    const { assetId, credential } = (await answer.json()) as { assetId: string; credential: string };
    agent.enrolled(url, assetId, credential);
  }
};

/** Asks for a synchronization until the server takes the order. */
const syncFeeds = async (url: string, token: string): Promise<void> => {
  while (Date.now() < deadlineAt) {
    const answer = await post(url, token, "/api/v1/feeds/sync").catch(() => null);
    if (answer?.status === 202) return;
    if (answer && answer.status < 500) throw new Error(`sync: ${answer.status} ${await answer.text()}`);
    await sleep(200);
  }
};

const waitForDrain = async (dataDir: string): Promise<{ waiting: number; running: number; dead: number }> => {
  const endAt = Math.min(Date.now() + DRAIN_WITHIN_MS, deadlineAt);
  for (;;) {
    const owner = await connectAs(dataDir, "zerotrace", READY_WITHIN_MS);
    const left = await queueLeft(owner);
    await owner.end();
    if (left.waiting + left.running === 0 || Date.now() > endAt) return left;
    await sleep(250);
  }
};

const main = async (): Promise<number> => {
  const random = randomOf(SEED);
  const dataDir = await freshDir();
  const feeds = join(dataDir, "chaos-feeds");
  const tally: Tally = { acknowledged: 0, spooled: 0, away: 0, violations: [] };
  let weaknesses: Weakness[] = weaknessesOf(random);
  await writeWorld(feeds, weaknesses);
  const server = new ServerUnderTest([dataDir, feeds, String(await freePort())], tally);
  const { url, token } = await server.start();
  say(`server ready in ${server.readyMs[0]} ms, seed ${SEED}`);
  const agents = Array.from({ length: AGENTS }, (_, i) => new ChaosAgent(i, SEED, join(dataDir, "agents"), tally));
  await enrollAll(agents, url, token);
  say(`${AGENTS} agents enrolled`);

  const stop = new AbortController();
  const running = Promise.allSettled(agents.map((agent) => agent.run(stop.signal, deadlineAt)));
  const kills: Record<string, number> = {};
  for (let done = 0; done < KILLS && Date.now() < deadlineAt;) {
    await sleep(BETWEEN_KILLS_MS.least + random() * BETWEEN_KILLS_MS.spread);
    if (done > 0 && done % Math.ceil(KILLS / FEED_CHANGES) === 0) {
      weaknesses = weaknessesOf(random);
      await writeWorld(feeds, weaknesses);
      void syncFeeds(url, token);
    }
    const killed = await killOnce(server, dataDir, random);
    if (killed === "") continue;
    done += 1;
    kills[killed] = (kills[killed] ?? 0) + 1;
    say(`kill ${done}: ${killed}; ${tally.acknowledged} inventories acknowledged`);
  }

  await Promise.race([server.child.ready.catch(() => undefined), sleep(READY_WITHIN_MS)]);
  const owner = await connectAs(dataDir, "zerotrace", READY_WITHIN_MS);
  tally.violations.push(...(await wrongInventories(owner, agents, { exact: false })));
  stop.abort();
  for (const end of await running) if (end.status === "rejected") tally.violations.push(String(end.reason));
  say("agents delivered what waited");
  await syncFeeds(url, token);
  const left = await waitForDrain(dataDir);
  if (left.waiting + left.running + left.dead > 0) tally.violations.push(`jobs left: ${await jobsLeft(owner)}`);
  say("queue drained");
  tally.violations.push(...(await wrongInventories(owner, agents, { exact: true })));
  const { problems, open } = await wrongFindings(owner, agents, weaknesses);
  tally.violations.push(...problems);
  await owner.end();
  await server.end("stop");
  if (!values.keep) await rm(dataDir, { recursive: true, force: true });

  const { acknowledged, spooled, away } = tally;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  if (Date.now() > deadlineAt) tally.violations.push("it took too long");
  process.stdout.write(
    `\nkills        ${Object.entries(kills)
      .map(([what, n]) => `${n} ${what}`)
      .join(", ")}\n` +
      `agents       ${AGENTS}: ${acknowledged} inventories acknowledged, ${spooled} kept on disk, ${away} times away\n` +
      `findings     ${open} open, each once, equal to the recomputation unless listed below\n` +
      `restarts     ready in ${server.readyMs.join(", ")} ms\n` +
      `violations   ${tally.violations.length}\n${[...new Set(tally.violations)]
        .slice(0, 20)
        .map((v) => `  ${v}\n`)
        .join("")}` +
      `took         ${seconds} s\n`,
  );
  return tally.violations.length === 0 ? 0 : 1;
};

process.exit(await main());
