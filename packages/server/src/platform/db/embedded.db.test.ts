import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canTraverse } from "./embedded-place.ts";
import { connectionsOf, type EmbeddedPostgres, lockDataDir, migrate, openDatabase, startEmbedded } from "./index.ts";

const log = () => undefined;
const STOP_WITHIN_MS = 2_000;
let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "zt-embedded-"));
  await chmod(dataDir, 0o755);
  running = [];
});
afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  for (const { location } of running) await rm(location, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbedded({ dataDir, log });
  running.push(postgres);
  return postgres;
};
const open = async (postgres: EmbeddedPostgres) => {
  const connections = connectionsOf(postgres);
  await migrate(connections.owner);
  return openDatabase({ ...connections, onError: log });
};
const until = async (holds: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> => {
  const endAt = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > endAt) throw new Error("it did not come about in time");
    await sleep(20);
  }
};

/** Where the cluster is being made; undefined before. */
const rootOf = async (): Promise<string | undefined> => {
  const noted = (await readFile(join(dataDir, "postgres.location"), "utf8").catch(() => "")).trim();
  const root = noted || join(dataDir, "postgres");
  return (await readdir(join(root, "data.new")).catch(() => [])).length > 0 ? root : undefined;
};

test("a first start that is stopped while it makes the cluster ends at once, and the next one makes it", async () => {
  const stop = new AbortController();
  const starting = startEmbedded({ dataDir, log, signal: stop.signal });
  await until(async () => (await rootOf()) !== undefined);
  const stopAt = performance.now();
  stop.abort(new Error("stopped"));
  await expect(starting).rejects.toThrow("stopped");
  expect(performance.now() - stopAt).toBeLessThan(500);
  await start();
}, 30_000);

test("what was committed is there after a stop and a start, and both are quick", async () => {
  const first = await start();
  const db = await open(first);
  await db.asService(async (tx) => tx.query("insert into company (name) values ('kept')"));
  await db.close();
  const stopAt = performance.now();
  await first.stop();
  expect(performance.now() - stopAt).toBeLessThan(STOP_WITHIN_MS);
  const again = await open(await start());
  expect(await again.asService(async (tx) => tx.query("select name from company"))).toEqual([{ name: "kept" }]);
  await again.close();
});

test("a server that is killed with -9 is started again and has lost nothing that was committed", async () => {
  const postgres = await start();
  const db = await open(postgres);
  await db.asService(async (tx) => tx.query("insert into company (name) values ('kept')"));
  for (let round = 0; round < 2; round += 1) {
    const pid = postgres.pid();
    process.kill(pid, "SIGKILL");
    await until(() => postgres.pid() !== pid);
    await until(async () =>
      db.ping().then(
        () => true,
        () => false,
      ),
    );
  }
  expect(await db.asService(async (tx) => tx.query("select name from company"))).toEqual([{ name: "kept" }]);
  await db.close();
});

/** The pid of a PostgreSQL whose ZeroTrace was killed. */
const leftRunning = async (): Promise<number> => {
  const script = `
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
    const postgres = await startEmbedded({ dataDir: process.argv[1], log: () => undefined });
    process.stdout.write(String(postgres.pid()));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [pidText] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGKILL");
  await once(child, "exit");
  return Number(pidText.toString());
};

test("when all was killed the next start recovers, and not by syncing file by file where the system can do better", async () => {
  process.kill(-(await leftRunning()), "SIGKILL");
  const db = await open(await start());
  const [row] = await db.asService(async (tx) =>
    tx.query<{ method: string }>("select setting as method from pg_settings where name = 'recovery_init_sync_method'"),
  );
  expect(row?.method).toBe(process.platform === "linux" ? "syncfs" : "fsync");
  await db.close();
});

test("a server left running by a killed process is taken over, watched and stopped", async () => {
  const pid = await leftRunning();
  const postgres = await start();
  expect(postgres.pid()).toBe(pid);
  process.kill(postgres.pid(), "SIGKILL");
  await until(() => postgres.pid() !== pid);
  const db = await open(postgres);
  await db.ping();
  await db.close();
});

test("a postmaster.pid of a crashed machine that names another living process does not stop the start", async () => {
  const first = await start();
  await first.stop();
  const file = join(first.location, "data", "postmaster.pid");
  await writeFile(file, `${process.pid}\n${join(first.location, "data")}\n`);
  const again = await start();
  expect(again.pid()).not.toBe(process.pid);
});

test("a second ZeroTrace on the directory is refused with the pid of the first, also after a restart of the database", async () => {
  const postgres = await start();
  const { owner } = connectionsOf(postgres);
  const lock = await lockDataDir({ dataDir, owner, log });
  const busy = {
    code: "DATA_DIR_BUSY",
    message: `Another ZeroTrace (pid ${process.pid}) uses ${dataDir}. Stop it, or start this one with --data-dir DIR.`,
  };
  await expect(lockDataDir({ dataDir, owner, log })).rejects.toMatchObject(busy);
  await expect(start()).rejects.toMatchObject(busy);
  const pid = postgres.pid();
  process.kill(pid, "SIGKILL");
  await until(() => postgres.pid() !== pid);
  await sleep(600);
  await expect(lockDataDir({ dataDir, owner, log })).rejects.toMatchObject(busy);
  await lock.release();
  const next = await lockDataDir({ dataDir, owner, log });
  await next.release();
});

test("as root, a closed data directory gets its database elsewhere and remembers where", async () => {
  await chmod(dataDir, 0o700);
  const closedToNobody = !(await canTraverse(dataDir, { uid: 65_534, gid: 65_534 }));
  const first = await start();
  await first.stop();
  const again = await start();
  expect(again.location).toBe(first.location);
  const noted = await readFile(join(dataDir, "postgres.location"), "utf8").catch(() => undefined);
  if (process.getuid?.() === 0 && closedToNobody) expect(noted).toBe(`${first.location}\n`);
  else expect(first.location).toBe(join(dataDir, "postgres"));
});

test("a data directory with a very long path works: the socket lies elsewhere", async () => {
  dataDir = join(dataDir, "long".repeat(25));
  const postgres = await start();
  expect(postgres.connection.host.length).toBeLessThan(80);
  const db = await open(postgres);
  await db.ping();
  await db.close();
});
