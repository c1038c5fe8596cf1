import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** No compilation and no packing takes so long: whoever made a folder that is older was killed. */
const LEFT_AFTER_MS = 24 * 3600 * 1000;

/** Removes what killed processes left in a folder: the folders whose names begin with `prefix`, a day old. Never throws. */
export const removeLeftovers = async (folder: string, prefix: string): Promise<void> => {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const path = join(folder, name);
    const made = await stat(path).catch(() => null);
    if (made?.isDirectory() !== true || Date.now() - made.mtimeMs < LEFT_AFTER_MS) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
};
