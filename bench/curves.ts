/** Promise: time and memory grow with ranges and components linearly or better. Draws `docs/reference/performance.*`. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawCurves, tableOf } from "./curves/draw.ts";
import type { Size } from "./curves/measure-size.ts";
import { say } from "./measure.ts";

const RANGE_COUNTS = [50_000, 300_000, 1_000_000];
const here = (path: string): string => new URL(path, import.meta.url).pathname;
const PAGE = here("../docs/reference/performance.md");
const BEGIN = "<!-- curves: npm run bench:curves -->";
const END = "<!-- end of curves -->";

const runStep = async (step: string, rangeCount: number, path: string): Promise<Partial<Size>> => {
  const child = fork(here("./curves/measure-size.ts"), [step, String(rangeCount), path]);
  const ended = once(child, "exit").then(() => {
    throw new Error(`measuring ${rangeCount} ranges said nothing`);
  });
  const [figures] = (await Promise.race([once(child, "message"), ended])) as [Partial<Size>];
  return figures;
};

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const sizes: Size[] = [];
  for (const rangeCount of RANGE_COUNTS) {
    const path = join(folder, `${rangeCount}.ztx`);
    const size = { ...(await runStep("build", rangeCount, path)), ...(await runStep("judge", rangeCount, path)) };
    sizes.push(size as Size);
  }
  const table = tableOf(sizes);
  say(table);
  await writeFile(here("../docs/reference/performance.svg"), drawCurves(sizes));
  const page = await readFile(PAGE, "utf8");
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  await writeFile(PAGE, `${page.slice(0, before)}\n\n${table}\n\n${page.slice(after)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
