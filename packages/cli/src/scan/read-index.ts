import { type AdvisoryIndex, openIndex } from "@zerotrace/core";
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

/** The index in a file; null when it is absent or cannot be used: it is compiled anew. */
export const openFile = async (path: string): Promise<AdvisoryIndex | null> => {
  try {
    return openIndex(await readShared(path));
  } catch {
    // Absent, or of another version: it is compiled anew.
    return null;
  }
};
