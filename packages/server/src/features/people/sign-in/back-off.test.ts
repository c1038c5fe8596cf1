import { expect, test } from "vitest";
import { createBackOff, networkOf } from "./back-off.ts";
import { createBuckets } from "../../../platform/auth/index.ts";

const DAY_MS = 86_400_000;
const clock = () => {
  const state = { at: 0 };
  return { state, backOff: createBackOff({ now: () => state.at }) };
};
const stranger = (email: string, ip: string) => ({ email, ip, personId: "p", deviceId: null, isNear: false });
/** How many of the attempts may look at the password. */
const admitted = (run: () => unknown, times: number): number => {
  let count = 0;
  for (let i = 0; i < times; i += 1) {
    try {
      run();
      count += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: "RATE_LIMITED" });
    }
  }
  return count;
};

test("strangers share one allowance of an account, from however many addresses: never more than 100 in a day", () => {
  const { state, backOff } = clock();
  let n = 0;
  const guess = () => backOff.admit(stranger("a@example.test", `10.${n >> 16}.${(n >> 8) & 255}.${n++ & 255}`));
  expect(admitted(guess, 500)).toBe(10);
  let day = 10;
  for (let hour = 0; hour < 24; hour += 1) {
    state.at += 3_600_000;
    day += admitted(guess, 100);
  }
  expect(day).toBeLessThanOrEqual(100);
  expect(day).toBeGreaterThan(90);
});

test("an owner's browser and network have allowances that strangers cannot use up, each of its own", () => {
  const { backOff } = clock();
  admitted(() => backOff.admit(stranger("a@example.test", "203.0.113.9")), 50);
  const known = { ...stranger("a@example.test", "203.0.113.9"), deviceId: "d1" };
  expect(admitted(() => backOff.admit(known), 30)).toBe(20);
  expect(admitted(() => backOff.admit({ ...known, deviceId: "d2" }), 30)).toBe(20);
  const near = { ...stranger("a@example.test", "198.51.100.7"), isNear: true };
  expect(admitted(() => backOff.admit(near), 30)).toBe(20);
  expect(admitted(() => backOff.admit({ ...near, ip: "198.51.100.200" }), 30)).toBe(0);
  expect(admitted(() => backOff.admit({ ...near, ip: "198.51.101.1" }), 30)).toBe(20);
});

test("what was right uses nothing, and the refusal says when to come again", () => {
  const { backOff } = clock();
  const ann = stranger("a@example.test", "203.0.113.9");
  expect(admitted(() => backOff.admit(ann).giveBack(), 200)).toBe(200);
  admitted(() => backOff.admit(ann), 10);
  expect(() => backOff.admit(ann)).toThrow(
    expect.objectContaining({ code: "RATE_LIMITED", cause: { retryAfterSeconds: 360 } }),
  );
});

test("one address guesses 20 times over all accounts; while the server is attacked, twice", () => {
  const { state, backOff } = clock();
  let n = 0;
  const from = (ip: string) => () => backOff.admit(stranger(`a${n++}@example.test`, ip));
  expect(admitted(from("203.0.113.1"), 100)).toBe(20);
  expect(admitted(from("2001:db8:1:2::1"), 10) + admitted(from("2001:db8:1:2:ffff::2"), 100)).toBe(20);
  for (let i = 0; i < 5; i += 1) admitted(from(`203.0.114.${i}`), 20);
  expect(admitted(from("203.0.115.1"), 20)).toBe(2);
  state.at += 120_000;
  expect(admitted(from("203.0.116.1"), 20)).toBe(20);
});

test("buckets refill with time, never beyond the burst nor below nothing, and forget the longest unused", () => {
  const state = { at: 0 };
  const buckets = createBuckets({ burst: 2, perSecond: 0.5, keysMax: 2, now: () => state.at });
  for (let i = 0; i < 5; i += 1) buckets.take("a");
  expect(buckets.wait("a")).toBe(2);
  state.at = 2_000;
  expect(buckets.wait("a")).toBe(0);
  state.at = DAY_MS;
  buckets.take("a");
  buckets.take("a");
  expect(buckets.wait("a")).toBe(2);
  buckets.take("b");
  buckets.take("c");
  expect(buckets.wait("a")).toBe(0);
});

test("a network is an IPv4 /24 or an IPv6 /64", () => {
  expect(networkOf("198.51.100.7")).toBe("198.51.100");
  expect(networkOf("::ffff:198.51.100.7")).toBe("198.51.100");
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("2001:db8:1:3::9")).not.toBe(networkOf("2001:db8:1:2::9"));
});
