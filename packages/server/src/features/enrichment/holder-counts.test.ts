import * as fc from "fast-check";
import { expect, test } from "vitest";
import { countHolders } from "./holder-counts.ts";

const component = fc.integer({ min: 0, max: 30 });

test("an asset counts once in each group of which it has something, however often", () => {
  const set = fc.array(component).map((ids) => Int32Array.from(ids));
  fc.assert(
    fc.property(fc.array(fc.array(component)), fc.array(set), (groups, assets) => {
      const has = (ids: Int32Array, group: readonly number[]) => ids.some((id) => group.includes(id));
      const expected = groups.map((group) => assets.filter((ids) => has(ids, group)).length);
      expect(countHolders(groups, assets)).toEqual(expected);
    }),
  );
});
