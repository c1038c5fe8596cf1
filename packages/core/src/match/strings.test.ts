import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createStrings } from "./strings.ts";

test("texts are sorted as JavaScript sorts them, those beyond the basic plane among them", () => {
  const unit = fc.constantFrom("", "a", "b", "Z", "~", "é", "߿", "ࠀ", "퟿", "", "￿", "\u{10000}", "\u{10FFFF}");
  fc.assert(
    fc.property(fc.uniqueArray(fc.array(unit).map((units) => units.join(""))), (texts) => {
      const strings = createStrings();
      for (const text of texts) strings.intern(text);
      expect(Array.from(strings.sorted(), strings.of)).toEqual(texts.toSorted());
    }),
  );
});
