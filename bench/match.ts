/** Promise: one core gives 300,000 verdicts a second and more over all feeds at hand. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { applicableEcosystems, openIndex } from "@zerotrace/core";
import { compileInWorker } from "../packages/plugins/src/index.ts";
import { feedLocations } from "./feeds.ts";
import { median, memoryOf, round, say } from "./measure.ts";
import { createReference } from "./match/reference.ts";
import { readRecords } from "./match/records.ts";
import { sampleComponents } from "./match/sample.ts";

const { values } = parseArgs({
  options: {
    feeds: { type: "string", multiple: true, default: [] },
    components: { type: "string", default: "200000" },
  },
});
/** The plain way is slow: it judges one in so many of the same components. */
const REFERENCE_EVERY = 20;
const ROUNDS = 5;

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const locations = feedLocations(values.feeds, folder);
  say(`feeds: ${locations.join(", ")}`);
  const compiled = await compileInWorker({
    locations,
    cacheDir: join(folder, "cache"),
    outDir: join(folder, "out"),
    recordsFile: true,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const bytes = new Uint8Array(await readFile(compiled.indexPath));
  const openedAt = performance.now();
  const index = openIndex(bytes);
  const openMs = performance.now() - openedAt;
  const { recordCount, groupCount, rangeCount } = compiled.meta;
  say(
    `index: ${recordCount} records, ${groupCount} weaknesses, ${rangeCount} ranges, ${round(bytes.length / 1e6, 1)} MB, opened in ${round(openMs)} ms`,
  );

  const records = readRecords(await readFile(compiled.recordsPath as string));
  const components = sampleComponents(records, Number(values.components));
  const rates: number[] = [];
  let hits = 0;
  for (let n = 0; n < ROUNDS; n += 1) {
    hits = 0;
    const startedAt = performance.now();
    for (const c of components) hits += index.match(c.ecosystem, c.name, c.version).hits.length;
    rates.push((components.length / (performance.now() - startedAt)) * 1000);
  }
  say(
    `matching core, one thread: ${round(median(rates)).toLocaleString("en")} components/s (median of ${ROUNDS}; first, cold, ${round(rates[0] as number).toLocaleString("en")}), ${hits} hits in ${components.length}`,
  );

  const groupIdOf = new Map<string, string>();
  for (let i = 0; i < index.groupCount; i += 1) {
    for (const id of index.recordsOf(i)) groupIdOf.set(id, index.advisory(i).id);
  }
  const reference = createReference(records);
  const part = components.filter((_, i) => i % REFERENCE_EVERY === 0);
  let wrong = 0;
  const startedAt = performance.now();
  const plain = part.map((c) => reference(applicableEcosystems(c.ecosystem), c.name, c.version));
  const rate = (part.length / (performance.now() - startedAt)) * 1000;
  part.forEach((c, i) => {
    const own = new Set(index.match(c.ecosystem, c.name, c.version).hits.map((hit) => index.advisory(hit.advisory).id));
    const expected = new Set([...(plain[i] as string[])].map((id) => groupIdOf.get(id)));
    if (own.symmetricDifference(expected).size > 0) {
      wrong += 1;
      if (wrong <= 5)
        say(`  DIFFERENT ${c.ecosystem} ${c.name} ${c.version}: ${[...own.symmetricDifference(expected)].join(" ")}`);
    }
  });
  say(
    `reference, a Map of names and direct comparison of version strings, ${part.length} of the same: ${round(rate).toLocaleString("en")} components/s (${round(median(rates) / rate)} times slower)`,
  );
  say(`verdicts that differ: ${wrong} of ${part.length}`);
  say(`process memory: peak ${round(memoryOf(process.pid, "VmHWM"))} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
