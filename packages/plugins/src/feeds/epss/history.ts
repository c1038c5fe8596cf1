import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cveOf, decodeRows, differences, encodeRows, keyOf, overlaid, rowFor, rowOf } from "./day.ts";
import type { EpssRows } from "./day.ts";

/** Days kept, the newest one included. */
export const HISTORY_DAYS = 30;

/** The newest day is whole, `<day>.all.gz`; each older one is what was different on it, `<day>.diff.gz`. */
const FILE = /^(\d{4}-\d\d-\d\d)\.(all|diff)\.gz$/;
const folderOf = (cacheDir: string): string => join(cacheDir, "history");

/** A score that is another one than before. */
export interface EpssMove {
  readonly cveId: string;
  /** 0 to 1; null: it had none, or has none any more. */
  readonly from: number | null;
  readonly to: number | null;
}

/** The days of which scores are kept, newest first, `YYYY-MM-DD`. `cacheDir` is the feed's own. */
export async function epssDays(cacheDir: string): Promise<string[]> {
  const { newest, older } = await daysOf(cacheDir);
  return newest === null ? [] : [newest, ...older];
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

/** All scores of the newest kept day at or before `day`; null when there is none. Throws Error when a file is damaged. */
async function rowsOn(cacheDir: string, day: string): Promise<{ day: string; rows: EpssRows } | null> {
  const { newest, older } = await daysOf(cacheDir);
  if (newest === null) return null;
  const read = async (name: string): Promise<EpssRows> => decodeRows(await readFile(join(folderOf(cacheDir), name)));
  let rows = await read(`${newest}.all.gz`);
  if (newest <= day) return { day: newest, rows };
  for (const one of older) {
    rows = overlaid(rows, await read(`${one}.diff.gz`));
    if (one <= day) return { day: one, rows };
  }
  return null;
}

/**
 * Scores that moved by at least `least` between the newest kept days at or before `from` and `to` (`YYYY-MM-DD`), greatest
 * move first; at most `max`. Null when one of the days is not kept. Throws Error when the history is damaged.
 */
export async function epssMoves(
  cacheDir: string,
  between: { readonly from: string; readonly to: string },
  bounds: { readonly least: number; readonly max: number },
): Promise<{ from: string; to: string; moves: EpssMove[] } | null> {
  const earlier = await rowsOn(cacheDir, between.from);
  const later = await rowsOn(cacheDir, between.to);
  if (earlier === null || later === null) return null;
  const now = new Map<number, number | null>();
  for (const row of differences(earlier.rows, later.rows)) now.set(rowOf(row).key, rowOf(row).score);
  const moves: (EpssMove & { readonly by: number })[] = [];
  for (const row of differences(later.rows, earlier.rows)) {
    const { key, score: from } = rowOf(row);
    const to = now.get(key) ?? null;
    const by = Math.abs((to ?? 0) - (from ?? 0));
    // Sums of decimals are off by a hair.
    if (by >= bounds.least - 1e-9) moves.push({ cveId: cveOf(key), from, to, by });
  }
  moves.sort((a, b) => b.by - a.by || (a.cveId < b.cveId ? -1 : 1));
  const shown = moves.slice(0, bounds.max).map(({ cveId, from, to }) => ({ cveId, from, to }));
  return { from: earlier.day, to: later.day, moves: shown };
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
