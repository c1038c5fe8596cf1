import { ENTRIES } from "../../test/isolation/entries.ts";
import { KNOWN, seed, strangersOf } from "../../test/isolation/seeds.ts";
import { askAs, ROUTES } from "../../test/isolation/walk.ts";
import { startWorld } from "../../test/isolation/world.ts";
import { record } from "../../test/support/live.ts";
import { median, round, say } from "../measure.ts";

const WARM = 20;
const ROUNDS = 300;

/** Half of the values lie within so many of the middle. */
const spread = (values: readonly number[]): number => {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
};

/**
 * Asks every route that takes an id by turns for another company's object and for nobody's, as an admin, and says how far the
 * middle times lie apart. Answers whether no route tells them apart by more than its own scatter.
 */
export const measureTiming = async (): Promise<void> => {
  const world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  try {
    const [a, b] = [await world.company("A"), await world.company("B")];
    const own = await seed(world, b);
    const theirs = await seed(world, a);
    const nobodys = strangersOf(theirs);
    const routes = ROUTES.filter(([name, r]) => r.method === "GET" && r.path.includes(":id") && ENTRIES[name]);
    let worst = { name: "", apart: 0, scatter: 0 };
    for (const [name, route] of routes) {
      const times: [number[], number[]] = [[], []];
      for (let n = 0; n < WARM + ROUNDS; n += 1) {
        for (const [i, ids] of [theirs, nobodys].entries()) {
          const ask = ENTRIES[name]?.ask(ids, own) ?? {};
          const startedAt = performance.now();
          await askAs(world, route, ask, b.admin, "127.0.4.1");
          if (n >= WARM) times[i]?.push((performance.now() - startedAt) * 1000);
        }
      }
      const apart = Math.abs(median(times[0]) - median(times[1]));
      const scatter = Math.max(spread(times[0]), spread(times[1]));
      if (apart / scatter > worst.apart / (worst.scatter || 1)) worst = { name, apart, scatter };
    }
    say(
      `timing: ${routes.length} routes asked ${ROUNDS} times each for another's and for nobody's; farthest apart ` +
        `${worst.name}: ${round(worst.apart)} us, where one question scatters by ${round(worst.scatter)} us`,
    );
    if (worst.apart > worst.scatter) process.exitCode = 1;
  } finally {
    await world.stop();
  }
};
