import { expect, test } from "vitest";
import { fuzz } from "../isolation/fuzz/run.ts";
import { KNOWN, seed } from "../isolation/seeds.ts";
import { startWorld } from "../isolation/world.ts";
import { record } from "../support/live.ts";

test("hostile requests over all routes, as everybody: none is answered with a 5xx or with another company's", async () => {
  const world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  try {
    const theirs = await seed(world, await world.company("A"));
    const { count, statuses, faults } = await fuzz(world, { count: 3_000, seed: 7, theirs });
    expect(faults).toEqual([]);
    expect(count).toBe(3_000);
    // it reaches behind the doors, too
    expect(statuses.get(200) ?? 0).toBeGreaterThan(100);
  } finally {
    await world.stop();
  }
}, 180_000);
