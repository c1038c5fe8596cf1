/** One size of the curves, in a process of its own, so that memory is that size's alone. Says its figures as JSON. */
import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { readFileSync, writeFileSync } from "node:fs";
import { groupsOf } from "../match/compiled.ts";
import { createReference } from "../match/reference.ts";
import { memoryOf } from "../measure.ts";
import { syntheticComponents, syntheticRecords } from "./synthetic.ts";

/** The figures of one size: seconds of CPU of all threads, megabytes of 10^6 bytes. */
export interface Size {
  readonly rangeCount: number;
  readonly buildSeconds: number;
  readonly buildMb: number;
  readonly artefactMb: number;
  readonly openMs: number;
  /** Resident memory that the opened index and all that it remembers added. */
  readonly openMb: number;
  readonly runs: readonly { readonly count: number; readonly seconds: number }[];
  readonly timesFaster: number;
}

const COUNTS = [10_000, 100_000, 1_000_000];
const REFERENCE_COUNT = 20_000;
const OPENINGS = 5;

const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const build = (rangeCount: number, path: string): void => {
  const buildSeconds = cpuSeconds(() => {
    const builder = createIndexBuilder();
    for (const record of syntheticRecords(rangeCount)) builder.add(record);
    writeFileSync(path, builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
  });
  process.send?.({ buildSeconds, buildMb: memoryOf(process.pid, "VmHWM") });
};

const judge = (rangeCount: number, path: string): void => {
  const components = syntheticComponents(rangeCount, Math.max(...COUNTS));
  const before = memoryOf(process.pid, "VmRSS");
  const bytes = new Uint8Array(readFileSync(path));
  const opened = Array.from({ length: OPENINGS }, () => cpuSeconds(() => openIndex(bytes)) * 1000).sort(
    (a, b) => a - b,
  );
  const runs = COUNTS.map((count) => {
    const index = openIndex(bytes);
    const seconds = cpuSeconds(() => {
      for (let i = 0; i < count; i += 1) {
        const c = components[i] as (typeof components)[number];
        index.match(c.ecosystem, c.name, c.version);
      }
    });
    return { count, seconds };
  });
  const openMb = memoryOf(process.pid, "VmRSS") - before;
  const reference = createReference([...syntheticRecords(rangeCount)], groupsOf(openIndex(bytes)));
  const part = components.slice(0, REFERENCE_COUNT);
  const plain = cpuSeconds(() => {
    for (const c of part) reference(c.ecosystem, c.name, c.version);
  });
  const last = runs.at(-1) as { count: number; seconds: number };
  process.send?.({
    rangeCount,
    artefactMb: bytes.length / 1e6,
    openMs: opened[Math.floor(OPENINGS / 2)],
    openMb,
    runs,
    timesFaster: plain / REFERENCE_COUNT / (last.seconds / last.count),
  });
};

const [step, rangeCount, path] = process.argv.slice(2);
if (step === "build") build(Number(rangeCount), path as string);
else if (step === "judge") judge(Number(rangeCount), path as string);
