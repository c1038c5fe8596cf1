import { readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, messageOf } from "@zerotrace/core";
import { Client, type ClientConfig } from "pg";
import { asAppError, isConnectionLoss } from "./faults.ts";

/** Any constant: the embedded cluster is the data directory's own. */
const DATA_DIR_LOCK = 7_305_001;
/** A killed ZeroTrace's connection is noticed within milliseconds. */
const TRY_FOR_MS = 500;
const RETRY_PAUSE_MS = 50;
const RELOCK_PAUSE_MS = 250;

/**
 * Holds the data directory for this process until `release()`, by a lock in its own database; takes it again after the
 * database was restarted. Writes `<dataDir>/zerotrace.pid`. Throws DATA_DIR_BUSY when another process has it.
 */
export const lockDataDir = async (options: {
  dataDir: string;
  owner: ClientConfig;
  log: (level: "info" | "warn", message: string, fields?: object) => void;
  /** The database is not the data directory's own: the refusal names the database. */
  isExternal?: boolean;
  /** False: writes no pid file. */
  pidFile?: boolean;
}): Promise<{ release(): Promise<void> }> => {
  const pidFile = join(options.dataDir, "zerotrace.pid");
  const state: { client: Client | undefined; released: boolean } = { client: undefined, released: false };

  const hold = async (): Promise<boolean> => {
    const client = new Client(options.owner);
    client.on("error", () => undefined); // "end" follows
    try {
      await client.connect();
      const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [
        DATA_DIR_LOCK,
      ]);
      if (rows[0]?.held !== true || state.released) {
        await client.end();
        return false;
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    state.client = client;
    client.once("end", () => {
      if (!state.released) void holdAgain();
    });
    return true;
  };

  const holdAgain = async (): Promise<void> => {
    for (let tries = 0; !state.released; tries += 1) {
      await sleep(RELOCK_PAUSE_MS, undefined, { ref: false });
      try {
        if (await hold()) return;
        if (tries === 0) options.log("warn", "another process has taken the data directory", { dir: options.dataDir });
      } catch (error) {
        if (!isConnectionLoss(error))
          options.log("warn", "the data directory's lock failed", { error: messageOf(error) });
      }
    }
  };

  await holdFirst(hold, options.isExternal === true ? null : options.dataDir, pidFile);
  if (options.pidFile !== false) await writeFile(pidFile, `${process.pid}\n`);
  return {
    release: async () => {
      state.released = true;
      if (options.pidFile !== false) await unlink(pidFile).catch(() => undefined);
      await state.client?.end().catch(() => undefined);
    },
  };
};

/** Throws DATA_DIR_BUSY when another process holds the data directory. */
export const assertNotBusy = async (options: { dataDir: string; owner: ClientConfig }): Promise<void> => {
  const lock = await lockDataDir({ ...options, log: () => undefined, pidFile: false });
  await lock.release();
};

const holdFirst = async (hold: () => Promise<boolean>, dataDir: string | null, pidFile: string): Promise<void> => {
  const endAt = performance.now() + TRY_FOR_MS;
  try {
    while (!(await hold())) {
      if (performance.now() > endAt) {
        if (dataDir === null) {
          const mend = "Stop it, or name another database: one server uses a database at a time.";
          throw new AppError("DATA_DIR_BUSY", `Another ZeroTrace uses the database of DATABASE_URL. ${mend}`);
        }
        const pid = (await readFile(pidFile, "utf8").catch(() => "unknown")).trim();
        throw new AppError(
          "DATA_DIR_BUSY",
          `Another ZeroTrace (pid ${pid}) uses ${dataDir}. Stop it, or start this one with --data-dir DIR.`,
        );
      }
      await sleep(RETRY_PAUSE_MS);
    }
  } catch (error) {
    throw asAppError(error);
  }
};
