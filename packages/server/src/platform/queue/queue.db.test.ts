import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import {
  countPendingJobs,
  enqueue,
  type JobPayload,
  listAllJobs,
  listJobs,
  openQueue,
  type Queue,
  queueDepth,
  type Task,
} from "./index.ts";

const log = () => undefined;
const STOP_WITHIN_MS = 1_500;
let base: TestDatabase;
let queues: Queue[] = [];

beforeAll(async () => {
  base = await testDatabase();
});
afterEach(async () => {
  await Promise.all(queues.map(async (queue) => queue.stop()));
  queues = [];
  await base.owner.query("delete from graphile_worker._private_jobs");
});
afterAll(async () => base.close());

const work = async (tasks: Record<string, Task>, concurrency = 2): Promise<Queue> => {
  const queue = openQueue({ owner: base.connections.owner, tasks, concurrency, log });
  queues.push(queue);
  await queue.start();
  return queue;
};
const until = async (holds: () => Promise<boolean> | boolean, ms = 15_000): Promise<void> => {
  const endAt = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > endAt) throw new Error("it did not come about in time");
    await sleep(10);
  }
};
const order = async (task: string, more: Partial<Parameters<typeof enqueue>[1]> = {}, companyId = 7) =>
  base.db.withCompany(companyId, async (tx) => enqueue(tx, { task, payload: { companyId }, ...more }));
const hurry = async () => base.owner.query("update graphile_worker._private_jobs set run_at = now()");

test("a job runs within a tenth of a second of its commit, with its payload", async () => {
  const seen: JobPayload[] = [];
  await work({ hello: async (payload) => void seen.push(payload) });
  await sleep(200);
  const startedAt = performance.now();
  await order("hello", { payload: { companyId: 7, word: "x" } });
  await until(() => seen.length === 1);
  expect(performance.now() - startedAt).toBeLessThan(100);
  expect(seen).toEqual([{ companyId: 7, word: "x" }]);
  await until(async () => (await base.db.asService(queueDepth)).running === 0);
});

test("a transaction that is rolled back orders nothing", async () => {
  const failing = base.db.withCompany(7, async (tx) => {
    await enqueue(tx, { task: "hello", payload: { companyId: 7 } });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await base.db.asService(queueDepth)).toEqual({ waiting: 0, running: 0, dead: 0 });
});

test("a company can neither order nor see jobs of another", async () => {
  await order("hello", {}, 8);
  await expect(order("hello", { payload: { companyId: 8 } })).rejects.toMatchObject({ code: "42501" });
  await expect(base.db.withCompany(7, async (tx) => listJobs(tx, 8))).rejects.toMatchObject({ code: "42501" });
  await expect(base.db.withCompany(7, async (tx) => listAllJobs(tx))).rejects.toMatchObject({ code: "42501" });
  expect(await base.db.withCompany(7, async (tx) => listJobs(tx, 7))).toEqual([]);
  expect(await base.db.withCompany(8, async (tx) => listJobs(tx, 8))).toHaveLength(1);
  expect(await base.db.asService(async (tx) => listAllJobs(tx))).toHaveLength(1);
});

test("what waits or runs is counted for a company and for all, however many are dead or another's", async () => {
  await base.owner.query(
    `select graphile_worker.add_job('dead', json_build_object('companyId', 7)) from generate_series(1, 1200)`,
  );
  await base.owner.query("update graphile_worker._private_jobs set attempts = max_attempts");
  await order("hello");
  await order("later", { delayMs: 60_000 });
  await order("hello", {}, 8);
  await base.db.asService(async (tx) => enqueue(tx, { task: "all", payload: { companyId: 0 } }));
  const pending = async (company: number, of = company) =>
    base.db.withCompany(company, async (tx) => countPendingJobs(tx, of));
  expect([await pending(7), await pending(8), await pending(9)]).toEqual([3, 2, 1]);
  await expect(pending(7, 8)).rejects.toMatchObject({ code: "42501" });
  await base.owner.query("update graphile_worker._private_jobs set locked_at = now() where attempts = 0");
  expect(await pending(7)).toBe(3);
});

test("a failing job is tried again later, then lies visible as a dead letter", async () => {
  const attempts: number[] = [];
  await work({
    fail: async (_payload, { attempt }) => {
      attempts.push(attempt);
      throw new Error(`failure ${attempt}`);
    },
  });
  const id = await order("fail", { maxAttempts: 2 });
  await until(() => attempts.length === 1);
  let [job] = await base.db.withCompany(7, async (tx) => listJobs(tx, 7));
  await until(async () => {
    [job] = await base.db.withCompany(7, async (tx) => listJobs(tx, 7));
    return job?.state === "waiting";
  });
  expect(job).toMatchObject({ id, task: "fail", companyId: 7, attempts: 1, maxAttempts: 2, lastError: "failure 1" });
  expect((job?.runAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(1_000);
  await hurry();
  await until(async () => (await base.db.asService(queueDepth)).dead === 1);
  expect(attempts).toEqual([1, 2]);
  [job] = await base.db.withCompany(7, async (tx) => listJobs(tx, 7));
  expect(job).toMatchObject({ state: "dead", attempts: 2, lastError: "failure 2" });
});

test("jobs of one key wait once, keep their time, and one ordered during the run runs after it", async () => {
  const seen: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  await order("keyed", { key: "k", delayMs: 200, payload: { companyId: 7, n: 1 } });
  await order("keyed", { key: "k", delayMs: 60_000, payload: { companyId: 7, n: 2 } });
  expect(await base.db.asService(queueDepth)).toEqual({ waiting: 1, running: 0, dead: 0 });
  await work({
    keyed: async (payload) => {
      seen.push(payload["n"]);
      if (seen.length === 1) await gate.promise;
    },
  });
  await until(() => seen.length === 1);
  await order("keyed", { key: "k", payload: { companyId: 7, n: 3 } });
  gate.resolve();
  await until(() => seen.length === 2);
  expect(seen).toEqual([2, 3]);
  await until(async () => (await base.db.asService(async (tx) => listAllJobs(tx))).length === 0);
});

test("lower priority numbers run first, and jobs of a queue name one after the other", async () => {
  const seen: unknown[] = [];
  let running = 0;
  let most = 0;
  for (const n of [3, 1, 2]) await order("p", { priority: n, queueName: "q", payload: { companyId: 7, n } });
  await work(
    {
      p: async (payload) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(20);
        seen.push(payload["n"]);
        running -= 1;
      },
    },
    3,
  );
  await until(() => seen.length === 3);
  expect(seen).toEqual([1, 2, 3]);
  expect(most).toBe(1);
});

test("the job of a worker killed with -9 is taken over within seconds", async () => {
  await order("slow", { queueName: "one-by-one" });
  const script = `
    import { openQueue } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
    const tasks = { slow: async () => { process.stdout.write("taken"); await new Promise(() => setInterval(() => 1, 1000)); } };
    await openQueue({ owner: JSON.parse(process.argv[1]), tasks, concurrency: 1, log: () => undefined }).start();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(base.connections.owner)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  await sleep(2_100); // past the grace: what follows is the sweep's own pace
  const attempts: number[] = [];
  await work({ slow: async (_payload, { attempt }) => void attempts.push(attempt) });
  await sleep(300);
  expect(attempts).toEqual([]); // its worker lives
  child.kill("SIGKILL");
  await once(child, "exit");
  const killedAt = performance.now();
  await until(() => attempts.length === 1);
  expect(performance.now() - killedAt).toBeLessThan(8_000);
  expect(attempts).toEqual([2]);
});

test("a stop waits for running jobs, aborts them after a second, and gives back what does not end", async () => {
  let aborted = false;
  let started = 0;
  const queue = await work({
    deaf: async (_payload, { signal }) => {
      started += 1;
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      await sleep(4_000);
    },
  });
  await order("deaf");
  await until(() => started === 1);
  const startedAt = performance.now();
  await queue.stop();
  expect(performance.now() - startedAt).toBeLessThan(STOP_WITHIN_MS);
  expect(aborted).toBe(true);
  const [job] = await base.db.withCompany(7, async (tx) => listJobs(tx, 7));
  expect(job).toMatchObject({ state: "waiting", attempts: 0 });
});

test("the worker outlives the loss of all its connections, also in the middle of a job", async () => {
  const seen: unknown[] = [];
  await work({
    step: async (payload) => {
      seen.push(payload["n"]);
      if (payload["n"] === 1 && seen.length === 1) await cut();
    },
  });
  await order("step", { payload: { companyId: 7, n: 1 } });
  await until(() => seen.includes(1));
  await sleep(500);
  await order("step", { payload: { companyId: 7, n: 2 } });
  await until(() => seen.includes(2));
  await until(async () => (await base.db.asService(async (tx) => listAllJobs(tx))).length === 0);
});

const cut = async () =>
  base.owner.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
