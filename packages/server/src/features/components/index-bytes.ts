import { open } from "node:fs/promises";

/**
 * Reads a file straight into memory that `allocate` makes: an index is large, and a copy on the way would stay with the
 * process. Throws what the file system throws; a file that is cut short meanwhile leaves zeros, which its checksum tells.
 */
export const readInto = async <B extends ArrayBufferLike>(
  file: string,
  allocate: (byteCount: number) => B,
): Promise<Uint8Array<B>> => {
  await using handle = await open(file);
  const bytes = new Uint8Array(allocate((await handle.stat()).size));
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes as NodeJS.ArrayBufferView, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes;
};
