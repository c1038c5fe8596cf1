import { AppError } from "@zerotrace/core";
import { createBuckets } from "./buckets.ts";

export interface LimiterOptions {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Callers remembered; the longest unseen is forgotten first. */
  readonly callersMax?: number;
  readonly now?: () => number;
}

/** A token bucket for each caller. */
export interface Limiter {
  /** Takes one token; throws RATE_LIMITED when there is none. */
  take(key: string): void;
  /** Throws RATE_LIMITED when there is no token, and takes none. */
  check(key: string): void;
}

const CALLERS_MAX = 10_000;

/** An IPv4 address as it is; an IPv6 address by its /64, because one caller owns at least that. */
export const callerKey = (ip: string): string => {
  const plain = ip.startsWith("::ffff:") ? ip.slice(7) : ip;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: gap }, () => "0"), ...right].slice(0, 4).join(":");
};

/** A limiter in this process's memory, bounded by `callersMax`. */
export const createLimiter = (options: LimiterOptions): Limiter => {
  const { callersMax: keysMax = CALLERS_MAX, now = Date.now } = options;
  const buckets = createBuckets({ ...options, keysMax, now });
  const check = (key: string): void => {
    const wait = buckets.wait(key);
    if (wait === 0) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(wait));
    throw new AppError("RATE_LIMITED", `Too many requests from this address: try again in ${retryAfterSeconds} s.`, {
      cause: { retryAfterSeconds },
    });
  };
  return {
    check,
    take: (key) => {
      check(key);
      buckets.take(key);
    },
  };
};
