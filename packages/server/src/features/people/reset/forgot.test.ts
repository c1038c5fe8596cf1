import { expect, test } from "vitest";
import { createForgotLimits } from "./forgot.ts";

const refusalOf = (take: () => void): { code?: string; seconds?: number } => {
  try {
    take();
    return {};
  } catch (error) {
    const { code, cause } = error as { code: string; cause: { retryAfterSeconds: number } };
    return { code, seconds: cause.retryAfterSeconds };
  }
};

test("an account is sent three links at once and then one in twenty minutes, wherever they are asked for", () => {
  let now = 0;
  const limits = createForgotLimits(() => now);
  const ask = (n: number) => refusalOf(() => limits.take({ email: "ann@example.test", ip: `192.0.2.${n}` }));
  expect([ask(1), ask(2), ask(3)]).toEqual([{}, {}, {}]);
  expect(ask(4)).toEqual({ code: "RATE_LIMITED", seconds: 1200 });
  now += 1_200_000;
  expect(ask(4)).toEqual({});
  expect(ask(5).code).toBe("RATE_LIMITED");
});

test("an address asks for ten accounts at once and then for one a minute, and keeps nobody else from asking", () => {
  let now = 0;
  const limits = createForgotLimits(() => now);
  const ask = (n: number, ip: string) => refusalOf(() => limits.take({ email: `person-${n}@example.test`, ip }));
  for (let n = 0; n < 10; n += 1) expect(ask(n, "2001:db8::1")).toEqual({});
  expect(ask(10, "2001:db8::2")).toEqual({ code: "RATE_LIMITED", seconds: 60 });
  expect(ask(10, "2001:db8:0:1::1")).toEqual({});
  now += 60_000;
  expect(ask(11, "2001:db8::3")).toEqual({});
});
