import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { connectionsOf, migrate, openDatabase, startEmbedded } from "../db/index.ts";
import { enqueue, listAllJobs, migrateQueue, openQueue } from "./index.ts";

const JOBS = 60;
const WITHIN_MS = 20_000;
const log = () => undefined;

/** Kills the process; one that another kill ended is waited for until it runs again. */
const kill = async (pidOf: () => number): Promise<void> => {
  for (;;) {
    try {
      process.kill(pidOf(), "SIGKILL");
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      await sleep(20);
    }
  }
};

test("every job runs although PostgreSQL is killed with -9 twice while they do", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "zt-queue-"));
  await chmod(dataDir, 0o755);
  const postgres = await startEmbedded({ dataDir, log });
  const connections = connectionsOf(postgres);
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const db = openDatabase({ ...connections, onError: log });
  const done = new Set<unknown>();
  const step = async (payload: Record<string, unknown>) => {
    await sleep(20);
    done.add(payload["n"]);
  };
  const queue = openQueue({ owner: connections.owner, tasks: { step }, concurrency: 4, log });
  onTestFinished(async () => {
    await queue.stop();
    await db.close();
    await postgres.stop();
    await rm(postgres.location, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  });
  await queue.start();
  const accepted: number[] = [];
  for (let n = 0; n < JOBS; n += 1) {
    if (n === 20 || n === 40) await kill(() => postgres.pid());
    await db
      .asService(async (tx) => enqueue(tx, { task: "step", payload: { companyId: 0, n } }))
      .then(() => accepted.push(n), log);
  }
  const endAt = performance.now() + WITHIN_MS;
  while (performance.now() < endAt) {
    if (accepted.every((n) => done.has(n)) && (await db.asService(async (tx) => listAllJobs(tx))).length === 0) break;
    await sleep(50);
  }
  expect(accepted.length).toBeGreaterThan(JOBS / 2);
  expect(accepted.filter((n) => !done.has(n))).toEqual([]);
  expect(await db.asService(async (tx) => listAllJobs(tx))).toEqual([]);
});
