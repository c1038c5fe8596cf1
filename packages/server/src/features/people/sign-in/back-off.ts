import { AppError } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { callerKey } from "../../../platform/auth/index.ts";
import { createLane } from "../password/lane.ts";
import { type BucketOptions, type Buckets, createBuckets } from "../../../platform/auth/index.ts";

const DAY_SECONDS = 86_400;
const KEYS_MAX = 50_000;
/** Of callers who show a device, and of all others. */
const LOOK_UPS = { atOnce: 3, waitingMax: 64 };

type Rate = Pick<BucketOptions, "burst" | "perSecond">;

/** How many wrong attempts each may make. */
const RATES = {
  /** One browser that the account signed in from. */
  device: { burst: 20, perSecond: 1 / 30 },
  /** One network that the account signed in from. */
  near: { burst: 20, perSecond: 1 / 60 },
  /** Everybody else together, on one account. */
  far: { burst: 10, perSecond: 1 / 360 },
  /** The same over a day: never more than 100 in any 24 hours. */
  farDaily: { burst: 50, perSecond: 50 / DAY_SECONDS },
  /** Strangers at one address. */
  address: { burst: 20, perSecond: 1 / 30 },
  /** The same while the server is under attack. */
  addressUnderAttack: { burst: 2, perSecond: 1 / 600 },
  /** Strangers' wrong attempts on the whole server; beyond it is an attack. */
  server: { burst: 60, perSecond: 1 },
} as const satisfies Record<string, Rate>;

/** What is known of an attempt before the password is looked at. */
export interface Attempt {
  /** In small letters, whether or not there is such an account. */
  readonly email: string;
  readonly ip: string;
  /** The person whom a device or network is known to; `deviceId` only for a valid device cookie of this account. */
  readonly personId: string | null;
  readonly deviceId: string | null;
  readonly isNear: boolean;
}

/** An attempt that may go on. */
export interface Admitted {
  /** Comes from a device or network of the account. */
  readonly isKnown: boolean;
  /** The attempt was right, or not looked at: nothing of the allowance is used. */
  giveBack(): void;
}

/** Slows guessing down without ever keeping out those who signed in from their device or network before. */
export interface BackOff {
  /**
   * Looks an account up, with a bound on how many do so at once: what strangers ask for never takes all connections to the database.
   * Rejects with RATE_LIMITED when too many wait.
   */
  look<T>(caller: { showsDevice: boolean }, work: () => Promise<T>): Promise<T>;
  /** Takes from the allowances that the attempt falls under. Throws RATE_LIMITED when one is used up. */
  admit(attempt: Attempt): Admitted;
}

/** IPv4 /24, IPv6 /64: where a person's address may change to by itself. */
export const networkOf = (ip: string): string => {
  const key = callerKey(ip);
  return key.includes(":") ? key : key.split(".").slice(0, 3).join(".");
};

const refuse = (seconds: number): never => {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  throw new AppError(
    "RATE_LIMITED",
    `Too many attempts to sign in: try again in ${retryAfterSeconds} s, or use a browser that was signed in here before.`,
    { cause: { retryAfterSeconds } },
  );
};

/** The allowances are in memory: a restart forgets them, and several servers each have their own. */
export const createBackOff = (options: { now?: () => number } = {}): BackOff => {
  const now = options.now ?? Date.now;
  const make = (rate: Rate): Buckets => createBuckets({ ...rate, keysMax: KEYS_MAX, now });
  const device = make(RATES.device);
  const near = make(RATES.near);
  const far = make(RATES.far);
  const farDaily = make(RATES.farDaily);
  const address = make(RATES.address);
  const addressUnderAttack = make(RATES.addressUnderAttack);
  const server = make(RATES.server);

  const take = (taken: readonly (readonly [Buckets, string])[], isKnown: boolean, enforced = taken): Admitted => {
    const wait = Math.max(...enforced.map(([buckets, key]) => buckets.wait(key)));
    if (wait > 0) return refuse(wait);
    for (const [buckets, key] of taken) buckets.take(key);
    return {
      isKnown,
      giveBack: () => {
        for (const [buckets, key] of taken) buckets.giveBack(key);
      },
    };
  };

  const lookUps = { known: createLane(LOOK_UPS), strangers: createLane(LOOK_UPS) };

  return {
    look: ({ showsDevice }, work) => lookUps[showsDevice ? "known" : "strangers"].run(work),
    admit: ({ email, ip, personId, deviceId, isNear }) => {
      if (personId !== null && deviceId !== null) return take([[device, deviceId]], true);
      if (personId !== null && isNear) return take([[near, `${personId} ${networkOf(ip)}`]], true);
      // an address of any length costs the same memory
      const account = createHash("sha256").update(email).digest("base64url");
      const from = callerKey(ip);
      const enforced = [[far, account] as const, [farDaily, account] as const, [address, from] as const];
      const counted = [[addressUnderAttack, from] as const, [server, ""] as const];
      const isAttack = server.wait("") > 0;
      return take([...enforced, ...counted], false, isAttack ? [...enforced, [addressUnderAttack, from]] : enforced);
    },
  };
};
