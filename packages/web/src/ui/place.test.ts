import { expect, test } from "vitest";
import { placed } from "./place.ts";

test("an entry of a list is named as the page names it, and counted from one", () => {
  const says = '"a b" is no label: write a-b';
  expect(placed(`enrollment.labels.1 in the body: ${says}. Correct it and send again.`)).toBe(`Label 2: ${says}.`);
  expect(placed("enrollment.ranges.0 in the body: Not an address. Correct it and send again.")).toBe(
    "Address 1: Not an address.",
  );
  expect(placed("rules.2.condition in the body: It is missing. Correct it and send again.")).toBe(
    "Rule 3: It is missing.",
  );
  expect(placed("keys.0 in the body: At most 800 characters. Correct it and send again.")).toBe(
    "Entry 1: At most 800 characters.",
  );
});

test("what is about no entry of a list stays as it is", () => {
  for (const detail of [
    "name in the body: It is missing. Correct it and send again.",
    "There is no asset with this id.",
  ]) {
    expect(placed(detail)).toBe(detail);
  }
  expect(placed("labels.0 in the body: A. Correct it and send again.", (text) => text.toLowerCase())).toBe(
    "Label 1: a.",
  );
});
