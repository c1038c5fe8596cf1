import { readFile, readlink, realpath, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Client, type ClientConfig } from "pg";
import { codeOf } from "./faults.ts";

const PROBE_TIMEOUT_MS = 2_000;

/** True while the process runs; a zombie, which waits for its parent to look, does not. */
export const isAlive = async (pid: number): Promise<boolean> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  if (process.platform !== "linux") return true;
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (status === undefined) return false;
  // "pid (name) S …", and the name may hold parentheses
  return status.slice(status.lastIndexOf(")") + 2, status.lastIndexOf(")") + 3) !== "Z";
};

/** The pid in the cluster's postmaster.pid, or undefined. */
export const recordedPid = async (clusterDirectory: string): Promise<number | undefined> => {
  const text = await readFile(join(clusterDirectory, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
};

/** "up" when the server of this cluster answers, "starting" when it says to wait, "down" when nothing answers. */
export const probe = async (config: ClientConfig, clusterDirectory: string): Promise<"up" | "starting" | "down"> => {
  const client = new Client({ ...config, database: "postgres", connectionTimeoutMillis: PROBE_TIMEOUT_MS });
  client.on("error", () => undefined); // a lost connection rejects the query too
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    return rows[0]?.data_directory === clusterDirectory ? "up" : "down";
  } catch (error) {
    return codeOf(error) === "57P03" ? "starting" : "down";
  } finally {
    await client.end().catch(() => undefined);
  }
};

/**
 * The pid of a server of this cluster that somebody else started and left running (a ZeroTrace that was killed), or
 * undefined. Removes a postmaster.pid that names another program: the pid was used again after a crash.
 */
export const findOrphan = async (clusterDirectory: string): Promise<number | undefined> => {
  const pid = await recordedPid(clusterDirectory);
  if (pid === undefined || !(await isAlive(pid))) return undefined;
  if (process.platform !== "linux") return pid;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (directory === (await realpath(clusterDirectory))) return pid;
  await unlink(join(clusterDirectory, "postmaster.pid")).catch(() => undefined);
  return undefined;
};
