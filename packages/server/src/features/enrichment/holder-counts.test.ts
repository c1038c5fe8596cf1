import * as fc from "fast-check";
import { expect, test } from "vitest";
import { countHolders } from "./holder-counts.ts";

const component = fc.integer({ min: 0, max: 30 });

test("an asset counts once in each group of which it has something, in whatever source and however often", () => {
  const set = fc.array(component).map((ids) => Int32Array.from(ids));
  fc.assert(
    fc.property(fc.array(fc.array(component)), fc.array(fc.array(set, { maxLength: 3 })), (groups, assets) => {
      const has = (sources: readonly Int32Array[], group: readonly number[]) =>
        sources.some((ids) => ids.some((id) => group.includes(id)));
      const expected = groups.map((group) => assets.filter((sources) => has(sources, group)).length);
      expect(countHolders(groups, assets)).toEqual(expected);
    }),
  );
});
