import { AppError, messageOf } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MODE_FOLDER, MODE_OWNER_ONLY } from "./files.ts";
import { birthOf, isAlive } from "./process.ts";

/** A file that is just being written is whole within microseconds; one that is not after this was left so. */
const WRITTEN_WITHIN_MS = 250;
const LOOK_AGAIN_MS = 25;
/** After this long the last of several that took over the same lock has written it. */
const SETTLED_AFTER_MS = 100;

interface Holder {
  readonly pid: number;
  readonly birth: string;
  /** Tells two holds of one process apart. */
  readonly token: string;
}

/** Folders that this process holds: whether it lives is no question to ask of itself. */
const held = new Set<string>();

/**
 * Holds an agent's folder for this process until `release()`, by the file `agent.lock` with its process id. The lock of a
 * process that is gone (killed, or from before a boot) is taken over. Throws AppError DATA_DIR_BUSY when another agent
 * has the folder, UNREADABLE when it cannot be written.
 */
export const lockState = async (dir: string): Promise<{ release(): void }> => {
  const path = join(dir, "agent.lock");
  const own: Holder = { pid: process.pid, birth: birthOf(process.pid), token: randomUUID() };
  const key = prepare(dir);
  // without a wait in between, so that the second of one process sees the first
  if (held.has(key)) throw busy(dir, process.pid);
  held.add(key);
  try {
    await take(dir, path, own);
  } catch (error) {
    held.delete(key);
    throw error;
  }
  return {
    release: () => {
      held.delete(key);
      if (read(path)?.token === own.token) rmSync(path, { force: true });
    },
  };
};

const busy = (dir: string, pid: number): AppError => {
  const mend = "Stop it, or give this one a folder of its own with --state-dir.";
  return new AppError("DATA_DIR_BUSY", `Another agent (pid ${pid}) uses ${dir}. ${mend}`, { field: "state-dir" });
};

const unwritable = (dir: string, error: unknown): AppError => {
  const detail = `${dir} cannot be locked: ${messageOf(error)}. Name a folder of your own with --state-dir.`;
  return new AppError("UNREADABLE", detail, { field: "state-dir", cause: error });
};

/** Makes the folder; answers its one name. */
const prepare = (dir: string): string => {
  try {
    mkdirSync(dir, { recursive: true, mode: MODE_FOLDER });
    return realpathSync(dir);
  } catch (error) {
    throw unwritable(dir, error);
  }
};

const read = (path: string): Holder | null => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const { pid, birth, token } = (value ?? {}) as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
    return { pid, birth: typeof birth === "string" ? birth : "", token: typeof token === "string" ? token : "" };
  } catch {
    return null;
  }
};

/** Whether the file could be made; false when there is one. */
const create = (dir: string, path: string, own: Holder): boolean => {
  try {
    writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: "wx", mode: MODE_OWNER_ONLY });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unwritable(dir, error);
  }
};

/** The other process that holds the lock; null when nobody that lives does. */
const holderOf = async (path: string): Promise<Holder | null> => {
  const endAt = performance.now() + WRITTEN_WITHIN_MS;
  let holder = read(path);
  while (holder === null && performance.now() < endAt) {
    await sleep(LOOK_AGAIN_MS);
    holder = read(path);
  }
  // one of our own id that we do not hold is from another life: containers give the same ids again
  return holder !== null && holder.pid !== process.pid && isAlive(holder.pid, holder.birth) ? holder : null;
};

const take = async (dir: string, path: string, own: Holder): Promise<void> => {
  if (create(dir, path, own)) return;
  const holder = await holderOf(path);
  if (holder !== null) throw busy(dir, holder.pid);
  const part = `${path}.${own.token.slice(0, 8)}.part`;
  try {
    writeFileSync(part, `${JSON.stringify(own)}\n`, { mode: MODE_OWNER_ONLY });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw unwritable(dir, error);
  }
  // several may have seen the same stale lock: the last to write has it
  await sleep(SETTLED_AFTER_MS);
  const now = read(path);
  if (now?.token !== own.token) throw busy(dir, now?.pid ?? 0);
};
