import { expect, test } from "vitest";
import { Tally } from "./report.ts";

const fields = { feed: "osv", location: "here", readAt: new Date("2026-01-02T00:00:00Z"), notCovered: [] };

test("a record modified in the future does not make the data look newer than now", () => {
  const tally = new Tally(new Date("2026-01-02T00:00:00Z"));
  tally.dated("2025-12-31T00:00:00Z");
  tally.dated("2027-07-09T00:00:00Z");
  expect(tally.report(fields).dataAt).toBe("2025-12-31T00:00:00Z");
});

test("a report names at most twenty origins and says how many more there are", () => {
  const tally = new Tally(new Date());
  for (let i = 0; i < 30; i += 1) tally.origins.add(`origin ${i}`);
  expect(tally.report(fields).origins).toHaveLength(21);
  expect(tally.report(fields).origins.at(-1)).toBe("and 10 more");
});
