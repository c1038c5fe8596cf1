import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { cpuOf, median, memoryOf } from "../measure.ts";

/** Tells exactly what a child used; where it is absent /proc is looked at, which misses the last moment. */
const TIME = "/usr/bin/time";
const SAMPLE_MS = 10;

/** What one whole process took, from its start to its end. */
export interface Used {
  readonly wallMs: number;
  /** Of all its threads, user and system. */
  readonly cpuMs: number;
  /** The most it had resident, in MB of 10^6 bytes. */
  readonly peakMb: number;
  readonly outBytes: number;
}

export interface Command {
  readonly args: readonly string[];
  /** The folder it is started in, where its outputs are left. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are none of a failure. */
  readonly codes: readonly number[];
}

/** Runs this Node with these arguments once. Throws Error with the end of its stderr when it fails. */
export const runOnce = async ({ args, folder, env, codes }: Command): Promise<Used> => {
  const paths = ["stdout", "stderr", "used"].map((name) => join(folder, `${name}.txt`)) as [string, string, string];
  const [out, err] = [await open(paths[0], "w"), await open(paths[1], "w")];
  const isTimed = existsSync(TIME);
  const [program, ...rest] = isTimed
    ? [TIME, "-q", "-f", "%U %S %M", "-o", paths[2], process.execPath, ...args]
    : [process.execPath, ...args];
  const startedAt = performance.now();
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", out.fd, err.fd],
  });
  let [peakMb, cpuMs] = [0, 0];
  const look = (): void => {
    peakMb = Math.max(peakMb, memoryOf(child.pid as number, "VmHWM"));
    cpuMs = Math.max(cpuMs, cpuOf(child.pid as number) * 1000);
  };
  const timer = isTimed ? undefined : setInterval(look, SAMPLE_MS);
  const [code] = (await once(child, "close")) as [number];
  const wallMs = performance.now() - startedAt;
  clearInterval(timer);
  await Promise.all([out.close(), err.close()]);
  if (!codes.includes(code)) {
    throw new Error(`exit code ${code}: ${(await readFile(paths[1], "utf8")).slice(-500)}`);
  }
  if (isTimed) {
    const [user = 0, system = 0, kib = 0] = (await readFile(paths[2], "utf8")).trim().split(" ").map(Number);
    cpuMs = (user + system) * 1000;
    peakMb = (kib * 1024) / 1e6;
  }
  return { wallMs, cpuMs, peakMb, outBytes: (await stat(paths[0])).size };
};

/** The middle of several runs in each figure, after one that is not counted and fills the caches. */
export const runSeveral = async (command: Command, rounds: number): Promise<Used> => {
  await runOnce(command);
  const runs: Used[] = [];
  for (let n = 0; n < rounds; n += 1) runs.push(await runOnce(command));
  const middle = (figure: keyof Used): number => median(runs.map((run) => run[figure]));
  return {
    wallMs: middle("wallMs"),
    cpuMs: middle("cpuMs"),
    peakMb: middle("peakMb"),
    outBytes: middle("outBytes"),
  };
};
