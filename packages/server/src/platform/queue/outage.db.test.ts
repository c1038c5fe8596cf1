import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Client, type PoolConfig } from "pg";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { enqueue, listAllJobs, openQueue, type Queue, type Task } from "./index.ts";

/** Long enough for graphile-worker's own back-off to have grown to many seconds. */
const OUTAGE_MS = 6_000;
const PORT = 5432;
const log = () => undefined;
const field = (type: string, text: string) => `${type}${text}\0`;
const STARTING = `${field("S", "FATAL")}${field("C", "57P03")}${field("M", "the database system is starting up")}\0`;

/** Stands between the queue and its database. */
class Middleman {
  away = false;
  /** The answer that holds these letters is lost, once, with its connection. */
  lose: string | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(directory: string, database: Client) {
    const { host, port } = database;
    this.#server = createServer((near) => {
      this.#keep(near);
      if (this.away) near.once("data", () => near.end(refusal()));
      else this.#pass(near, host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host));
    }).listen(join(directory, `.s.PGSQL.${PORT}`));
  }

  #pass(near: Socket, far: Socket): void {
    this.#keep(far);
    near.pipe(far);
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
    far.on("data", (bytes) => {
      if (this.lose === undefined || !bytes.includes(this.lose)) {
        near.write(bytes);
        return;
      }
      this.lose = undefined;
      near.destroy();
    });
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on("error", () => undefined); // "close" follows
    return socket.on("close", () => this.#sockets.delete(socket));
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

const refusal = (): Buffer => {
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(Buffer.byteLength(STARTING) + 4, 1);
  return Buffer.concat([head, Buffer.from(STARTING)]);
};

let base: TestDatabase;
let directory: string;
let middleman: Middleman;
let owner: PoolConfig;
let queue: Queue | undefined;

beforeAll(async () => {
  base = await testDatabase();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "zt-mid-"));
  const database = new Client(base.connections.owner);
  middleman = new Middleman(directory, database);
  const { user, password } = database;
  owner = { host: directory, port: PORT, user, password: password ?? undefined, database: database.database };
});
afterEach(async () => {
  await queue?.stop();
  middleman.close();
  await rm(directory, { recursive: true, force: true });
});
afterAll(async () => base.close());

const work = async (step: Task): Promise<void> => {
  queue = openQueue({ owner, tasks: { step }, concurrency: 3, log });
  await queue.start();
};
const order = async (n: number, word = "") =>
  base.db.asService(async (tx) => enqueue(tx, { task: "step", payload: { companyId: 0, n, word } }));
const isEmpty = async () => (await base.db.asService(async (tx) => listAllJobs(tx))).length === 0;

test("jobs run at once after an outage in which the database said it was starting, and what ran in it ran once", async () => {
  const seen: unknown[] = [];
  await work(async ({ n }) => {
    seen.push(n);
    if (n === 1 || n === 2) await sleep(300);
  });
  await order(1);
  await order(2);
  await expect.poll(() => seen.length).toBe(2);
  middleman.away = true;
  middleman.cut();
  await order(3);
  await sleep(OUTAGE_MS);
  expect(seen).toEqual([1, 2]);
  middleman.away = false;
  await expect.poll(() => seen, { timeout: 2_000 }).toEqual([1, 2, 3]);
  await expect.poll(isEmpty, { timeout: 2_000 }).toBe(true);
  expect(seen).toEqual([1, 2, 3]);
});

test("a job whose taking was committed and its answer lost runs within seconds", async () => {
  const seen: unknown[] = [];
  await work(async ({ n }) => void seen.push(n));
  await order(1);
  await expect.poll(isEmpty, { timeout: 2_000 }).toBe(true);
  middleman.lose = "needle";
  await order(2, "needle");
  await expect.poll(() => seen, { timeout: 4_000 }).toEqual([1, 2]);
  await expect.poll(isEmpty, { timeout: 2_000 }).toBe(true);
});

test("a first statement of the workers that fails is not the end", async () => {
  const seen: unknown[] = [];
  middleman.lose = "identifier"; // the names of the columns of the tasks
  await work(async ({ n }) => void seen.push(n));
  await order(1);
  await expect.poll(() => seen, { timeout: 4_000 }).toEqual([1]);
  expect(middleman.lose).toBeUndefined();
});

test("a stop while the database is away takes no longer than another, and prints nothing", async () => {
  const trace = vi.spyOn(console, "trace");
  await work(async () => undefined);
  await order(1);
  await expect.poll(isEmpty, { timeout: 2_000 }).toBe(true);
  middleman.away = true;
  middleman.cut();
  await sleep(500);
  const startedAt = performance.now();
  await queue?.stop();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(trace).not.toHaveBeenCalled();
});
