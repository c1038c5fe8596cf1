import { expect, test } from "vitest";
import { bottomOf, inReadingOrder, moved, type Place, resized, settle, shifted } from "./grid.ts";

const at = (id: string, x: number, y: number, w = 4, h = 3): Place => ({ id, x, y, w, h });
const ROW = [at("a", 0, 0), at("b", 4, 0), at("c", 8, 0), at("d", 0, 3, 12, 4)];
const told = (places: readonly Place[]): string =>
  inReadingOrder(places)
    .map(({ id, x, y, w, h }) => `${id}${x},${y},${w},${h}`)
    .join(" ");

test("a widget that is moved keeps its place, and others make room without overlaps or gaps above", () => {
  expect(told(moved(ROW, "c", { x: 0, y: 0 }))).toBe("c0,0,4,3 b4,0,4,3 a0,3,4,3 d0,6,12,4");
  expect(told(moved(ROW, "a", { x: 99, y: -4 }))).toBe("b4,0,4,3 a8,0,4,3 c8,3,4,3 d0,6,12,4");
  expect(told(moved([at("a", 0, 0)], "a", { x: 3, y: 9 }))).toBe("a3,0,4,3");
});

test("a widget that is resized stays on the grid and pushes others down", () => {
  expect(told(resized(ROW, "a", { w: 6, h: 3 }))).toBe("a0,0,6,3 c8,0,4,3 b4,3,4,3 d0,6,12,4");
  expect(told(resized(ROW, "c", { w: 99, h: 0 }))).toBe("a0,0,4,3 b4,0,4,3 c8,0,4,2 d0,3,12,4");
});

test("arrow keys go past what stands above and below, and stop at the ends", () => {
  const down = shifted(ROW, "a", 1);
  expect(told(down)).toBe("b4,0,4,3 c8,0,4,3 d0,3,12,4 a0,7,4,3");
  expect(told(shifted(down, "a", 1))).toBe(told(down));
  expect(shifted(down, "a", -1).find(({ id }) => id === "a")).toMatchObject({ x: 0, y: 0 });
  expect(told(shifted(ROW, "a", -1))).toBe(told(ROW));
});

test("places that are settled stay, and a new widget goes below all", () => {
  expect(settle(ROW)).toEqual(ROW);
  expect(bottomOf(ROW)).toBe(7);
  expect(bottomOf([])).toBe(0);
});
