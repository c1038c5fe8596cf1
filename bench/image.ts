/** Promise: an image archive of 1 GB is scanned as it streams: 200 MB of memory, 1.5 times reading and unpacking it alone. */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { feedLocations } from "./feeds.ts";
import { makeArchive } from "./image/archive.ts";
import { round, say } from "./measure.ts";
import { runOnce, runSeveral, type Used } from "./scan/process.ts";

const { values } = parseArgs({
  options: {
    feeds: { type: "string", multiple: true, default: [] },
    /** Of files, before they are packed. */
    megabytes: { type: "string", default: "1500" },
    rounds: { type: "string", default: "3" },
  },
});
const MAX_TIMES = 1.5;
const MAX_PEAK_MB = 200;
const ZEROTRACE = new URL("../packages/cli/bin/zerotrace.mjs", import.meta.url).pathname;
const INFLATE = new URL("image/inflate.ts", import.meta.url).pathname;

const textOf = ({ wallMs, cpuMs, peakMb }: Used): string =>
  `${round(wallMs / 1000, 2)} s, ${round(cpuMs / 1000, 2)} s of CPU, peak ${round(peakMb)} MB`;

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const archive = join(folder, "image.tar");
  const layers = await makeArchive(archive, folder, Number(values.megabytes));
  const [files, bytes] = layers.reduce(([n, b], one) => [n + one.fileCount, b + one.plainBytes], [0, 0]);
  const { size } = await stat(archive);
  say(`${layers.length} layers, ${files} files, ${round(size / 1e6)} MB on disk, ${round(bytes / 1e6)} MB unpacked`);
  const feeds = feedLocations(values.feeds, folder).map((location) => resolve(location));
  const command = { folder, codes: [0, 1], env: { HOME: join(folder, "home") } };
  await mkdir(command.env.HOME);
  const shared = ["--data-dir", join(folder, "data"), ...feeds.flatMap((one) => ["--feeds", one])];
  const scan = { ...command, args: [ZEROTRACE, "scan", archive, "--format", "json", ...shared] };
  await runOnce(scan);
  const rounds = Number(values.rounds);
  const least = await runSeveral({ ...command, args: [INFLATE, archive] }, rounds);
  const own = await runSeveral(scan, rounds);
  const times = own.wallMs / least.wallMs;
  say(`zerotrace scan, whole process: ${textOf(own)}`);
  say(`reading and unpacking alone: ${textOf(least)}`);
  const isKept = times <= MAX_TIMES && own.peakMb <= MAX_PEAK_MB;
  say(`${round(times, 2)} times, ${round(own.cpuMs / least.cpuMs, 2)} times the CPU`);
  say(`promised: ${MAX_TIMES} times and ${MAX_PEAK_MB} MB: ${isKept ? "kept" : "NOT KEPT"}`);
  if (!isKept) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
