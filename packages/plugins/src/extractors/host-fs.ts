import { AppError, messageOf } from "@zerotrace/core";
import { constants, readlinkSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { HostFs } from "../plugin.ts";

/** Symbolic links followed for one path (count); Linux allows 40. */
const MAX_LINKS = 40;
/** Names in one directory (count). */
const MAX_NAMES = 200_000;

/**
 * The files under `root`. With a root other than `/`, links are resolved as inside a chroot and cannot lead out of it.
 * Devices, pipes and sockets are refused and never waited for. The tree must not be changed by an enemy meanwhile.
 */
export const hostFs = (root = "/"): HostFs => {
  const base = resolve(root);
  // The kernel follows links of the machine's own root; those of another tree must not lead out of it.
  const located = (path: string): string => (base === "/" ? resolve("/", path) : resolveInside(base, path));
  return {
    realPath: (path) => resolveInside(base, path),
    read: (path, maxBytes) => attempt(path, () => readBounded(located(path), path, maxBytes)),
    list: (path) =>
      attempt(path, async () => {
        const names = await readdir(located(path));
        if (names.length > MAX_NAMES) throw new AppError("UNREADABLE", `${path} holds more than ${MAX_NAMES} names.`);
        return names.sort();
      }),
  };
};

const readBounded = async (file: string, path: string, maxBytes: number): Promise<Uint8Array> => {
  // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new AppError("UNREADABLE", `${path} is not a regular file.`);
    if (stat.size > maxBytes) throw tooLarge(path, maxBytes);
    // Files of /proc say size 0, and a file may grow while it is read: so the bound is checked on what really comes.
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const chunk = new Uint8Array(Math.max(stat.size - sizeBytes, 0) + 4096);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      sizeBytes += bytesRead;
      if (sizeBytes > maxBytes) throw tooLarge(path, maxBytes);
      chunks.push(chunk.subarray(0, bytesRead));
    }
    return chunks.length === 1 ? (chunks[0] ?? new Uint8Array()) : Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
};

const tooLarge = (path: string, maxBytes: number): AppError =>
  new AppError("UNREADABLE", `${path} is larger than ${maxBytes} bytes.`);

const attempt = async <T>(path: string, run: () => Promise<T>): Promise<T | null> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    const mend = code === "EACCES" || code === "EPERM" ? "; run as a user who may read it" : "";
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(error)}${mend}.`, { cause: error });
  }
};

/** Walks the path part by part; an absolute link starts again at the root, and `..` stops there. */
const resolveInside = (base: string, path: string): string => {
  let todo = path.split("/").reverse();
  let done: string[] = [];
  let linkCount = 0;
  while (todo.length > 0) {
    const part = todo.pop() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done.pop();
      continue;
    }
    const target = linkTarget(join(base, ...done, part));
    if (target === null) {
      done.push(part);
      continue;
    }
    linkCount += 1;
    if (linkCount > MAX_LINKS) throw new AppError("UNREADABLE", `${path} follows more than ${MAX_LINKS} links.`);
    if (target.startsWith("/")) done = [];
    todo = [...todo, ...target.split("/").reverse()];
  }
  return join(base, ...done);
};

const linkTarget = (file: string): string | null => {
  try {
    return readlinkSync(file);
  } catch {
    // Not a link, or absent: the following open says which.
    return null;
  }
};
