/** Promise: 10,000 attempts to sign in, 100 a second, on one account and across accounts: the attacker is stopped, the owner still gets in, memory is flat. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { createPasswords } from "../packages/server/src/features/people/index.ts";
import { migrate } from "../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../packages/server/src/platform/queue/index.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { cpuOf, median, memoryOf, percentile, round, say } from "./measure.ts";

const ATTEMPTS = Number(process.env["ATTEMPTS"] ?? 10_000);
const PER_SECOND = 100;
const ACCOUNTS = 1_000;
/** The owner signs in this often while the attack runs, ms. */
const OWNER_EVERY_MS = 5_000;
/** How far the attack may fall behind before it goes on later, milliseconds. */
const LATE_MS = 200;
const PASSWORD = "violet otter climbs nine stairs";

interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly cookies: string[];
}

let origin = "";
const emailOf = (n: number): string => `person-${n}@example.test`;

const signIn = async (email: string, password: string, from: string, cookie = ""): Promise<Answer> => {
  const startedAt = performance.now();
  const headers = { "content-type": "application/json", "x-forwarded-for": from, cookie };
  const body = JSON.stringify({ email, password });
  const answer = await fetch(`${origin}/api/v1/sign-in`, { method: "POST", headers, body });
  await answer.arrayBuffer();
  const cookies = answer.headers.getSetCookie().map((one) => one.split(";", 1)[0] ?? "");
  return { status: answer.status, ms: performance.now() - startedAt, cookies };
};

/** The n-th address of an attacker who has so many. */
const addressOf = (n: number, of: number): string => `10.${(n % of) >> 16}.${((n % of) >> 8) & 255}.${(n % of) & 255}`;

/** Passwords that the server looked at so far, and what it holds after collecting its garbage, MB. */
const askServer = async (server: ChildProcess): Promise<{ verified: number; held: number }> => {
  server.send("ask");
  const [{ verified, heldBytes }] = (await once(server, "message")) as [{ verified: number; heldBytes: number }];
  return { verified, held: heldBytes / 1e6 };
};

/** Runs an attack at a steady rate with the owner signing in beside it; says what came of both. */
const attack = async (
  server: ChildProcess,
  title: string,
  { target, addresses, device }: { target: (n: number) => string; addresses: number; device: string },
): Promise<void> => {
  const pid = server.pid as number;
  const before = await askServer(server);
  const [cpuBefore, memoryBefore] = [cpuOf(pid), memoryOf(pid, "VmRSS")];
  const statuses = new Map<number, number>();
  const owner: Answer[] = [];
  const pending = new Set<Promise<void>>();
  const memory: number[] = [];
  const track = (work: Promise<void>): void => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const comesHome = async (from: string): Promise<void> => {
    owner.push(await signIn(emailOf(0), PASSWORD, from, device));
  };
  const guess = async (n: number): Promise<void> => {
    const address = addressOf(n, addresses);
    // 0: the connection broke; only the owner must always get an answer
    const status = await signIn(target(n), `guess ${n}`, address).then(
      (answer) => answer.status,
      () => 0,
    );
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const startedAt = performance.now();
  let ownerAt = startedAt;
  let due = startedAt;
  for (let n = 0; n < ATTEMPTS; n += 1) {
    // a machine that falls behind attacks at the same rate for longer, and not all at once
    due = Math.max(due + 1000 / PER_SECOND, performance.now() - LATE_MS);
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    if (performance.now() >= ownerAt) {
      ownerAt += OWNER_EVERY_MS;
      memory.push(memoryOf(pid, "VmRSS"));
      // from another network each time, as somebody on the way
      const from = `192.0.${owner.length}.9`;
      track(comesHome(from));
    }
    track(guess(n));
  }
  await Promise.all(pending);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await askServer(server);
  const guesses = after.verified - before.verified - owner.length;
  const times = owner.map(({ ms }) => ms);
  const shown = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`);
  say(`${title}: ${ATTEMPTS} attempts in ${round(seconds)} s from ${addresses} addresses: ${shown.join(", ")}`);
  say(`  guesses that were looked at: ${guesses}`);
  say(
    `  the owner: ${owner.filter(({ status }) => status === 201).length} of ${owner.length} sign-ins, ` +
      `p50 ${round(median(times))} ms, most ${round(percentile(times, 1))} ms`,
  );
  say(
    `  the server: ${round(cpuOf(pid) - cpuBefore, 1)} s of CPU; memory ${round(memoryBefore)} MB before, ` +
      `${round(Math.max(...memory))} MB at most; held ${round(before.held, 1)} MB before, ${round(after.held, 1)} MB after`,
  );
};

/** How long a refusal takes for an account that is there and one that is not. */
const compareRefusals = async (): Promise<void> => {
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let n = 0; n < 60; n += 1) {
    known.push((await signIn(emailOf(500 + n), "wrong password", `172.16.${n}.1`)).ms);
    unknown.push((await signIn(`nobody-${n}@example.test`, "wrong password", `172.17.${n}.1`)).ms);
  }
  say(`a refusal: p50 ${round(median(known), 1)} ms for an account, ${round(median(unknown), 1)} ms for none`);
};

const seed = async (owner: ConstructorParameters<typeof Client>[0]): Promise<void> => {
  const hash = await createPasswords().hash(PASSWORD);
  const client = new Client(owner);
  await client.connect();
  await client.query("insert into company (name) values ('bench')");
  await client.query(
    `insert into person (email, name, password_hash) select 'person-' || n || '@example.test', 'Person', $1
     from generate_series(0, $2) n`,
    [hash, ACCOUNTS],
  );
  await client.query(
    `insert into membership (company_id, person_id, email, name, role, source)
     select (select max(id) from company), id, email, name, 'viewer', 'invitation' from person`,
  );
  await client.end();
};

const { cluster, stop } = await startOwn();
let server: ChildProcess | undefined;
try {
  await administer(cluster, "create database bench_sign_in");
  const connections = connectionsIn(cluster, "bench_sign_in");
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  await seed(connections.owner);
  const { app, service } = connections;
  server = fork(fileURLToPath(new URL("./sign-in/server.ts", import.meta.url)), [JSON.stringify({ app, service })], {
    execArgv: ["--expose-gc"],
  });
  [{ origin }] = (await once(server, "message")) as [{ origin: string }];
  const first = await signIn(emailOf(0), PASSWORD, "198.51.100.7");
  const device = first.cookies.find((one) => one.startsWith("zt_device=")) ?? "";
  say(`one sign-in with nothing else going on: ${round((await signIn(emailOf(0), PASSWORD, "198.51.100.7")).ms)} ms`);
  await compareRefusals();
  // the allowance of the whole server is full again
  await sleep(70_000);
  await attack(server, "one account", { target: () => emailOf(0), addresses: 10_000, device });
  await sleep(70_000);
  await attack(server, "1,000 accounts", { target: (n) => emailOf(n % ACCOUNTS), addresses: 1_000, device });
} finally {
  server?.kill();
  await stop();
}
