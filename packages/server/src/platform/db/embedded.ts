import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, messageOf } from "@zerotrace/core";
import { Client, type ClientConfig } from "pg";
import { ensureCluster, PORT, rotateLog, serverArguments, SUPERUSER } from "./embedded-cluster.ts";
import { choosePlace, type Place } from "./embedded-place.ts";
import { findOrphan, isAlive, probe, recordedPid } from "./embedded-process.ts";
import { assertNotBusy } from "./lock.ts";
import { prepareRuntime, type Runtime } from "./embedded-runtime.ts";

const DATABASE = "zerotrace";
const READY_POLL_MS = 10;
/** While it recovers: each look starts a process, which takes its time from the recovery. */
const STARTING_POLL_MS = 50;
/** Recovery after a crash replays at most max_wal_size. */
const READY_TIMEOUT_MS = 120_000;
/** A server that ends at once is started again: backends of the one before it may still be going. */
const MAX_EARLY_EXITS = 8;
const WATCH_MS = 100;
const RESTART_PAUSE_MS = 50;
const MAX_RESTART_PAUSE_MS = 5_000;
/** A server that lived this long earns a fresh back-off. */
const STABLE_MS = 30_000;
const FAST_STOP_MS = 1_500;
const LOG_TAIL_BYTES = 600;

type Log = (level: "info" | "warn", message: string, fields?: object) => void;

/** A PostgreSQL of our own. `location` is the directory of its files. */
export interface EmbeddedPostgres {
  /** `host` is the directory of the unix socket. */
  connection: { host: string; port: number; superuser: string; database: "zerotrace" };
  /** The pid of the server that runs now; it changes when the server was restarted. */
  pid(): number;
  /** Ends the server within 2 s, losing nothing. */
  stop(): Promise<void>;
  location: string;
}

/**
 * Starts PostgreSQL on the data directory, making the cluster first when there is none, and keeps it running: a server
 * that dies is started again until `stop()`. A server left over by a killed ZeroTrace is taken over. Resolves when the
 * database answers. Throws DATA_DIR_BUSY when the ZeroTrace that started the server lives, BAD_CONFIG, DATA_DIR_NEWER, or DATABASE_UNAVAILABLE with the end of PostgreSQL's log.
 */
export const startEmbedded = async (options: {
  dataDir: string;
  log: Log;
  /** Ends the making of a new cluster. */
  signal?: AbortSignal;
}): Promise<EmbeddedPostgres> => {
  const chosen = await choosePlace(options.dataDir, options.log);
  const runtime = await prepareRuntime(chosen.root);
  await ensureCluster(chosen, runtime, options.signal);
  const place = { ...chosen, clusterDirectory: await realpath(chosen.clusterDirectory) };
  const supervisor = new Supervisor(place, runtime, options.log);
  await supervisor.start();
  try {
    await ensureDatabase(supervisor.config);
    if (supervisor.adopted) {
      await assertNotBusy({ dataDir: options.dataDir, owner: { ...supervisor.config, database: DATABASE } });
    }
  } catch (error) {
    // The server of a ZeroTrace that lives is not ours to end.
    if (error instanceof AppError && error.code === "DATA_DIR_BUSY") await supervisor.leave();
    else await supervisor.stop();
    throw error;
  }
  return {
    connection: { host: place.socketDirectory, port: PORT, superuser: SUPERUSER, database: DATABASE },
    pid: () => supervisor.pid,
    stop: async () => supervisor.stop(),
    location: place.root,
  };
};

const ensureDatabase = async (config: ClientConfig): Promise<void> => {
  const client = new Client({ ...config, database: "postgres" });
  client.on("error", () => undefined); // a lost connection rejects the query too
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
};

class Supervisor {
  readonly config: ClientConfig;
  pid = 0;
  /** True when the server was there before us. */
  adopted = false;
  readonly #place: Place;
  readonly #runtime: Runtime;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #watching: Promise<void> | undefined;

  constructor(place: Place, runtime: Runtime, log: Log) {
    this.#place = place;
    this.#runtime = runtime;
    this.#log = log;
    this.config = { host: place.socketDirectory, port: PORT, user: SUPERUSER };
  }

  async start(): Promise<void> {
    const size = await stat(this.#place.logFile).then(
      (found) => found.size,
      () => 0,
    );
    await rotateLog(this.#place.logFile, size);
    await this.#launch();
    this.#watching = this.#watch();
  }

  /** Stops watching and lets the server run. */
  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  /** Only the first call ends the server: after that it may be somebody else's. */
  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return this.#watching;
    this.#stop.abort();
    // A restart may just have begun: the pid file knows it before we do.
    const pids = new Set([this.pid, await recordedPid(this.#place.clusterDirectory)]);
    await Promise.all([...pids].map(async (pid) => this.#end(pid ?? 0)));
    await this.#watching;
  }

  async #end(pid: number): Promise<void> {
    if (pid === 0 || !(await this.#isOurs(pid))) return;
    signal(pid, "SIGINT");
    const endAt = performance.now() + FAST_STOP_MS;
    while (await isAlive(pid)) {
      // Its last checkpoint takes too long: what is committed is in the log and will be replayed.
      if (performance.now() > endAt) signal(pid, "SIGQUIT");
      await sleep(READY_POLL_MS);
    }
  }

  async #isOurs(pid: number): Promise<boolean> {
    return pid === this.pid ? isAlive(pid) : pid === (await findOrphan(this.#place.clusterDirectory));
  }

  /** Takes over the server that runs, or starts one; resolves when it answers. */
  async #launch(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (let exits = 0; exits < MAX_EARLY_EXITS && !this.#stop.signal.aborted; exits += 1) {
      const orphan = await findOrphan(this.#place.clusterDirectory);
      const child = orphan === undefined ? this.#spawn() : undefined;
      const pid = orphan ?? child?.pid;
      if (pid !== undefined && (await this.#ready(pid, child, deadline))) {
        this.pid = pid;
        this.adopted = orphan !== undefined;
        if (orphan !== undefined) this.#log("info", "took over the PostgreSQL that was left running", { pid });
        return;
      }
      await sleep(RESTART_PAUSE_MS * 2 ** exits);
    }
    if (this.#stop.signal.aborted) return;
    const file = this.#place.logFile;
    const tail = (await readFile(file, "utf8").catch(() => "")).slice(-LOG_TAIL_BYTES).trim();
    throw new AppError("DATABASE_UNAVAILABLE", `PostgreSQL does not start. The end of ${file}: ${tail}`);
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#place.logFile, "a", 0o600);
    try {
      const child = spawn(join(this.#runtime.binDirectory, "postgres"), serverArguments(this.#place), {
        cwd: this.#place.root,
        env: { ...this.#runtime.env, LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" },
        stdio: ["ignore", log, log],
        // Its own process group: Ctrl-C reaches us alone, and we stop it when our work is done.
        detached: true,
        ...this.#place.account,
      });
      child.on("error", (error) => this.#log("warn", "PostgreSQL cannot be run", { error: messageOf(error) }));
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #ready(pid: number, child: ChildProcess | undefined, deadline: number): Promise<boolean> {
    while (!this.#stop.signal.aborted && performance.now() < deadline) {
      const answer = await probe(this.config, this.#place.clusterDirectory);
      if (answer === "up" && (await recordedPid(this.#place.clusterDirectory)) === pid) return true;
      const ended = child ? child.exitCode !== null || child.signalCode !== null : !(await isAlive(pid));
      if (ended) return false;
      await sleep(answer === "starting" ? STARTING_POLL_MS : READY_POLL_MS);
    }
    return false;
  }

  /** Does not keep the process alive, and ends at once on `stop()`. */
  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { ref: false, signal: this.#stop.signal }).catch(() => undefined);
  }

  /** Starts the server again whenever it is gone. */
  async #watch(): Promise<void> {
    let pauseMs = RESTART_PAUSE_MS;
    let since = performance.now();
    while (!this.#stop.signal.aborted) {
      if (await isAlive(this.pid)) {
        await this.#rest(WATCH_MS);
        continue;
      }
      if (performance.now() - since > STABLE_MS) pauseMs = RESTART_PAUSE_MS;
      this.#log("warn", "PostgreSQL ended unexpectedly; starting it again", { pid: this.pid, pauseMs });
      try {
        await this.#launch();
        this.#log("info", "PostgreSQL runs again", { pid: this.pid });
      } catch (error) {
        this.#log("warn", "PostgreSQL could not be started again", { error: messageOf(error) });
      }
      since = performance.now();
      await this.#rest(pauseMs);
      pauseMs = Math.min(pauseMs * 2, MAX_RESTART_PAUSE_MS);
    }
  }
}

const signal = (pid: number, name: "SIGINT" | "SIGQUIT"): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
};
