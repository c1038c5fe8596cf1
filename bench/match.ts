/**
 * Promise: one core gives 500,000 verdicts a second and more over all feeds at hand, 200 times those of the plain way. What holds
 * depends on the components: a fleet repeats them, a list of distinct ones does not, and packages differ in how many ranges they have.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type AdvisoryIndex, openIndex } from "@zerotrace/core";
import { realLists } from "./corpus.ts";
import { feedLocations } from "./feeds.ts";
import { type Compiled, compileAll } from "./match/compiled.ts";
import { fleet } from "./match/fleet.ts";
import type { Judged } from "./match/lists.ts";
import { createReference, type PlainVerdict } from "./match/reference.ts";
import { sampleByWeight, sampleComponents } from "./match/sample.ts";
import { median, memoryOf, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: {
    feeds: { type: "string", multiple: true, default: [] },
    components: { type: "string", default: "300000" },
  },
});
const ROUNDS = 15;
const SHOWN = 5;
/** The reference takes milliseconds for a package with thousands of ranges: it judges the first so many of those. */
const HEAVY_MAX = 10_000;

/** Components a second of CPU of all threads of the process, so that neighbours on the machine do not count. */
const rateOf = (count: number, startedAt: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(startedAt);
  return (count / Math.max(1, user + system)) * 1e6;
};
const figure = (rate: number): string => round(rate).toLocaleString("en");

const judgeAll = (index: AdvisoryIndex, components: readonly Judged[]): { rate: number; hits: number } => {
  let hits = 0;
  const startedAt = process.cpuUsage();
  for (const c of components) hits += index.match(c.ecosystem, c.name, c.version).hits.length;
  return { rate: rateOf(components.length, startedAt), hits };
};

const keyOf = (c: Judged): string => `${c.ecosystem}\t${c.name}\t${c.version}`;

/** Compares every component's verdict and weaknesses; says the first that differ. */
const countWrong = (index: AdvisoryIndex, components: readonly Judged[], plain: readonly PlainVerdict[]): number => {
  let wrong = 0;
  components.forEach((c, i) => {
    const said = index.match(c.ecosystem, c.name, c.version);
    const { verdict, groups } = plain[i] as PlainVerdict;
    const own = new Set(said.hits.map((hit) => index.advisory(hit.advisory).id));
    if (said.verdict === verdict && own.symmetricDifference(groups).size === 0) return;
    wrong += 1;
    if (wrong > SHOWN) return;
    const difference = [...own.symmetricDifference(groups)].slice(0, SHOWN).join(" ");
    say(`  DIFFERENT ${keyOf(c)}: ${said.verdict}, not ${verdict} ${difference}`);
  });
  return wrong;
};

/** How fast one answers, and how fast beside the other, in a sentence. */
const versus = (what: string, own: number, plain: number): void => {
  const times = own / plain;
  say(
    `  ${what}: own ${figure(own)}, reference ${figure(plain)} components/s: ${round(times, times < 20 ? 1 : 0)} times as fast`,
  );
};

const run = (
  title: string,
  { bytes, records, groupOf, rejected }: Compiled,
  components: readonly Judged[],
  judgedByReference: number,
): void => {
  const distinct = [...new Map(components.map((c) => [keyOf(c), c])).values()];
  const index = openIndex(bytes);
  const rounds = Array.from({ length: ROUNDS }, () => judgeAll(index, components));
  const fresh = Array.from({ length: ROUNDS }, () => judgeAll(openIndex(bytes), distinct).rate);
  const { rate: first, hits } = rounds[0] as { rate: number; hits: number };
  say(
    `${title}: ${components.length} components, ${distinct.length} distinct, ${round(hits / components.length, 1)} findings each`,
  );
  say(`  verdicts of the first round over an index just opened: ${figure(first)} components a CPU second`);

  const reference = createReference(records, groupOf, rejected);
  const some = components.slice(0, judgedByReference);
  const startedAt = process.cpuUsage();
  const plain = some.map((c) => reference(c.ecosystem, c.name, c.version));
  const rate = rateOf(some.length, startedAt);
  const again = process.cpuUsage();
  const once = distinct.slice(0, judgedByReference);
  for (const c of once) reference(c.ecosystem, c.name, c.version);
  const onceRate = rateOf(once.length, again);
  versus("as they come, what was said before remembered", median(rounds.map((one) => one.rate)), rate);
  versus("each distinct one once, nothing remembered", median(fresh), onceRate);
  say(`  verdicts that differ: ${countWrong(index, some, plain)} of ${some.length}`);
};

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const compiled = await compileAll(feedLocations(values.feeds, folder), folder);
  const count = Number(values.components);
  const lists = realLists();
  if (lists) run("a fleet of real lists", compiled, [...fleet(compiled.records, lists, count)], count);
  // A system itself is no component.
  const advisories = compiled.records.filter((record) => record.affected.every((one) => one.ecosystem !== "OS"));
  run(
    "packages of advisories and unknown ones, each package as likely",
    compiled,
    sampleComponents(advisories, count),
    count,
  );
  run("packages by their weight, each advisory as likely", compiled, sampleByWeight(advisories, count), HEAVY_MAX);
  say(`process memory: peak ${round(memoryOf(process.pid, "VmHWM"))} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
