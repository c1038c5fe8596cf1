/**
 * Promise: a bundle with all feeds at hand is at most 25 MB, and a day's delta (500 changed records, 3 % of the EPSS scores
 * moved and all ranks with them, 5 CVEs newly known as exploited) at most 2 % of it; both give the same content back.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  compileInWorker,
  createBundleKey,
  type Generation,
  openGenerations,
  pour,
  readBundleKey,
  writeBundle,
  writeDelta,
} from "../packages/plugins/src/index.ts";
import { openGeneration } from "../packages/plugins/src/feeds/generation-read.ts";
import { feedLocations } from "./feeds.ts";
import { round, say } from "./measure.ts";

const { values } = parseArgs({ options: { feeds: { type: "string", multiple: true, default: [] } } });
const FULL_MB_LIMIT = 25;
const DELTA_SHARE_LIMIT = 0.02;
const RECORDS_CHANGED = 500;
const EPSS_SHARE = 0.03;
const KEV_ADDED = 5;
const MB = 1e6;

/** Numbers in 0..1 that are the same at every run. */
const createDice = (): (() => number) => {
  let seed = 7;
  return () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff) / 0x7fff_ffff;
};

const changedRecord = (value: Buffer, n: number): Buffer => {
  const text = value.toString();
  const tab = text.indexOf("\t") + 1;
  const record = JSON.parse(text.slice(tab)) as {
    summary?: string;
    modified: string;
    affected?: { ranges?: { events: object[] }[] }[];
  };
  record.modified = new Date(Date.parse("2026-11-22T00:00:00Z") + n * 61_000).toISOString();
  record.affected?.[0]?.ranges?.[0]?.events.push({ fixed: `9.${n}.1` });
  return Buffer.from(text.slice(0, tab) + JSON.stringify(record));
};

const nextEpss = (base: Generation) => {
  const dice = createDice();
  const { keys, scores, percentiles } = base.epss();
  const moved = scores.map((v) => (dice() < EPSS_SHARE ? Math.round(Math.min(1, v * (0.5 + dice())) * 1e5) / 1e5 : v));
  const order = [...moved.keys()].sort((a, b) => moved[a]! - moved[b]! || percentiles[a]! - percentiles[b]!);
  const ranks = new Float64Array(keys.length);
  order.forEach((row, i) => (ranks[row] = Math.round(((i + 1) / order.length) * 1e5) / 1e5));
  return { keys, scores: moved, percentiles: ranks };
};

/** The generation of the next day. */
const nextDay = (base: Generation): Generation => ({
  meta: { ...base.meta, hash: "" },
  *lines(section, from = "") {
    const every = Math.floor(base.meta.counts.records / RECORDS_CHANGED);
    let n = 0;
    for (const line of base.lines(section, from)) {
      n++;
      if (section === "records" && n % every === 0) yield { key: line.key, value: changedRecord(line.value, n) };
      else yield line;
    }
    if (section !== "kev") return;
    for (let i = 0; i < KEV_ADDED; i++) yield { key: `CVE-9999-${i}`, value: Buffer.from('"2026-11-22"') };
  },
  epss: () => nextEpss(base),
});

const main = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
  const at = (name: string): string => join(folder, name);
  try {
    await createBundleKey(at("key"));
    const privateKey = await readBundleKey(at("key"));
    const { signal } = new AbortController();
    const compiled = await compileInWorker({
      locations: feedLocations(values.feeds, folder),
      cacheDir: at("cache"),
      outDir: at("out"),
      generationsDir: at("generations"),
      signal,
      onProgress: () => undefined,
    });
    const base = openGenerations(at("generations")).open(compiled.meta.generation as string) as Generation;
    const bundle = async (
      name: string,
      write: (path: string) => Promise<unknown>,
    ): Promise<{ bytes: number; seconds: number }> => {
      const startedMs = performance.now();
      await write(at(`${name}.ztg`));
      writeBundle({ out: at(name), generationPath: at(`${name}.ztg`), privateKey, now: new Date() });
      return { bytes: (await stat(at(name))).size, seconds: (performance.now() - startedMs) / 1000 };
    };
    const full = await bundle("full.ztb", (path) => pour(base, { path }));
    const { hash } = await pour(nextDay(base), { path: at("next.ztg") });
    const day = await bundle("day.ztb", (path) => writeDelta(path, base, openGeneration({ path: at("next.ztg") })));
    const back = await pour(
      openGeneration({ path: at("day.ztb.ztg") }, () => base),
      {},
    );
    const share = day.bytes / full.bytes;
    const { records, epss } = base.meta.counts;
    say(`${records.toLocaleString("en")} records, ${epss.toLocaleString("en")} EPSS scores`);
    say(`full bundle: ${round(full.bytes / MB, 2)} MB in ${round(full.seconds, 1)} s (limit ${FULL_MB_LIMIT} MB)`);
    say(
      `a day's delta: ${round(day.bytes / MB, 3)} MB in ${round(day.seconds, 1)} s, ${round(share * 100, 2)} % of it (limit 2 %)`,
    );
    say(`base and delta give the day's content: ${back.hash === hash ? "yes" : "NO"}`);
    if (full.bytes > FULL_MB_LIMIT * MB || share > DELTA_SHARE_LIMIT || back.hash !== hash) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

await main();
