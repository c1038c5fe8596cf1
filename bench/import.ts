/** Promise: all feeds at hand are imported into an empty database in under 45 s and under 400 MB of resident memory, and again, unchanged, in 3 s. */
import { fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { choosePlace } from "../packages/server/src/platform/db/embedded-place.ts";
import { feedLocations } from "./feeds.ts";
import { cpuOf, descendantsOf, memoryOf, round, say } from "./measure.ts";

const { values } = parseArgs({ options: { feeds: { type: "string", multiple: true, default: [] } } });
const SAMPLE_MS = 25;
const MB_LIMIT = 400;
const SECONDS_LIMIT = { cold: 45, unchanged: 3 };

/** What the importing process says. */
interface Said {
  readonly kind: "imported";
  readonly seconds: number;
  readonly records: number;
}

interface Peaks {
  server: number;
  reader: number;
  together: number;
  postgres: number;
}

/** Reads the memory of the server, of its feed reader and of PostgreSQL (its private part) until stopped. */
const watch = (pid: number): { peaks: Peaks; stop: () => void } => {
  const peaks: Peaks = { server: 0, reader: 0, together: 0, postgres: 0 };
  const look = (): void => {
    const below = descendantsOf(pid);
    const isPostgres = (name: string): boolean => name.startsWith("postgres");
    const server = memoryOf(pid, "VmRSS");
    const readers = below.filter((p) => !isPostgres(p.name)).map((p) => memoryOf(p.pid, "VmRSS"));
    const reader = readers.reduce((a, b) => a + b, 0);
    const postgres = below.filter((p) => isPostgres(p.name)).reduce((sum, p) => sum + memoryOf(p.pid, "RssAnon"), 0);
    peaks.server = Math.max(peaks.server, server);
    peaks.reader = Math.max(peaks.reader, reader);
    peaks.together = Math.max(peaks.together, server + reader);
    peaks.postgres = Math.max(peaks.postgres, postgres);
  };
  const timer = setInterval(look, SAMPLE_MS);
  return { peaks, stop: () => clearInterval(timer) };
};

const main = async (): Promise<void> => {
  const base = await mkdtemp(join(tmpdir(), "zt-bench-"));
  await chmod(base, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  const dataDir = join(base, "data");
  const feeds = feedLocations(values.feeds, base);
  say(`feeds: ${feeds.join(", ")}`);
  const child = fork(new URL("./import/server.ts", import.meta.url).pathname, [dataDir, ...feeds], {
    env: { ...process.env, MALLOC_ARENA_MAX: "2" }, // as `zerotrace start` sets it
  });
  const pid = child.pid as number;
  const heard = (): Promise<Said> =>
    new Promise((resolve, reject) => {
      child.once("message", (message) => resolve(message as Said));
      child.once("exit", (code) => reject(new Error(`the importing process ended with ${code}`)));
    });
  try {
    for (const title of ["into an empty database", "again, unchanged"]) {
      const { peaks, stop } = watch(pid);
      const cpu = cpuOf(pid);
      const isAgain = title.startsWith("again");
      const limit = isAgain ? SECONDS_LIMIT.unchanged : SECONDS_LIMIT.cold;
      if (isAgain) child.send("again");
      const { seconds, records } = await heard();
      stop();
      say(`${title}: ${records.toLocaleString("en")} records in force after ${round(seconds, 1)} s (limit ${limit} s)`);
      say(
        `  peak memory: server ${round(peaks.server)} MB, feed reader ${round(peaks.reader)} MB, both at one moment ` +
          `${round(peaks.together)} MB (limit ${MB_LIMIT} MB); PostgreSQL beside them ${round(peaks.postgres)} MB private`,
      );
      say(`  server process CPU ${round(cpuOf(pid) - cpu, 1)} s, VmHWM ${round(memoryOf(pid, "VmHWM"))} MB`);
    }
  } finally {
    const place = await choosePlace(dataDir, () => undefined);
    child.removeAllListeners("exit");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.send("stop");
    await gone;
    await rm(base, { recursive: true, force: true });
    await rm(place.root, { recursive: true, force: true });
  }
};

await main();
