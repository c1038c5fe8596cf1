import { AppError, messageOf } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Mode of a file that only its owner may read. */
export const MODE_OWNER_ONLY = 0o600;
/** Mode of a folder that only its owner may enter. */
export const MODE_FOLDER = 0o700;

/**
 * Writes a file whole or not at all, readable by its owner only: a new file, synced to disk, renamed over the old one.
 * Throws AppError UNREADABLE when the folder cannot be written.
 */
export const writeWhole = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const part = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: MODE_FOLDER });
    const handle = await open(part, "wx", MODE_OWNER_ONLY);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    const detail = `${path} cannot be written: ${messageOf(error)}. Name a folder of your own with --state-dir.`;
    throw new AppError("UNREADABLE", detail, { field: "state-dir", cause: error });
  }
};

/** The bytes of a file; null when it does not exist. Throws AppError UNREADABLE when it is there and cannot be read. */
export const readOrNull = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    const detail = `${path} cannot be read: ${messageOf(error)}. Run as the user who enrolled this agent.`;
    throw new AppError("UNREADABLE", detail, { field: "state-dir", cause: error });
  }
};

/** The value of a JSON file; null when it does not exist or is not JSON. */
export const readJsonOrNull = async (path: string): Promise<unknown> => {
  const bytes = await readOrNull(path);
  if (bytes === null) return null;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
};
