import { join } from "node:path";
import { expect, test } from "vitest";
import { isReadElsewhere } from "./elsewhere.ts";

const [HERE, BESIDE] = [import.meta.dirname, join(import.meta.dirname, "..")];
const from = (...locations: string[]) => locations.map((location) => ({ location }));

test("other folders than those read are noticed, whether one came, went or took another's place", () => {
  expect(isReadElsewhere([HERE], from(HERE, HERE))).toBe(false);
  expect(isReadElsewhere([HERE, BESIDE], from(HERE))).toBe(true);
  expect(isReadElsewhere([HERE], from(HERE, BESIDE))).toBe(true);
  expect(isReadElsewhere([BESIDE], from(HERE))).toBe(true);
});

test("what is found by the program itself, addresses, and folders that are gone are left to the schedule", () => {
  expect(isReadElsewhere([], from("https://public.example/"))).toBe(false);
  expect(isReadElsewhere(["https://feeds.example"], from("https://feeds.example/osv"))).toBe(false);
  expect(isReadElsewhere([join(HERE, "gone")], from(HERE))).toBe(false);
});
