import { expect, test } from "vitest";
import { paceOf, standingOf } from "./course.ts";

const trend = (...risks: number[]) =>
  risks.map((risk, i) => ({ day: new Date(Date.UTC(2026, 0, 1 + i * 7)).toISOString().slice(0, 10), risk }));

test("the pace is that of the last 30 days, and of none before there are two", () => {
  expect(paceOf(trend(50))).toBeNull();
  expect(paceOf(trend(99, 99, 60, 58, 56, 54, 52))).toBeCloseTo(-2);
});

test("a goal is reached, on course, behind or missed by the pace that is needed", () => {
  const now = { risk: 60, today: "2026-01-01" };
  const goal = { risk: 40, day: "2026-03-12" };
  expect(standingOf(now, { risk: null, day: null }, -1)).toEqual({ standing: "none", neededPerWeek: null });
  expect(standingOf({ ...now, risk: 40 }, goal, 5).standing).toBe("reached");
  expect(standingOf(now, goal, -2)).toEqual({ standing: "on_course", neededPerWeek: 2 });
  expect(standingOf(now, goal, -1.9).standing).toBe("behind");
  expect(standingOf({ ...now, today: "2026-03-12" }, goal, -9).standing).toBe("missed");
  expect(standingOf(now, { risk: 40, day: null }, -1).standing).toBe("on_course");
});

test("before two days are known nobody is called late: the risk is above the goal, and what is needed is said", () => {
  const now = { risk: 60, today: "2026-01-01" };
  expect(standingOf(now, { risk: 40, day: "2026-03-12" }, null)).toEqual({ standing: "above", neededPerWeek: 2 });
  expect(standingOf(now, { risk: 40, day: null }, null).standing).toBe("above");
  expect(standingOf(now, { risk: 40, day: "2026-01-01" }, null).standing).toBe("missed");
});
