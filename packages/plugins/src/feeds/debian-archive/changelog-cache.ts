import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Packed changelogs by source package and version: a second run downloads nothing. */
export class ChangelogCache {
  readonly #dir: string;
  readonly #used = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The packed changelog, or null when it is not kept. */
  async get(source: string, version: string): Promise<Buffer | null> {
    const name = nameOf(source, version);
    this.#used.add(name);
    return readBounded(join(this.#dir, name));
  }

  /** Keeps one; whole or not at all. */
  async put(source: string, version: string, packed: Buffer): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const path = join(this.#dir, nameOf(source, version));
    await writeFile(`${path}.part`, packed);
    await rename(`${path}.part`, path);
  }

  /** Removes what was not asked for since this object was made. */
  async prune(): Promise<void> {
    for (const name of await readdir(this.#dir).catch(() => [] as string[])) {
      if (!this.#used.has(name)) await rm(join(this.#dir, name), { force: true });
    }
  }
}

const nameOf = (source: string, version: string): string => `${encodeURIComponent(`${source}_${version}`)}.gz`;

/** A file of at most 16 MiB; null when it is missing, larger or unreadable. */
export async function readBounded(path: string): Promise<Buffer | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || found.size > MAX_FILE_BYTES) return null;
  return readFile(path).catch(() => null);
}
