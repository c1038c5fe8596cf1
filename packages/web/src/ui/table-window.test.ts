import { expect, test } from "vitest";
import { spanAt } from "./table-window.ts";

const PLACE = { top: 200, height: 900, rowPx: 32, count: 100_000 } as const;

test("wherever the window stands, the rows in view are in the page, and few others", () => {
  for (let top = 200; top > -32 * PLACE.count; top -= 4_567) {
    const { from, to } = spanAt({ ...PLACE, top }, 16);
    expect(from * 32 + top).toBeLessThanOrEqual(Math.max(0, top));
    expect(Math.min(PLACE.count, to) * 32 + top).toBeGreaterThanOrEqual(Math.min(900, PLACE.count * 32 + top));
    expect(to - from).toBeLessThanOrEqual(80);
  }
});

test("rows change once in eight that pass, at both ends at once", () => {
  let changes = 0;
  let before = spanAt({ ...PLACE, top: -32_000 }, 16);
  for (let px = 0; px < 80 * 32; px += 8) {
    const now = spanAt({ ...PLACE, top: -32_000 - px }, 16);
    if (now.from !== before.from || now.to !== before.to) {
      expect(now).toEqual({ from: before.from + 8, to: before.to + 8 });
      changes += 1;
    }
    before = now;
  }
  expect(changes).toBe(9);
});

test("no rows are asked for that the table does not have", () => {
  expect(spanAt({ ...PLACE, count: 3 }, 16)).toEqual({ from: 0, to: 3 });
  expect(spanAt({ ...PLACE, count: 0 }, 16)).toEqual({ from: 0, to: 0 });
  // below the table, as on a page that goes on after it
  expect(spanAt({ ...PLACE, count: 10, top: -50_000 }, 16)).toEqual({ from: 10, to: 10 });
  // the table begins below the window
  expect(spanAt({ ...PLACE, top: 5_000 }, 16)).toEqual({ from: 0, to: 0 });
});
