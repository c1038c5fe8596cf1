import { AppError } from "@zerotrace/core";
import { expect, test } from "vitest";
import { createRateLimits, rateHeaders, RATES, rateStateOf } from "./rate-limits.ts";

const caller = (kind: "session" | "api_token" | "device", credentialId: string, companyId = 7) => ({
  kind,
  credentialId,
  companyId,
});

const refusal = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

test("one caller's flood empties its own bucket and nobody else's", () => {
  const limits = createRateLimits({ now: () => 0 });
  for (let i = 0; i < RATES.device.burst; i += 1) limits.take(caller("device", "a"), "");
  const refused = refusal(() => limits.take(caller("device", "a"), ""));
  expect(refused.code).toBe("RATE_LIMITED");
  expect(refused.message).toMatch(/of this agent: try again in 1 s/);
  expect(limits.take(caller("device", "b"), "")?.[0]?.remaining).toBe(RATES.device.burst - 1);
});

test("a company as a whole has a bucket, and another company is not touched by it", () => {
  const limits = createRateLimits({
    now: () => 0,
    ofCompany: (id) => (id === 7 ? { burst: 3, perSecond: 1 } : RATES.company),
  });
  for (const id of ["a", "b", "c"]) limits.take(caller("api_token", id), "");
  expect(refusal(() => limits.take(caller("api_token", "d"), "")).message).toContain("this company");
  expect(limits.take(caller("api_token", "d", 8), "")).toHaveLength(2);
});

test("who waits as told gets on, and what was refused took nothing", () => {
  let at = 0;
  const limits = createRateLimits({ now: () => at });
  const take = () => limits.take(null, "192.0.2.1");
  for (let i = 0; i < RATES.address.burst; i += 1) take();
  for (let i = 0; i < 50; i += 1) expect(refusal(take).cause).toMatchObject({ retryAfterSeconds: 1 });
  at = 1_000;
  for (let i = 0; i < RATES.address.perSecond; i += 1) expect(take()).toHaveLength(1);
  refusal(take);
});

test("the headers name every bucket and the one that is nearest to empty", () => {
  const limits = createRateLimits({ now: () => 0 });
  const states = limits.take(caller("session", "s"), "") ?? [];
  expect(rateHeaders(states)).toEqual({
    "ratelimit-policy": '"session";q=300;w=10, "company";q=6000;w=10',
    ratelimit: '"session";r=299;t=1',
  });
  expect(rateStateOf(new AppError("NOT_FOUND", "no"))).toBeNull();
});
