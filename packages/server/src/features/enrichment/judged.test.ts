import { expect, test } from "vitest";
import { createJudgedLog } from "./judged.ts";

test("a log that forgot what a company needs says so", () => {
  const log = createJudgedLog(3);
  const start = log.end();
  const [first, second] = [
    { ids: [1], changed: [{ componentId: 1, advisoryId: 9 }], sums: null },
    { ids: [3, 4], changed: null, sums: null },
  ];
  log.add(first);
  expect(log.since(start)).toEqual([first]);
  const middle = log.end();
  log.add(second);
  expect(log.since(start)).toBeNull();
  expect(log.since(middle)).toEqual([second]);
  expect(log.since(log.end())).toEqual([]);
  log.add({ ids: [1, 2, 3, 4], changed: null, sums: null });
  expect(log.since(middle)).toBeNull();
  expect(log.since(log.end())).toEqual([]);
});
