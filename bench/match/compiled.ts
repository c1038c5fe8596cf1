import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AdvisoryIndex,
  type AdvisoryRecord,
  canonicalEcosystem,
  endOfLifeRecords,
  openIndex,
} from "@zerotrace/core";
import { compileInWorker } from "../../packages/plugins/src/index.ts";
import { descendantsOf, median, memoryOf, round, say } from "../measure.ts";
import { readRecords } from "./records.ts";

const SAMPLE_MS = 25;
const OPENINGS = 5;

export interface Compiled {
  readonly bytes: Uint8Array;
  readonly records: readonly AdvisoryRecord[];
  /** The weakness of each record, by the record's id. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Records about CVEs that the CVE program rejected, which no record itself says. */
  readonly rejected: ReadonlySet<string>;
}

const rejectedBy = (index: AdvisoryIndex): Set<string> => {
  const rejected = new Set<string>();
  for (const { ecosystem, name } of index.packages()) {
    for (const { outcome, recordId } of index.explain(ecosystem, name, "0")) {
      if (outcome === "withdrawn") rejected.add(recordId);
    }
  }
  return rejected;
};

/** The weakness of each record of an index, by the record's id. */
export const groupsOf = (index: AdvisoryIndex): Map<string, string> => {
  const groups = new Map<string, string>();
  for (let i = 0; i < index.groupCount; i += 1) {
    const { id } = index.advisory(i);
    for (const record of index.recordsOf(i)) groups.set(record, id);
  }
  return groups;
};

/** Compiles the feeds, says what the index costs, and gives it with the records that it was made of. */
export const compileAll = async (locations: readonly string[], folder: string): Promise<Compiled> => {
  say(`feeds: ${locations.join(", ")}`);
  let peak = 0;
  const timer = setInterval(() => {
    for (const { pid } of descendantsOf(process.pid)) peak = Math.max(peak, memoryOf(pid, "VmHWM"));
  }, SAMPLE_MS);
  const startedAt = performance.now();
  const compiled = await compileInWorker({
    locations,
    cacheDir: join(folder, "cache"),
    outDir: join(folder, "out"),
    recordsFile: true,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(timer);
  const bytes = new Uint8Array(await readFile(compiled.indexPath));
  const openMs = Array.from({ length: OPENINGS }, () => {
    const openedAt = performance.now();
    openIndex(bytes);
    return performance.now() - openedAt;
  });
  const { recordCount, groupCount, rangeCount } = compiled.meta;
  say(
    `index: ${recordCount} records, ${groupCount} weaknesses, ${rangeCount} ranges; built in ${round(seconds, 1)} s with ` +
      `${round(peak)} MB at most (with the records' own file); ${round(bytes.length / 1e6, 1)} MB; opened in ` +
      `${round(openMs[0] as number)} ms the first time, ${round(median(openMs))} ms median`,
  );
  const index = openIndex(bytes);
  const records = readRecords(await readFile(compiled.recordsPath as string));
  // Ends of life are records that the builder makes itself; the reference must know them too.
  const covered = new Set(records.flatMap((record) => record.affected.map((one) => canonicalEcosystem(one.ecosystem))));
  const ended = endOfLifeRecords(index.lifeCycles(), compiled.meta.builtAt, (one) => covered.has(one));
  return { bytes, records: [...records, ...ended], groupOf: groupsOf(index), rejected: rejectedBy(index) };
};
