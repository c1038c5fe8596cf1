import { readFile } from "node:fs/promises";
import { decodeRows, type EpssRows, idOf, scoreOf, keyOfRow } from "./day.ts";
import { historyFiles } from "./history.ts";

/** Moves of one day that are answered, the largest (count). */
export const MOVES_MAX = 500;

/** A score that went from one to another by a day. */
export interface EpssMove {
  /** The day that has the new score, `YYYY-MM-DD`. */
  readonly day: string;
  readonly cveId: string;
  /** 0 to 1; null: it had none. */
  readonly before: number | null;
  readonly score: number;
}

const largest = (moves: EpssMove[]): EpssMove[] =>
  moves
    .sort(
      (a, b) =>
        Math.abs(b.score - (b.before ?? 0)) - Math.abs(a.score - (a.before ?? 0)) || (a.cveId < b.cveId ? -1 : 1),
    )
    .slice(0, MOVES_MAX);

const mapOf = (rows: EpssRows): Map<number, number | null> => {
  const scores = new Map<number, number | null>();
  for (const row of rows) scores.set(keyOfRow(row), scoreOf(row));
  return scores;
};

/**
 * Scores that moved by at least `atLeast` (0 to 1) from one kept day to the next, newest day first and of each day the largest
 * moves; and the kept days, newest first. Holds one day in memory while it reads. Throws Error when a file is damaged.
 */
export async function epssMoves(
  cacheDir: string,
  atLeast: number,
): Promise<{ days: readonly string[]; moves: readonly EpssMove[] }> {
  const { newest, older, path } = await historyFiles(cacheDir);
  if (newest === null) return { days: [], moves: [] };
  const scores = mapOf(await decodeRows(await readFile(path(newest, "all"))));
  const moves: EpssMove[] = [];
  let later = newest;
  for (const day of older) {
    const ofDay: EpssMove[] = [];
    // what a day's file names was different on it from the day after
    for (const row of await decodeRows(await readFile(path(day, "diff")))) {
      const key = keyOfRow(row);
      const before = scoreOf(row);
      const score = scores.get(key) ?? null;
      if (score !== null && Math.abs(score - (before ?? 0)) >= atLeast)
        ofDay.push({ day: later, cveId: idOf(key), before, score });
      scores.set(key, before);
    }
    moves.push(...largest(ofDay));
    later = day;
  }
  return { days: [newest, ...older], moves };
}
