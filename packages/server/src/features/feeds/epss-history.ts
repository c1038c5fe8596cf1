import { messageOf } from "@zerotrace/core";
import {
  epssCourse,
  epssDayOf,
  epssDays,
  type EpssMove,
  epssMoves,
  type EpssPoint,
  keepScoresOf,
  openGenerations,
  openKept,
} from "@zerotrace/plugins";
import { LRUCache } from "lru-cache";
import { join } from "node:path";
import { feedsDirectory, generationsDirectory } from "./index-file.ts";

/** Courses that are kept in memory (count). */
const COURSES_MAX = 1_000;
/** A score that moved by as much from one day to the next is a big move (0 to 1). */
const BIG_MOVE = 0.1;
const CVE = /^CVE-\d{4}-\d{4,}$/;

/** How EPSS scores went: one day for each that a generation in force brought. */
export interface EpssHistory {
  /** Keeps the days of kept generations that are newer than what is known. Never throws: `warn` says what failed. */
  keep(): Promise<void>;
  /** Resolves when no day is being kept any more. */
  idle(): Promise<void>;
  /** The course of the first of these names that has scores, oldest day first; empty when none has. */
  course(names: readonly string[]): Promise<{ cveId: string | null; days: readonly EpssPoint[] }>;
  /** Scores that moved by 10 % and more on one of the kept days, and these days, newest first; nothing where none are kept. */
  moves(): Promise<{ days: readonly string[]; moves: readonly EpssMove[] }>;
}

/** The history of a data directory. */
export const createEpssHistory = (dataDir: string, warn: (message: string) => void): EpssHistory => {
  const folder = join(feedsDirectory(dataDir), "epss");
  const store = openGenerations(generationsDirectory(dataDir));
  const known = new LRUCache<string, { newest: string; days: readonly EpssPoint[] }>({ max: COURSES_MAX });

  const keepNewer = async (): Promise<void> => {
    const [newest = ""] = await epssDays(folder);
    const now = new Date();
    const byDay = new Map<string, string>();
    for (const meta of (await store.list()).toReversed()) {
      const day = epssDayOf({ meta }, now);
      if (day !== null && day > newest) byDay.set(day, meta.hash);
    }
    for (const [day, hash] of [...byDay].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const generation = openKept(store, hash);
      if (generation !== null) await keepScoresOf(folder, generation, day);
      generation?.release?.();
    }
  };
  let running = Promise.resolve();

  const courseOf = async (cveId: string): Promise<readonly EpssPoint[]> => {
    const [newest = ""] = await epssDays(folder);
    const had = known.get(cveId);
    if (had?.newest === newest) return had.days;
    const days = await epssCourse(folder, cveId);
    known.set(cveId, { newest, days });
    return days;
  };

  let moved: { newest: string; all: ReturnType<typeof epssMoves> } | null = null;
  const movesOf = async (): ReturnType<typeof epssMoves> => {
    const [newest = ""] = await epssDays(folder);
    if (moved?.newest !== newest) moved = { newest, all: epssMoves(folder, BIG_MOVE) };
    return moved.all;
  };

  return {
    moves: () =>
      movesOf().catch((error: unknown) => {
        moved = null;
        warn(messageOf(error));
        return { days: [], moves: [] };
      }),
    keep: () => (running = running.then(keepNewer).catch((error: unknown) => warn(messageOf(error)))),
    idle: () => running,
    course: async (names) => {
      for (const cveId of names.filter((name) => CVE.test(name))) {
        try {
          const days = await courseOf(cveId);
          if (days.length > 0) return { cveId, days };
        } catch (error) {
          warn(messageOf(error));
        }
      }
      return { cveId: null, days: [] };
    },
  };
};
