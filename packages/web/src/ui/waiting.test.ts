import { expect, test } from "vitest";
import { waitingWith } from "./waiting.tsx";

const NOTHING = { ids: new Set<string>(), unnamed: 0 };

test("what is told twice counts once, and what nobody named counts too", () => {
  const first = waitingWith(NOTHING, { ids: ["a", "b"], count: 2 });
  const again = waitingWith(first, { ids: ["b", "c"], count: 10 });
  expect([again.ids.size, again.unnamed]).toEqual([3, 8]);
});

test("a company that changes for hours holds bounded memory here", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => String(n));
  const full = waitingWith(NOTHING, { ids, count: ids.length });
  const more = waitingWith(full, { ids: ["x"], count: 1 });
  expect([more.ids.size, more.unnamed]).toEqual([20_000, 1]);
});
