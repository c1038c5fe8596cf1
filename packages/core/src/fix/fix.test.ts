import { expect, test } from "vitest";
import { fixIdOf } from "./id.ts";
import { daysUntil, dueAtOf, SLA_OTHERWISE, slaDaysOf } from "./sla.ts";
import { verificationOf } from "./work.ts";

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
const NOTHING = { critical: null, high: null, medium: null, low: null, kev: null };

test("a fix is due when the first of its findings is, known exploitation counted from the day it was known", () => {
  expect(dueAtOf(SLA_OTHERWISE, NOTHING)).toBeNull();
  expect(dueAtOf(SLA_OTHERWISE, { ...NOTHING, high: day(1), critical: day(10) })).toEqual(day(17));
  expect(dueAtOf(SLA_OTHERWISE, { ...NOTHING, critical: day(10), kev: day(12) })).toEqual(day(15));
  expect(slaDaysOf(SLA_OTHERWISE, "none")).toBeNull();
});

test("days until a moment are whole ones, and negative when it is past", () => {
  expect([daysUntil(day(5), day(2)), daysUntil(day(2), day(5)), daysUntil(day(2), day(2))]).toEqual([3, -3, 0]);
});

test("that a fix is done is said by inventories alone", () => {
  const left = { findingCount: 2, notFixedCount: 1, isReopened: false };
  expect(verificationOf({ ...left, findingCount: 0, notFixedCount: 0 }, false)).toBe("verified");
  expect(verificationOf({ ...left, notFixedCount: 0 }, false)).toBe("waiting");
  expect(verificationOf(left, false)).toBe("not_fixed");
  expect(verificationOf(left, true)).toBe("came_back");
  expect(verificationOf({ ...left, isReopened: true }, false)).toBe("came_back");
});

test("the id of a fix is its package in base64url, whatever letters that has", () => {
  const key = { ecosystem: "Debian:12", package: "python3.11", hasFix: true };
  expect(fixIdOf(key)).toBe("K0RlYmlhbjoxMgpweXRob24zLjEx");
  const odd = { ecosystem: "npm", package: "@ü/~?>", hasFix: false };
  expect(Buffer.from(fixIdOf(odd), "base64url").toString("utf8")).toBe("-npm\n@ü/~?>");
  expect(fixIdOf(odd)).toMatch(/^[\w-]+$/);
});
