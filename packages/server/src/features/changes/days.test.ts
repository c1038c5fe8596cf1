import { expect, test } from "vitest";
import { daysOf } from "./days.ts";

const shown = (asked: Parameters<typeof daysOf>[0]) =>
  daysOf(asked).days.map(({ day, from, until }) => [day, from.toISOString(), until.toISOString()].join(" "));

test("unless said, it is since yesterday 00:00 of the caller's clock", () => {
  const now = new Date("2026-11-21T22:30:00Z");
  expect(shown({ zone: "Asia/Tokyo", now })).toEqual([
    "2026-11-22 2026-11-21T15:00:00.000Z 2026-11-21T22:30:00.000Z",
    "2026-11-21 2026-11-20T15:00:00.000Z 2026-11-21T15:00:00.000Z",
  ]);
  expect(shown({ zone: "America/St_Johns", now }).at(-1)).toBe(
    "2026-11-20 2026-11-20T03:30:00.000Z 2026-11-21T03:30:00.000Z",
  );
});

test("a day has 23 or 25 hours where clocks are changed, and no moment is in two days or in none", () => {
  const now = new Date("2027-01-01T00:00:00Z");
  const hours = (zone: string, from: string, until: string) =>
    daysOf({ zone, now, from, until })
      .days.toReversed()
      .map((d) => [d.day, (d.until.getTime() - d.from.getTime()) / 3_600_000]);
  expect(hours("Europe/Berlin", "2026-03-28", "2026-03-31")).toEqual([
    ["2026-03-28", 24],
    ["2026-03-29", 23],
    ["2026-03-30", 24],
  ]);
  expect(hours("Europe/Berlin", "2026-10-25", "2026-10-26")).toEqual([["2026-10-25", 25]]);
  // clocks change at midnight itself: forward in Santiago, back in Havana at 01:00 to 00:00
  expect(hours("America/Santiago", "2026-09-05", "2026-09-08")).toEqual([
    ["2026-09-05", 24],
    ["2026-09-06", 23],
    ["2026-09-07", 24],
  ]);
  for (const zone of ["America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe"]) {
    for (const from of ["2026-03-01", "2026-04-01", "2026-08-20", "2026-10-10"]) {
      const until = new Date(Date.parse(from) + 60 * 86_400_000).toISOString().slice(0, 10);
      const { days } = daysOf({ zone, now, from, until });
      days.slice(1).forEach((day, i) => expect(day.until, `${zone} ${day.day}`).toEqual(days[i]?.from));
    }
  }
});

test("what is no day, no zone, empty or too long is told with its field", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const field = (asked: object) => {
    try {
      daysOf({ zone: "UTC", now, ...asked });
      return null;
    } catch (error) {
      return (error as { field?: string }).field;
    }
  };
  expect(field({ zone: "Mars/Olympus" })).toBe("zone");
  expect(field({ from: "yesterday" })).toBe("from");
  expect(field({ from: "2026-02-30" })).toBe("from");
  expect(field({ from: "2026-11-22" })).toBe("from");
  expect(field({ from: "2026-08-01" })).toBe("from");
  expect(field({ from: "2026-11-20", until: "2026-11-20" })).toBe("from");
  expect(field({ until: "soon" })).toBe("until");
  expect(field({ from: "2026-08-23" })).toBeNull();
});
