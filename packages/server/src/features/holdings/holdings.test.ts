import { expect, test } from "vitest";
import { bytesOf, countBits, hasBit, numbersIn, without } from "./bits.ts";
import { createHoldings } from "./holdings.ts";

/** Whole numbers below `below`: the same each time. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

test("what is asked of holdings is what each asset was last said to hold, however often and however many change", () => {
  const random = randomFrom(11);
  const holdings = createHoldings();
  const known = new Map<string, Set<number>>();
  for (const size of [300, 1, 5, 140, 20, 130, 2, 300]) {
    const changed = Array.from({ length: size }, () => {
      const id = `asset-${random(320)}`;
      const held = Array.from({ length: random(4) === 0 ? 0 : random(30) }, () => random(random(5) === 0 ? 5_000 : 60));
      return { id, components: Int32Array.from(held) };
    });
    for (const { id, components } of changed) known.set(id, new Set(components));
    holdings.replace(changed);

    for (let n = 0; n < 20; n += 1) {
      const asked = Array.from({ length: 1 + random(4) }, () => random(70));
      const holders = [...known].filter(([, own]) => asked.some((id) => own.has(id))).map(([id]) => id);
      expect(holdings.idsOf(holdings.holders(asked)).toSorted()).toEqual(holders.toSorted());
      const counts = holdings.holderCounts();
      expect(asked.map((id) => counts[id] ?? 0)).toEqual(
        asked.map((id) => [...known.values()].filter((own) => own.has(id)).length),
      );
      const values = Float64Array.from({ length: 50 }, (_, id) => id % 7);
      const weights = [...known].map(([id, own]) => [id, [...own].map((one) => values[one] ?? 0)] as const);
      const [sums, highest] = [holdings.perAsset(values, "sum"), holdings.perAsset(values, "highest")];
      for (const [id, of] of weights) {
        const number = holdings.ids.indexOf(id);
        expect([sums[number], highest[number]]).toEqual([
          of.reduce((sum, value) => sum + value, 0),
          Math.max(0, ...of),
        ]);
      }
      const some = [...known.keys()].filter(() => random(9) === 0);
      const components = new Set(some.flatMap((id) => [...(known.get(id) ?? [])]));
      const set = holdings.setOf([...some, "nobody"]);
      expect(numbersIn(holdings.componentsOf(set))).toEqual([...components].toSorted((a, b) => a - b));
      const among = [...holdings.heldAmong(set, [1, 2, 3])].map(([asset, ids]) => [holdings.idOf(asset), ids]);
      const held = some.map((id) => [id, [1, 2, 3].filter((one) => known.get(id)?.has(one))] as const);
      expect(Object.fromEntries(among)).toEqual(Object.fromEntries(held.filter(([, ids]) => ids.length > 0)));
    }
  }
});

test("a set of bits counts, lists and takes away its numbers, and its bytes are those of get_bit", () => {
  const holdings = createHoldings();
  holdings.replace([{ id: "a", components: Int32Array.of(0, 31, 32, 63, 64, 31) }]);
  const bits = holdings.componentsOf(holdings.setOf(["a"]));
  expect([numbersIn(bits), countBits(bits)]).toEqual([[0, 31, 32, 63, 64], 5]);
  const bytes = bytesOf(bits);
  const read = Array.from({ length: 65 }, (_, n) => n).filter((n) => ((bytes[n >> 3] as number) >> (n & 7)) & 1);
  expect(read).toEqual([0, 31, 32, 63, 64]);
  holdings.replace([{ id: "b", components: Int32Array.of(31) }]);
  expect(numbersIn(without(bits, holdings.componentsOf(holdings.setOf(["b"]))))).toEqual([0, 32, 63, 64]);
  expect(hasBit(bits, 1_000)).toBe(false);
});
