import { LRUCache } from "lru-cache";

/** Answers kept at once, of all companies (count). */
const KEPT_MAX = 1_000;
/** An answer is kept for this many times what it cost, so that pages that ask again and again take a small share of the database. */
const TIMES_COST = 20;
const KEPT_MIN_MS = 1_000;
const KEPT_MAX_MS = 60_000;

interface Kept<Answer> {
  readonly answer: Promise<Answer>;
  /** Infinity while it is being made: who asks meanwhile waits for the same. */
  until: number;
}

/** Keeps answers by what they cost: a cheap one for a second, the costliest for a minute. A failure is not kept. */
export const createKept = <Answer>(now: () => number) => {
  const kept = new LRUCache<string, Kept<Answer>>({ max: KEPT_MAX });
  return async (key: string, make: () => Promise<Answer>): Promise<Answer> => {
    const known = kept.get(key);
    if (known !== undefined && known.until > now()) return known.answer;
    const from = now();
    const entry: Kept<Answer> = { answer: make(), until: Number.POSITIVE_INFINITY };
    kept.set(key, entry);
    try {
      const answer = await entry.answer;
      const cost = now() - from;
      entry.until = now() + Math.min(KEPT_MAX_MS, Math.max(KEPT_MIN_MS, cost * TIMES_COST));
      return answer;
    } catch (error) {
      if (kept.peek(key) === entry) kept.delete(key);
      throw error;
    }
  };
};
