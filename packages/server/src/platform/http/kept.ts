import { LRUCache } from "lru-cache";

/** Answers kept at once, of all companies (count). */
const KEPT_MAX = 1_000;
/** An answer is kept for this many times what it cost, so that pages that ask again and again take a small share of the database. */
const TIMES_COST = 20;
const KEPT_MIN_MS = 1_000;
const KEPT_MAX_MS = 60_000;
/** An answer that cost more is given once more when its time is over, while the next one is being made. */
const SLOW_MS = 200;
/** How long after it was made an answer may be given so. */
const OLD_MAX_MS = 600_000;

interface Kept<Answer> {
  readonly answer: Promise<Answer>;
  /** Infinity while it is being made: who asks meanwhile waits for the same. */
  until: number;
  /** Until when it may stand in for the next one; 0: never. */
  standsInUntil: number;
  isRenewed: boolean;
}

/** Gives the answer of a key, made by `make` where none is kept. */
export type KeptAnswers<Answer> = (key: string, make: () => Promise<Answer>) => Promise<Answer>;

/**
 * Keeps answers by what they cost: a cheap one for a second, the costliest for a minute, and one that cost less than `fromMs` not at
 * all. Who asks for a slow one after that gets it at once as it is, ten minutes old at most, and whoever asks next the new one. A
 * failure is not kept. `now` are milliseconds that only grow.
 */
export const createKept = <Answer>(now: () => number, fromMs = 0): KeptAnswers<Answer> => {
  const kept = new LRUCache<string, Kept<Answer>>({ max: KEPT_MAX });

  const made = async (key: string, make: () => Promise<Answer>): Promise<Answer> => {
    const from = now();
    const before = kept.get(key);
    const entry: Kept<Answer> = {
      answer: make(),
      until: Number.POSITIVE_INFINITY,
      standsInUntil: 0,
      isRenewed: false,
    };
    const isBehind = before?.isRenewed === true;
    if (!isBehind) kept.set(key, entry);
    try {
      const answer = await entry.answer;
      const cost = now() - from;
      if (cost < fromMs) {
        kept.delete(key);
        return answer;
      }
      entry.until = now() + Math.min(KEPT_MAX_MS, Math.max(KEPT_MIN_MS, cost * TIMES_COST));
      entry.standsInUntil = cost < SLOW_MS ? 0 : now() + OLD_MAX_MS;
      kept.set(key, entry);
      return answer;
    } catch (error) {
      if (isBehind) before.isRenewed = false;
      else if (kept.peek(key) === entry) kept.delete(key);
      throw error;
    }
  };

  return async (key, make) => {
    const known = kept.get(key);
    if (known !== undefined && known.until > now()) return known.answer;
    if (known === undefined || known.standsInUntil <= now()) return made(key, make);
    if (!known.isRenewed) {
      known.isRenewed = true;
      // it fails for who asks when the old one stands in no more
      made(key, make).catch(() => undefined);
    }
    return known.answer;
  };
};
