import { ApiError } from "./errors.ts";

/** Attempts after the first, unless said otherwise. */
export const RETRIES = 4;
const BACKOFF_MS = { first: 250, max: 8_000 };
/** A server that asks for more than this is not waited for, in ms. */
const PATIENCE_MS = 60_000;

/** What may be sent twice without harm. */
const IDEMPOTENT: readonly string[] = ["GET", "HEAD", "PUT", "DELETE"];

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });

/**
 * How long to wait before another attempt, in ms; null when there is to be none. A call that changes something is repeated only
 * where the server says that it did not look at it (429 with `Retry-After`); others after 429, 502, 503, 504 and when no answer came.
 * `random` is 0..1.
 */
export const waitBefore = (attempt: number, method: string, error: unknown, random: number): number | null => {
  if (!(error instanceof ApiError)) return null;
  const isRefusedUnread = error.status === 429 && error.retryAfterMs !== undefined;
  const mayPass = [0, 429, 502, 503, 504].includes(error.status);
  if (!isRefusedUnread && !(mayPass && IDEMPOTENT.includes(method))) return null;
  const backoff = Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** attempt) * (1 - random / 2);
  const ms = Math.max(backoff, error.retryAfterMs ?? 0);
  return ms > PATIENCE_MS ? null : ms;
};

/** Does it until it succeeds, or there is nothing to wait for. */
export const retrying = async <T>(
  once: () => Promise<T>,
  { method, retries, signal }: { method: string; retries: number; signal?: AbortSignal | undefined },
): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once();
    } catch (error) {
      const ms = attempt < retries ? waitBefore(attempt, method, error, Math.random()) : null;
      if (ms === null) throw error;
      await pause(ms, signal);
    }
  }
};
