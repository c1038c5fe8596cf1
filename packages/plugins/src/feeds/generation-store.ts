import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import { openContainer } from "./generation-container.ts";
import { writeDelta } from "./generation-delta.ts";
import { type Generation, type GenerationMeta, shortHash } from "./generation-format.ts";
import { openGeneration } from "./generation-read.ts";

const ENDINGS = { full: ".ztg", delta: ".ztd" } as const;
const FILE = /^[0-9a-f]{64}\.zt[gd]$/;
/** A delta larger than this share of its base begins a new base. */
const DELTA_SHARE_MAX = 0.25;
/** What a folder keeps unless said otherwise. */
export const KEEP = { count: 60, bytes: 512 * 1024 ** 2 } as const;
const LEFTOVER_MS = 24 * 3600 * 1000;
/** A shorter piece of a name could mean anything. */
const PREFIX_CHARS_MIN = 4;

/** A generation in a folder. */
export interface KeptGeneration extends GenerationMeta {
  readonly path: string;
  readonly sizeBytes: number;
  /** When it was kept, or kept again, last. */
  readonly keptAt: Date;
}

/** A folder of generations: full ones, and deltas of which each stands on a full one. */
export interface Generations {
  /** The newest kept first. Files that are no generations are passed over. */
  list(): Promise<KeptGeneration[]>;
  /** By its hash or the beginning of it. Throws NOT_FOUND with those there are, BAD_REQUEST when it could mean several. */
  find(name: string): Promise<KeptGeneration>;
  /** Opens one by its whole hash; null when it is not kept. Throws BAD_FEED when it is damaged. */
  open(hash: string): Generation | null;
  /**
   * Takes in a full generation file, which is moved or deleted: as a delta on the newest full one where that is smaller.
   * One whose content is kept already only counts as kept now. Atomic; then the oldest beyond `limits` go.
   */
  keep(fullPath: string, limits?: { count: number; bytes: number }): Promise<void>;
  /** Makes one that is kept the newest kept; false when it is not kept. */
  touch(hash: string): Promise<boolean>;
}

const listIn = async (dir: string): Promise<KeptGeneration[]> => {
  const names = await readdir(dir).catch(() => []);
  const kept: KeptGeneration[] = [];
  for (const name of names.filter((one) => FILE.test(one)).sort()) {
    const path = join(dir, name);
    try {
      const { size, mtime } = await stat(path);
      kept.push({ ...openContainer({ path }).meta, path, sizeBytes: size, keptAt: mtime });
    } catch {
      // removed meanwhile, or of another version: it is as if it were not kept
    }
  }
  return kept.sort((a, b) => b.keptAt.getTime() - a.keptAt.getTime() || (a.hash < b.hash ? -1 : 1));
};

const openIn = (dir: string, hash: string): Generation | null => {
  for (const ending of [ENDINGS.full, ENDINGS.delta]) {
    const path = join(dir, `${hash}${ending}`);
    try {
      return openGeneration({ path }, (base) => openIn(dir, base));
    } catch (error) {
      if ((error as { cause?: NodeJS.ErrnoException }).cause?.code !== "ENOENT") throw error;
    }
  }
  return null;
};

const touchIn = async (dir: string, hash: string): Promise<boolean> => {
  const known = (await listIn(dir)).find((one) => one.hash === hash);
  const now = new Date();
  if (known !== undefined) await utimes(known.path, now, now);
  return known !== undefined;
};

const findIn = async (dir: string, name: string): Promise<KeptGeneration> => {
  const kept = await listIn(dir);
  const found = kept.filter(({ hash }) => name.length >= PREFIX_CHARS_MIN && hash.startsWith(name.toLowerCase()));
  if (found.length === 1) return found[0] as KeptGeneration;
  if (found.length > 1) {
    throw new AppError("BAD_REQUEST", `${name} could be several generations: give more of its name.`, {
      field: "generation",
    });
  }
  const there = kept.slice(0, 5).map(({ hash }) => shortHash(hash));
  const mend =
    there.length === 0
      ? "none is kept here yet"
      : `the newest kept are ${there.join(", ")}; \`feeds generations\` lists all`;
  throw new AppError("NOT_FOUND", `There is no generation ${name.slice(0, 64)}: ${mend}.`, { field: "generation" });
};

/** Oldest first; a full one goes once no delta stands on it. The newest, and what it stands on, always stays. */
const prune = async (dir: string, limits: { count: number; bytes: number }): Promise<void> => {
  const kept = await listIn(dir);
  let count = kept.length;
  let bytes = kept.reduce((sum, one) => sum + one.sizeBytes, 0);
  for (const old of kept.slice(1).reverse()) {
    if (count <= limits.count && bytes <= limits.bytes) break;
    if (kept.some(({ base }) => base === old.hash)) continue;
    await rm(old.path, { force: true });
    kept.splice(kept.indexOf(old), 1);
    count--;
    bytes -= old.sizeBytes;
  }
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const age = name.endsWith(".part") ? Date.now() - (await stat(path)).mtimeMs : 0;
    if (age > LEFTOVER_MS) await rm(path, { force: true });
  }
};

/** Puts a file in its place as a delta on the newest full generation; false when it would not be small. */
const keptAsDelta = async (dir: string, fullPath: string, hash: string): Promise<boolean> => {
  const base = (await listIn(dir)).find(({ kind }) => kind === "full");
  if (base === undefined) return false;
  const part = join(dir, `${hash}.${process.pid}.part`);
  try {
    const size = await writeDelta(part, openGeneration({ path: base.path }), openGeneration({ path: fullPath }));
    if (size > base.sizeBytes * DELTA_SHARE_MAX) return false;
    await rename(part, join(dir, `${hash}${ENDINGS.delta}`));
    return true;
  } catch (error) {
    // A base that is damaged is no reason to lose what was just read: it is kept in full.
    if (error instanceof AppError && error.code === "BAD_FEED") return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
};

/** The generations of a folder; it need not exist yet. */
export const openGenerations = (dir: string): Generations => ({
  list: () => listIn(dir),
  find: (name) => findIn(dir, name),
  open: (hash) => openIn(dir, hash),
  touch: (hash) => touchIn(dir, hash),
  async keep(fullPath, limits = KEEP) {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const { hash } = openContainer({ path: fullPath }).meta;
    if (!(await touchIn(dir, hash)) && !(await keptAsDelta(dir, fullPath, hash))) {
      await rename(fullPath, join(dir, `${hash}${ENDINGS.full}`));
    }
    await rm(fullPath, { force: true });
    await prune(dir, limits);
  },
});

/** As `Generations.open`; null also for one that is damaged or whose base is gone. */
export const openKept = (store: Generations, hash: string): Generation | null => {
  try {
    return store.open(hash);
  } catch {
    return null;
  }
};

/** Where the generations of a data directory lie. */
export const generationsDirectory = (dataDir: string): string => join(dataDir, "feeds", "generations");

/** Whether a text could be the beginning of a generation's name. */
export const isGenerationName = (text: string): boolean =>
  text.length >= PREFIX_CHARS_MIN && text.length <= 64 && /^[0-9a-f]+$/i.test(text);
