import { expect, test } from "vitest";
import { atLeast, bytes, duration, exact, hoursText, middle, plural, relative, share } from "./format.ts";
import { singular } from "./singular.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

test("moments are told in their largest whole unit, before and after now", () => {
  expect(relative("2026-11-21T11:59:55Z", NOW)).toBe("just now");
  expect(relative("2026-11-21T11:58:59Z", NOW)).toBe("1 min ago");
  expect(relative("2026-11-21T08:30:00Z", NOW)).toBe("3 h ago");
  expect(relative("2026-11-21T12:05:00Z", NOW)).toBe("in 5 min");
  expect(relative("2026-11-28T11:59:50Z", NOW)).toBe("in 7 d");
  expect(relative("2024-11-20T12:00:00Z", NOW)).toBe("2 y ago");
  expect(relative("not a date", NOW)).toBe("not a date");
  expect(duration(90 * 86_400_000)).toBe("3 mo");
  expect(exact("2026-11-21T11:59:55.120Z")).toBe("2026-11-21 11:59:55 UTC");
});

test("a share that is not nothing never reads as nothing, and one that is not all never as all", () => {
  expect([0, 0.0004, 0.004, 0.58, 1].map(share)).toEqual(["0 %", "< 0.1 %", "0.4 %", "58 %", "100 %"]);
  expect([0.994, 0.9965, 0.99995].map(share)).toEqual(["99 %", "99.7 %", "> 99.9 %"]);
});

test("numbers carry their unit, and say where counting stopped", () => {
  expect(plural(1, "advisory", "advisories")).toBe("1 advisory");
  expect(plural(1200, "finding")).toBe("1,200 findings");
  expect(atLeast(10_000, false)).toBe("10,000+");
  expect(bytes(7_340_032)).toBe("7.0 MiB");
  expect(bytes(512)).toBe("512 B");
  expect([6, 72, 336].map(hoursText)).toEqual(["6 h", "72 h", "14 days"]);
});

test("long text keeps both ends", () => {
  expect(middle("pkg:deb/debian/openssl@3.0.11", 15)).toBe("pkg:deb…@3.0.11");
  expect(middle("short", 15)).toBe("short");
});

test("a list of one is told in the singular", () => {
  const many = ["assets", "advisories", "people", "fixes", "messages"];
  expect(many.map(singular)).toEqual(["asset", "advisory", "person", "fix", "message"]);
});
