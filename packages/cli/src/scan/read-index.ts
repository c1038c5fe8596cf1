import { type AdvisoryIndex, AppError, openIndex, openIndexInParts } from "@zerotrace/core";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";

/** Reads an index into memory that threads can share. Throws what the file system throws. */
export const readShared = async (path: string): Promise<Uint8Array> => {
  await using file = await open(path);
  const bytes = new Uint8Array(new SharedArrayBuffer((await file.stat()).size));
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes as NodeJS.ArrayBufferView, at);
    if (bytesRead === 0) break; // cut short meanwhile: the checksum tells
    at += bytesRead;
  }
  return bytes;
};

/** Files of indexes that nobody looks at any more are closed. */
const closing = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** An index of whose file only what is asked for is read. Throws what the file system throws, and BAD_FEED. */
export const openInParts = (path: string): AdvisoryIndex => {
  // Kept open: a newer index takes this one's name, not its place.
  const fd = openSync(path, "r");
  try {
    const index = openIndexInParts({
      sizeBytes: fstatSync(fd).size,
      // The next scan compiles it anew.
      onDamage: () => rmSync(path, { force: true }),
      read: (into, at) => {
        for (let done = 0; done < into.length;) {
          const count = readSync(fd, into, done, into.length - done, at + done);
          if (count === 0) throw new AppError("BAD_FEED", `${path} cannot be used: it is cut short. Remove it.`);
          done += count;
        }
      },
    });
    closing.register(index, fd);
    return index;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/**
 * The index in a file; null when it is absent or cannot be used: it is compiled anew. `isBrief`: few questions will be asked,
 * and it is read in parts.
 */
export const openFile = async (path: string, isBrief = false): Promise<AdvisoryIndex | null> => {
  try {
    return isBrief ? openInParts(path) : openIndex(await readShared(path));
  } catch {
    // Absent, or of another version: it is compiled anew.
    return null;
  }
};
