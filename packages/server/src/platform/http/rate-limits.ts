import { AppError } from "@zerotrace/core";
import type { Identity } from "../auth/identity.ts";
import { rememberUpTo } from "../cache/index.ts";

/** A bucket's size and how fast it fills again. */
export interface Rate {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** What each kind of caller may ask, beside what its whole company may. */
export const RATES = {
  company: { burst: 6_000, perSecond: 600 },
  session: { burst: 300, perSecond: 30 },
  api_token: { burst: 1_000, perSecond: 100 },
  device: { burst: 60, perSecond: 2 },
  address: { burst: 300, perSecond: 30 },
} as const satisfies Record<string, Rate>;

/** Buckets remembered; the longest unseen is forgotten first. */
const BUCKETS_MAX = 50_000;

/** How full a bucket is after a request. */
export interface RateState {
  /** `company`, or the kind of the caller. */
  readonly policy: string;
  readonly rate: Rate;
  readonly remaining: number;
}

export interface RateLimitsOptions {
  /** What a company as a whole may ask; `RATES.company` where not given. Asked for with each request: it must not wait. */
  readonly ofCompany?: (companyId: number) => Rate;
  readonly now?: () => number;
}

/** Token buckets for companies, credentials and addresses, in this process's memory. */
export interface RateLimits {
  /** Takes one from each bucket of a caller; null where nothing is counted. Throws RATE_LIMITED with the bucket that is empty. */
  take(caller: Pick<Identity, "kind" | "companyId" | "credentialId"> | null, address: string): RateState[] | null;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** What RATE_LIMITED carries: how long to wait, and which bucket was empty. */
export interface RateRefusal {
  readonly retryAfterSeconds: number;
  readonly state: RateState;
}

const WHOM: Readonly<Record<string, string>> = {
  company: "this company",
  session: "this session",
  api_token: "this token",
  device: "this agent",
  address: "this address",
};

/** Counts requests; one that is refused takes nothing, so that a caller who waits as told gets on. */
export const createRateLimits = ({
  ofCompany = () => RATES.company,
  now = Date.now,
}: RateLimitsOptions = {}): RateLimits => {
  const buckets = rememberUpTo<string, Bucket>(BUCKETS_MAX);
  const fill = (key: string, rate: Rate): Bucket => {
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: rate.burst, at };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((at - bucket.at) / 1000) * rate.perSecond);
    bucket.at = at;
    buckets.set(key, bucket);
    return bucket;
  };
  return {
    take: (caller, address) => {
      if (caller?.kind === "loopback") return null;
      const policies: [string, string, Rate][] =
        caller === null
          ? [["address", address, RATES.address]]
          : [
              [caller.kind, caller.credentialId, RATES[caller.kind]],
              ["company", `${caller.companyId}`, ofCompany(caller.companyId)],
            ];
      const filled = policies.map(([policy, id, rate]) => ({ policy, rate, bucket: fill(`${policy}/${id}`, rate) }));
      const empty = filled.find(({ bucket }) => bucket.tokens < 1);
      if (empty !== undefined) {
        const { policy, rate, bucket } = empty;
        const retryAfterSeconds = Math.max(1, Math.ceil((1 - bucket.tokens) / rate.perSecond));
        const cause: RateRefusal = { retryAfterSeconds, state: { policy, rate, remaining: 0 } };
        const says = `Too many requests of ${WHOM[policy] ?? policy}: try again in ${retryAfterSeconds} s.`;
        throw new AppError("RATE_LIMITED", says, { cause });
      }
      return filled.map(({ policy, rate, bucket }) => {
        bucket.tokens -= 1;
        return { policy, rate, remaining: Math.floor(bucket.tokens) };
      });
    },
  };
};

const windowSeconds = ({ burst, perSecond }: Rate): number => Math.ceil(burst / perSecond);

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers: every bucket's size and the seconds in which it fills, and the one that
 * is nearest to empty with the seconds until it is full again.
 */
export const rateHeaders = (states: readonly RateState[]): Record<string, string> => {
  const share = ({ remaining, rate }: RateState): number => remaining / rate.burst;
  const tightest = states.toSorted((a, b) => share(a) - share(b))[0];
  if (tightest === undefined) return {};
  const { policy, remaining, rate } = tightest;
  const resetSeconds = Math.ceil((rate.burst - remaining) / rate.perSecond);
  return {
    "ratelimit-policy": states.map((s) => `"${s.policy}";q=${s.rate.burst};w=${windowSeconds(s.rate)}`).join(", "),
    ratelimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
  };
};

/** The bucket that a refusal was about; null for every other error. */
export const rateStateOf = (error: unknown): RateState | null =>
  error instanceof AppError ? ((error.cause as RateRefusal | undefined)?.state ?? null) : null;
