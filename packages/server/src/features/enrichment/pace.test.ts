import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("a company's reports gather for a quarter of a second, and for longer where computing them took long for a while", () => {
  const pace = createPace();
  expect(pace.delayMsOf(1, 0)).toBe(250);
  pace.computed(1, { wholeMs: 5_000, busyMs: 100 }, 1_000);
  expect(pace.delayMsOf(1, 1_000)).toBe(250);
  pace.computed(1, { wholeMs: 100, busyMs: 100 }, 1_000);
  expect(pace.delayMsOf(1, 1_000)).toBe(500);
  pace.computed(1, { wholeMs: 900, busyMs: 100 }, 2_000);
  expect(pace.delayMsOf(1, 2_000)).toBe(1_000);
  expect(pace.delayMsOf(1, 2_900)).toBe(250);
  pace.computed(1, { wholeMs: 60_000, busyMs: 100 }, 61_000);
  expect(pace.delayMsOf(1, 61_000)).toBe(10_000);
});

test("many companies together leave the cores two thirds of the time but for the first seconds, and none waits for longer than ten seconds", () => {
  const pace = createPace();
  for (let company = 1; company <= 100; company += 1) pace.computed(company, { wholeMs: 50, busyMs: 50 }, 0);
  expect(pace.delayMsOf(999, 0)).toBe(250);
  for (let company = 1; company <= 20; company += 1) pace.computed(company, { wholeMs: 50, busyMs: 50 }, 0);
  expect(pace.delayMsOf(999, 0)).toBe(2_000);
  expect(pace.delayMsOf(999, 1_900)).toBe(250);
  for (let company = 1; company <= 1_000; company += 1) pace.computed(company, { wholeMs: 50, busyMs: 50 }, 2_000);
  expect(pace.delayMsOf(999, 2_000)).toBe(10_000);
});
