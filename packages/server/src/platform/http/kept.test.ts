import { expect, test } from "vitest";
import { createKept } from "./kept.ts";

test("a costly answer is kept for twenty times its cost, is made once for all who wait, and a failure is not kept", async () => {
  let now = 0;
  let made = 0;
  const kept = createKept<number>(() => now);
  const make = async (): Promise<number> => {
    now += 100;
    return ++made;
  };
  expect(await Promise.all([kept("a", make), kept("a", make)])).toEqual([1, 1]);
  now += 1_999;
  expect(await kept("a", make)).toBe(1);
  now += 2;
  expect(await kept("a", make)).toBe(2);
  expect(await kept("b", make)).toBe(3);
  await expect(kept("c", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await kept("c", make)).toBe(4);
});

test("a slow answer stands in while the next one is made, once for all who ask, and not for longer than ten minutes", async () => {
  let now = 0;
  let made = 0;
  const kept = createKept<number>(() => now);
  const make = async (): Promise<number> => {
    await Promise.resolve();
    now += 1_000;
    return ++made;
  };
  expect(await kept("a", make)).toBe(1);
  now += 20_001;
  expect(await Promise.all([kept("a", make), kept("a", make)])).toEqual([1, 1]);
  expect(await kept("a", make)).toBe(2);
  expect(made).toBe(2);
  now += 20_001;
  expect(await kept("a", () => Promise.reject(new Error("no")))).toBe(2);
  await Promise.resolve();
  now += 600_000;
  await expect(kept("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await kept("a", make)).toBe(3);
});

test("an answer that cost little is made anew where only costly ones are kept", async () => {
  let now = 0;
  let made = 0;
  const kept = createKept<number>(() => now, 200);
  const make = (ms: number) => async (): Promise<number> => {
    now += ms;
    return ++made;
  };
  expect([await kept("a", make(199)), await kept("a", make(199))]).toEqual([1, 2]);
  expect([await kept("a", make(200)), await kept("a", make(200))]).toEqual([3, 3]);
});
