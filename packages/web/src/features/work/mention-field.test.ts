import { expect, test } from "vitest";
import { nameBefore } from "./mention-field.tsx";

test("a name is completed after an @ that begins a word, before the caret", () => {
  expect(nameBefore("ask @an", 7)).toEqual({ at: 4, start: "an" });
  expect(nameBefore("@", 1)).toEqual({ at: 0, start: "" });
  expect(nameBefore("ask @anna now", 7)).toEqual({ at: 4, start: "an" });
  expect(nameBefore("a@example", 9)).toBeNull();
  expect(nameBefore("@anna ", 6)).toBeNull();
});
