import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createLane, type Lane } from "./lane.ts";

/** What a new hash costs. A stored one that cost otherwise is made anew at the next sign-in. */
export interface HashCost {
  /** KiB of memory. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's recommendation for argon2id: 19 MiB, two passes, about 40 ms. */
export const HASH_COST: HashCost = { memory: 19_456, passes: 2, parallelism: 1 };

/** Hashes and verifies passwords. Both reject with RATE_LIMITED when too many wait. */
export interface Passwords {
  /** The argon2id hash in the PHC form. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one of a hash; without a hash the same work is done for `false`. `isKnown` callers have a lane
   * of their own, so that strangers cannot keep them waiting.
   */
  verify(
    password: string,
    phc: string | null,
    caller: { isKnown: boolean },
  ): Promise<{ isRight: boolean; isOutdated: boolean }>;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes of one lane at once, each of 19 MiB; two lanes. */
const AT_ONCE = 1;
/** Callers of one lane that wait; about two seconds of work. */
const WAITING_MAX = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;

interface Stored extends HashCost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const argon = promisify((parameters: Argon2Parameters, done: (error: Error | null, key: Buffer) => void) =>
  argon2("argon2id", parameters, done),
);
const plain = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");

const derive = (password: string, { salt, hash: { length }, ...cost }: Stored): Promise<Buffer> =>
  // the same letters typed on another keyboard may come composed otherwise
  argon({ message: password.normalize("NFKC"), nonce: salt, tagLength: length, ...cost });

const read = (phc: string): Stored | null => {
  const [, memory, passes, parallelism, salt = "", hash = ""] = PHC.exec(phc) ?? [];
  if (memory === undefined) return null;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
};

const isSameCost = (a: HashCost, b: HashCost): boolean =>
  a.memory === b.memory && a.passes === b.passes && a.parallelism === b.parallelism;

/** A hasher with a bound on memory and on callers that wait, whatever comes. */
export const createPasswords = (cost: HashCost = HASH_COST): Passwords => {
  const known = createLane({ atOnce: AT_ONCE, waitingMax: WAITING_MAX });
  const strangers = createLane({ atOnce: AT_ONCE, waitingMax: WAITING_MAX });
  const nobody: Stored = { ...cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  const laneOf = (isKnown: boolean): Lane => (isKnown ? known : strangers);
  return {
    hash: (password) =>
      known.run(async () => {
        const salt = randomBytes(SALT_BYTES);
        const hash = await derive(password, { ...cost, salt, hash: Buffer.alloc(HASH_BYTES) });
        const { memory, passes, parallelism } = cost;
        return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(salt)}$${plain(hash)}`;
      }),
    verify: (password, phc, { isKnown }) =>
      laneOf(isKnown).run(async () => {
        const stored = phc === null ? null : read(phc);
        const against = stored ?? nobody;
        const isSame = timingSafeEqual(await derive(password, against), against.hash);
        return { isRight: stored !== null && isSame, isOutdated: stored !== null && !isSameCost(stored, cost) };
      }),
  };
};
