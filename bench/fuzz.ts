/** Promise: 100,000 hostile requests over all routes, as each role: no 5xx, nothing of another company, no growth of memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fuzz } from "../test/isolation/fuzz/run.ts";
import { KNOWN, seed } from "../test/isolation/seeds.ts";
import { startWorld } from "../test/isolation/world.ts";
import { record } from "../test/support/live.ts";
import { memoryOf, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
/** Caches fill in the first third; from then on there may be this much more, in MB. */
const GROWTH_MB = 30;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const memory = async (): Promise<{ heapMb: number; rssMb: number }> => {
  await sleep(500);
  collect();
  collect();
  return { heapMb: process.memoryUsage().heapUsed / 1e6, rssMb: memoryOf(process.pid, "VmRSS") };
};

const world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
try {
  const theirs = await seed(world, await world.company("A"));
  const samples: { heapMb: number; rssMb: number }[] = [];
  const startedAt = performance.now();
  const { count, statuses, faults } = await fuzz(world, {
    count: Number(values.count),
    seed: Number(values.seed),
    theirs,
    onThird: async (done) => {
      const sample = await memory();
      samples.push(sample);
      say(`${done} requests: heap ${round(sample.heapMb)} MB after a collection, RSS ${round(sample.rssMb)} MB`);
    },
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const sorted = [...statuses].toSorted(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`);
  say(`${count} requests in ${round(seconds)} s (${round(count / seconds)}/s); answers by status ${sorted.join(", ")}`);
  say(`faults: ${faults.length}`);
  for (const fault of faults) say(`  ${fault}`);
  const [first, last] = [samples[0], samples.at(-1)];
  const growth = first && last ? last.heapMb - first.heapMb : 0;
  say(`heap from the first third to the last: ${round(growth, 1)} MB`);
  if (faults.length > 0 || growth > GROWTH_MB) process.exitCode = 1;
} finally {
  await world.stop();
}
