import { rememberUpTo } from "../cache/index.ts";

/** Allowances by key, in this process's memory: a number at once, and so many more with time. */
export interface Buckets {
  /** Seconds until the key may be used; 0 for now. Takes nothing. */
  wait(key: string): number;
  take(key: string): void;
  /** What was taken was not needed. */
  giveBack(key: string): void;
}

export interface BucketOptions {
  readonly burst: number;
  readonly perSecond: number;
  /** Keys remembered; the longest unused is forgotten first. */
  readonly keysMax: number;
  /** Milliseconds of any clock. */
  readonly now: () => number;
}

/** Bounded by `keysMax`, about 100 bytes each. */
export const createBuckets = ({ burst, perSecond, keysMax, now }: BucketOptions): Buckets => {
  const held = rememberUpTo<string, { tokens: number; at: number }>(keysMax);
  const fill = (key: string): { tokens: number; at: number } => {
    const at = now();
    const bucket = held.get(key) ?? { tokens: burst, at };
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    return bucket;
  };
  return {
    wait: (key) => {
      const { tokens } = fill(key);
      return tokens >= 1 ? 0 : (1 - tokens) / perSecond;
    },
    take: (key) => {
      const bucket = fill(key);
      // one that is only counted must not run into debt
      bucket.tokens = Math.max(0, bucket.tokens - 1);
      held.set(key, bucket);
    },
    giveBack: (key) => {
      const bucket = held.get(key);
      if (bucket) bucket.tokens = Math.min(burst, bucket.tokens + 1);
    },
  };
};
