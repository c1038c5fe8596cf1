import { expect, test } from "vitest";
import { pagesOf } from "./pages.ts";

test("a list of many pages says how far it is once that takes over two seconds, and is silent before", async () => {
  let ms = 0;
  let told = "";
  const err = { write: (text: string) => void (told += text), isTerminal: false, columns: 80 };
  const read = (stepMs: number) => {
    let page = 0;
    const get = async ({ limit }: { limit: number }) => {
      ms += stepMs;
      page += 1;
      return { rows: Array<number>(limit).fill(page), next: String(page), count: 10_000, countIsExact: false };
    };
    return pagesOf(get, 4_000, { err }, () => ms);
  };
  expect((await read(100)).rows).toHaveLength(4_000);
  expect(told).toBe("");
  expect((await read(1_600)).rows).toHaveLength(4_000);
  expect(told).toMatch(/^2,\d00 of 4,000 rows\n(?:\d,\d00 of 4,000 rows\n)*$/);
});
