import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { expect, test } from "vitest";
import { courseOf, daysUpTo, filledDays, partsOf, severitiesAlone } from "./rules.ts";

const nodeOf = (text: string) => parseQuery(text, FINDING_FIELDS).node;

test("a query is cut into what it asks of assets and all else, never inside of an OR", () => {
  const parts = (text: string): readonly boolean[] => {
    const { assets, rest } = partsOf(nodeOf(text));
    return [assets !== null, rest !== null];
  };
  expect(parts("")).toEqual([false, false]);
  expect(parts("label:prod host:web*")).toEqual([true, false]);
  expect(parts("label:prod kev:true")).toEqual([true, true]);
  expect(parts("label:prod OR kev:true")).toEqual([false, true]);
  expect(parts("-(label:lab OR kind:image) openssl")).toEqual([true, true]);
});

test("sums by severity answer a query of severities alone", () => {
  expect(severitiesAlone(nodeOf("severity:critical,low"))).toEqual(["critical", "low"]);
  expect(severitiesAlone(nodeOf("severity>=high"))).toEqual(["critical", "high"]);
  expect(severitiesAlone(nodeOf("-severity:low"))).toBeNull();
  expect(severitiesAlone(nodeOf("severity:high kev:true"))).toBeNull();
  expect(severitiesAlone(null)).toHaveLength(6);
});

test("what came before the first day counts from it, and what went is not there at the end of its day", () => {
  const days = daysUpTo("2026-03-02", 3);
  expect(days).toEqual(["2026-02-28", "2026-03-01", "2026-03-02"]);
  const stays = [
    { came: "2026-01-01", went: null, value: 2 },
    { came: "2026-03-01", went: "2026-03-02", value: 3 },
    { came: "2026-03-02", went: "2026-03-02", value: 9 },
  ];
  expect(courseOf(stays, days)).toEqual([2, 5, 2]);
});

test("a day without a figure is as the one before, and days before the first figure are left out", () => {
  const days = daysUpTo("2026-03-02", 3);
  expect(filledDays([{ day: "2026-03-01", n: 1 }], days)).toEqual([
    { day: "2026-03-01", n: 1 },
    { day: "2026-03-02", n: 1 },
  ]);
  expect(filledDays([{ day: "2025-01-01", n: 4 }], days)).toHaveLength(3);
});
