import { expect, test } from "vitest";
import { roundTop } from "./scale.ts";
import { squarify } from "./squarify.ts";

test("the bound above a value is round and never below it, and nothing is counted in halves", () => {
  expect([0, 1, 3, 5, 7, 12, 24, 40, 98, 100, 4_100].map(roundTop)).toEqual([
    2, 2, 4, 6, 8, 20, 40, 40, 100, 100, 6_000,
  ]);
  for (let value = 0; value < 2_000; value += 0.5) {
    const top = roundTop(value);
    expect(top).toBeGreaterThanOrEqual(value);
    expect(Number.isInteger(top / 2)).toBe(true);
  }
});

test("rectangles of a map fill it, do not overlap, and have the areas of their values", () => {
  const values = [40, 25, 12, 9, 7, 4, 2, 1];
  const boxes = squarify(values, 2);
  expect(boxes).toHaveLength(values.length);
  boxes.forEach((box, i) => {
    expect((box.w * box.h) / 100).toBeCloseTo(values[i] ?? 0, 6);
    expect(box.x + box.w).toBeLessThanOrEqual(100.000001);
    expect(box.y + box.h).toBeLessThanOrEqual(100.000001);
    for (const other of boxes.slice(0, i)) {
      const across = Math.min(box.x + box.w, other.x + other.w) - Math.max(box.x, other.x);
      const down = Math.min(box.y + box.h, other.y + other.h) - Math.max(box.y, other.y);
      expect(Math.min(across, down)).toBeLessThan(0.000001);
    }
  });
  expect(squarify([], 1)).toEqual([]);
  expect(squarify([3], 1)).toEqual([{ x: 0, y: 0, w: 100, h: 100 }]);
});
