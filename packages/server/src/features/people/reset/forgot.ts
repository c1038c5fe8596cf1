import { AppError } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { callerKey } from "../../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../../platform/http/index.ts";
import { enqueue } from "../../../platform/queue/index.ts";
import { routes } from "../contract.ts";
import type { PeopleDeps } from "../deps.ts";
import { createBuckets } from "../../../platform/auth/index.ts";

const KEYS_MAX = 50_000;

/** How many links may be asked for. An account has ten links at most, so that nobody pushes out one that was just made. */
const RATES = {
  account: { burst: 3, perSecond: 1 / 1200 },
  address: { burst: 10, perSecond: 1 / 60 },
  server: { burst: 100, perSecond: 1 },
} as const;

/** Allowances of asking for a link, in this process's memory. */
export interface ForgotLimits {
  /** Takes one of each allowance, whether or not there is such an account. Throws RATE_LIMITED where one is used up. */
  take(asked: { readonly email: string; readonly ip: string }): void;
}

const hashOf = (email: string): string => createHash("sha256").update(email).digest("base64url");

/** Full allowances. */
export const createForgotLimits = (now: () => number = Date.now): ForgotLimits => {
  const of = Object.fromEntries(
    Object.entries(RATES).map(([name, rate]) => [name, createBuckets({ ...rate, keysMax: KEYS_MAX, now })]),
  );
  return {
    take: ({ email, ip }) => {
      const keys: Readonly<Record<string, string>> = { account: hashOf(email), address: callerKey(ip), server: "" };
      const wait = Math.max(...Object.entries(of).map(([name, buckets]) => buckets.wait(keys[name] ?? "")));
      if (wait > 0) {
        const retryAfterSeconds = Math.ceil(wait);
        throw new AppError(
          "RATE_LIMITED",
          `Too many links were asked for: look at your mails, or try again in ${retryAfterSeconds} s.`,
          { cause: { retryAfterSeconds } },
        );
      }
      for (const [name, buckets] of Object.entries(of)) buckets.take(keys[name] ?? "");
    },
  };
};

/**
 * Takes the wish for a link. Nothing is looked up before the answer, so that neither it nor its time tells who has an account: a job does
 * the rest.
 */
export const forgotPassword = (deps: Pick<PeopleDeps, "mailLink">): Endpoint => {
  const limits = createForgotLimits();
  return implement(routes.forgotPassword, {
    // the job writes it into the trails of the account's companies
    audit: "none",
    transaction: "none",
    run: async ({ db, ip }, { body: { email } }) => {
      if (deps.mailLink === undefined) return { mailed: false };
      limits.take({ email, ip });
      const payload = { companyId: 0, email, ip };
      const key = `password-forgotten:${hashOf(email)}`;
      await db.asService((tx) => enqueue(tx, { task: "password-forgotten", payload, key, maxAttempts: 3 }));
      return { mailed: true };
    },
  });
};
