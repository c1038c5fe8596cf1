import { messageOf } from "@zerotrace/core";
import {
  epssCourse,
  epssDayOf,
  epssDays,
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
const CVE = /^CVE-\d{4}-\d{4,}$/;

/** How EPSS scores went: one day for each that a generation in force brought. */
export interface EpssHistory {
  /** Keeps the days of kept generations that are newer than what is known. Never throws: `warn` says what failed. */
  keep(): Promise<void>;
  /** Resolves when no day is being kept any more. */
  idle(): Promise<void>;
  /** The course of the first of these names that has scores, oldest day first; empty when none has. */
  course(names: readonly string[]): Promise<{ cveId: string | null; days: readonly EpssPoint[] }>;
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

  return {
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
