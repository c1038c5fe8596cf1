import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cveOfNumber, type Generation } from "../generation-format.ts";
import { decodeRows, differences, encodeRows, keyOf, rowFor, scoreIn } from "./day.ts";
import type { EpssRows } from "./day.ts";

/** Days kept, the newest one included. */
export const HISTORY_DAYS = 30;

/** The newest day is whole, `<day>.all.gz`; each older one is what was different on it, `<day>.diff.gz`. */
const FILE = /^(\d{4}-\d\d-\d\d)\.(all|diff)\.gz$/;
const DAY_MS = 86_400_000;
const ROWS_PER_TURN = 50_000;
const folderOf = (cacheDir: string): string => join(cacheDir, "history");

/** A CVE's score on one day. */
export interface EpssPoint {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** 0 to 1; null: it had none. */
  readonly score: number | null;
}

/** The days of which scores are kept in a folder, newest first, `YYYY-MM-DD`. */
export async function epssDays(cacheDir: string): Promise<string[]> {
  const { newest, older } = await daysOf(cacheDir);
  return newest === null ? [] : [newest, ...older];
}

/** The kept days as `epssDays` has them, and where the file of one lies. */
export async function historyFiles(cacheDir: string): Promise<{
  newest: string | null;
  older: string[];
  path: (day: string, kind: "all" | "diff") => string;
}> {
  return { ...(await daysOf(cacheDir)), path: (day, kind) => join(folderOf(cacheDir), `${day}.${kind}.gz`) };
}

async function daysOf(cacheDir: string): Promise<{ newest: string | null; older: string[] }> {
  const names = await readdir(folderOf(cacheDir)).catch(() => []);
  const found = names.flatMap((name) => {
    const [, day, kind] = FILE.exec(name) ?? [];
    return day === undefined ? [] : [{ day, kind }];
  });
  const days = (kind: string): string[] =>
    found
      .filter((one) => one.kind === kind)
      .map((one) => one.day)
      .sort()
      .toReversed();
  const newest = days("all")[0] ?? null;
  return { newest, older: newest === null ? [] : days("diff").filter((day) => day < newest) };
}

/**
 * A CVE's score on the kept days of the 30 before the newest, oldest first; empty when nothing is kept, or nothing of this CVE. Reads each day's file
 * once: about 3 ms a day. Throws Error when a file is damaged.
 */
export async function epssCourse(cacheDir: string, cveId: string): Promise<EpssPoint[]> {
  const { newest, older } = await daysOf(cacheDir);
  const key = keyOf(cveId);
  if (newest === null || key === null) return [];
  const find = async (name: string): Promise<number | null | undefined> =>
    scoreIn(await readFile(join(folderOf(cacheDir), name)), key);
  let score = (await find(`${newest}.all.gz`)) ?? null;
  const course: EpssPoint[] = [{ day: newest, score }];
  const begin = new Date(Date.parse(newest) - HISTORY_DAYS * DAY_MS).toISOString().slice(0, 10);
  for (const day of older) {
    // A site that had no feeds for a while keeps days that are no longer recent.
    if (day < begin) break;
    const before = await find(`${day}.diff.gz`);
    // What a day's file does not name was as on the day after it.
    if (before !== undefined) score = before;
    course.push({ day, score });
  }
  return course.every((point) => point.score === null) ? [] : course.toReversed();
}

/** The scores of a generation, kept under the day of its EPSS source; the day, or null when it has none or is of the future. */
export const epssDayOf = ({ meta }: Pick<Generation, "meta">, now: Date): string | null => {
  const at = meta.sources.find(({ feed }) => feed === "epss")?.dataAt ?? null;
  // Scores of a day that has not come yet would hide all days until then.
  return at === null || meta.counts.epss === 0 || at > now.toISOString() ? null : at.slice(0, 10);
};

/** Keeps the scores of a generation under `day`, as `DayOfScores.keep` does. */
export async function keepScoresOf(cacheDir: string, generation: Generation, day: string): Promise<void> {
  const { keys, scores } = generation.epss();
  const collected = new DayOfScores();
  for (let i = 0; i < keys.length; i++) {
    collected.add(cveOfNumber(keys[i]!), scores[i]!);
    if (i % ROWS_PER_TURN === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  await collected.keep(cacheDir, day);
}

/** Collects one day's scores while they are read, 16 bytes a CVE, and keeps them when all are there. */
export class DayOfScores {
  #rows = new Float64Array(1 << 16);
  #count = 0;

  add(cveId: string, score: number): void {
    const key = keyOf(cveId);
    if (key === null) return;
    if (this.#count === this.#rows.length) {
      const grown = new Float64Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#count++] = rowFor(key, score);
  }

  /**
   * Keeps the scores as those of `day`, and of the days before only what was different. A day that is not newer than the
   * newest one changes nothing; a damaged history begins anew.
   */
  async keep(cacheDir: string, day: string, days: number = HISTORY_DAYS): Promise<void> {
    const folder = folderOf(cacheDir);
    const rows = this.#rows.slice(0, this.#count).sort();
    const { newest, older } = await daysOf(cacheDir);
    if (newest !== null && newest >= day) return;
    await mkdir(folder, { recursive: true });
    const kept = newest === null ? null : await this.#before(folder, newest);
    if (kept === null) for (const old of older) await rm(join(folder, `${old}.diff.gz`), { force: true });
    else await writeWhole(join(folder, `${newest}.diff.gz`), await encodeRows(differences(rows, kept)));
    await writeWhole(join(folder, `${day}.all.gz`), await encodeRows(rows));
    if (newest !== null) await rm(join(folder, `${newest}.all.gz`), { force: true });
    const tooOld = (await daysOf(cacheDir)).older.slice(Math.max(0, days - 1));
    for (const old of tooOld) await rm(join(folder, `${old}.diff.gz`), { force: true });
  }

  async #before(folder: string, newest: string): Promise<EpssRows | null> {
    try {
      return await decodeRows(await readFile(join(folder, `${newest}.all.gz`)));
    } catch {
      return null;
    }
  }
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.part`, bytes, { flush: true });
  await rename(`${path}.part`, path);
}
