/** Promise: `zerotrace match` judges 150,000 lines a second and more, the whole process, in constant memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { realLists } from "./corpus.ts";
import { feedLocations } from "./feeds.ts";
import { compileAll } from "./match/compiled.ts";
import { fleet } from "./match/fleet.ts";
import type { Judged } from "./match/lists.ts";
import { sampleComponents } from "./match/sample.ts";
import { cpuOf, memoryOf, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: {
    feeds: { type: "string", multiple: true, default: [] },
    lines: { type: "string", default: "1000000" },
  },
});
const SAMPLE_MS = 25;
const MAIN = new URL("../packages/cli/src/main.ts", import.meta.url).pathname;

const writeLines = async (path: string, components: Iterable<Judged>): Promise<void> => {
  const file = createWriteStream(path);
  for (const c of components) {
    if (!file.write(`${c.ecosystem}\t${c.name}\t${c.version}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
};

const countLines = async (path: string): Promise<number> => {
  let lines = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines;
};

/** Runs the program as `match < lines > verdicts`. */
const runMatch = async (title: string, args: readonly string[], path: string, count: number): Promise<void> => {
  const outPath = join(dirname(path), "verdicts.jsonl");
  const [input, output] = [await open(path, "r"), await open(outPath, "w")];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, "match", ...args], { stdio: [input.fd, output.fd, "pipe"] });
  let [peakMb, cpuSeconds] = [0, 0];
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, memoryOf(child.pid as number, "VmHWM"));
    cpuSeconds = Math.max(cpuSeconds, cpuOf(child.pid as number));
  }, SAMPLE_MS);
  child.stderr?.resume();
  const [code] = (await once(child, "close")) as [number];
  clearInterval(timer);
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all([input.close(), output.close()]);
  const answered = await countLines(outPath);
  if (code !== 0 || answered !== count) say(`  FAILED: exit code ${code}, ${answered} lines for ${count}`);
  const rates = [count / seconds, count / cpuSeconds].map((rate) => round(rate).toLocaleString("en"));
  say(
    `${title}: ${rates[0]} lines/s (${round(seconds, 2)} s), ${rates[1]} a CPU second of all its threads; ` +
      `${round((await stat(outPath)).size / 1e6)} MB out, peak ${round(peakMb)} MB`,
  );
};

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const locations = feedLocations(values.feeds, folder);
  const { records } = await compileAll(locations, folder);
  const count = Number(values.lines);
  const lists = realLists();
  const works: [string, () => Iterable<Judged>][] = [
    ["packages of advisories and unknown ones, at random", () => sampleComponents(records, count)],
  ];
  if (lists) works.unshift(["a fleet of real lists", () => fleet(records, lists, count)]);
  const args = [...locations.flatMap((one) => ["--feeds", one]), "--data-dir", join(folder, "data")];
  const one = join(folder, "one.tsv");
  await writeLines(one, [{ ecosystem: "Debian:12", name: "openssl", version: "3.0.11-1~deb12u1" }]);
  await runMatch("one line, index compiled first (cold)", args, one, 1);
  await runMatch("one line, index at hand", args, one, 1);
  for (const [title, components] of works) {
    const path = join(folder, "lines.tsv");
    await writeLines(path, components());
    say(`${title}: ${count} lines, ${round((await stat(path)).size / 1e6)} MB`);
    const found = new Set((await readFile(path, "utf8")).split("\n")).size - 1;
    say(`  ${found} distinct`);
    for (let n = 0; n < 3; n += 1) await runMatch("  whole process", args, path, count);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
