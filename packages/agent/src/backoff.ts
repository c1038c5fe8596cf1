/** First wait and longest wait between attempts, in milliseconds. */
export const BACKOFF_FIRST_MS = 1000;
export const BACKOFF_MAX_MS = 5 * 60 * 1000;

/**
 * Milliseconds to wait after so many failures in a row: exponential with full jitter, so that thousands of agents do not
 * come back at the same moment. `random` gives 0..1.
 */
export const backoffMs = (failureCount: number, random: () => number = Math.random): number =>
  Math.round(random() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failureCount, 30)));
