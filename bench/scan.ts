/** Promise: `zerotrace scan` ends in a blink and in little memory: a lockfile, a tree of lockfiles, a large SBOM. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { feedLocations } from "./feeds.ts";
import { round, say } from "./measure.ts";
import { packageLock, sbomOf } from "./scan/inputs.ts";
import { type Command, runOnce, runSeveral, type Used } from "./scan/process.ts";

const { values } = parseArgs({
  options: {
    feeds: { type: "string", multiple: true, default: [] },
    /** A folder of lockfiles; without it the ones beside the repository, where there are any. */
    lockfiles: { type: "string" },
    rounds: { type: "string", default: "5" },
  },
});
const PACKAGES = 1_500;
const COMPONENTS = 50_000;
/** What a bare Node may wait, in milliseconds. */
const WAIT_MS = 30;
const ZEROTRACE = new URL("../packages/cli/bin/zerotrace.mjs", import.meta.url).pathname;
const LOCKFILES = resolve(
  values.lockfiles ??
    join(process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../shared"), "corpus/lockfiles"),
);
/** Clean or over the policy. */
const ENDS_WELL = [0, 1];

/** What the least that could do it takes: a bare Node that only reads the input. */
const PARSE = "JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'))";
const READ = `const fs = require('fs'), path = require('path');
for (const one of fs.readdirSync(process.argv[1], { recursive: true, withFileTypes: true }))
  if (one.isFile()) fs.readFileSync(path.join(one.parentPath, one.name), 'utf8')`;

interface Promised {
  readonly title: string;
  readonly args: readonly string[];
  readonly reference: readonly string[];
  readonly wallMs: number;
  readonly peakMb: number;
}

const textOf = ({ wallMs, cpuMs, peakMb }: Used): string =>
  `${round(wallMs)} ms, ${round(cpuMs)} ms of CPU, ${round(peakMb)} MB`;

const measure = async (promised: Promised, scan: Omit<Command, "args">, shared: readonly string[]): Promise<void> => {
  const rounds = Number(values.rounds);
  const own = await runSeveral({ ...scan, args: [ZEROTRACE, "scan", ...promised.args, ...shared] }, rounds);
  const least = await runSeveral({ ...scan, args: promised.reference }, rounds);
  // Where a bare Node waits longer than it works, the clock tells of others on the machine.
  const isBusy = least.wallMs > 2 * least.cpuMs + WAIT_MS;
  const isQuick = (isBusy ? own.cpuMs : own.wallMs) <= promised.wallMs;
  const isKept = isQuick && own.peakMb <= promised.peakMb;
  say(promised.title);
  say(`  zerotrace scan: ${textOf(own)}; ${round(own.outBytes / 1e6, 1)} MB out`);
  say(`  bare Node that only reads it: ${textOf(least)}; ${round(own.wallMs / least.wallMs, 1)} times`);
  const by = isBusy ? ", by CPU time: the machine is busy" : "";
  say(`  promised: ${promised.wallMs} ms, ${promised.peakMb} MB: ${isKept ? "kept" : "NOT KEPT"}${by}`);
  if (!isKept) process.exitCode = 1;
};

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const feeds = feedLocations(values.feeds, folder).map((location) => resolve(location));
  const [lock, sbom] = [join(folder, "package-lock.json"), join(folder, "all.cdx.json")];
  await writeFile(lock, packageLock(PACKAGES));
  await writeFile(sbom, sbomOf(COMPONENTS));
  // Its own home, so that the kept code of other programs and people is left alone.
  const scan = { folder, codes: ENDS_WELL, env: { HOME: join(folder, "home") } };
  await mkdir(scan.env.HOME);
  const shared = ["--data-dir", join(folder, "data"), ...feeds.flatMap((one) => ["--feeds", one])];
  const first = await runOnce({ ...scan, args: [ZEROTRACE, "scan", lock, ...shared] });
  say(`The first scan, which reads the feeds and builds the index: ${round(first.wallMs / 1000, 1)} s`);
  const promises: Promised[] = [
    {
      title: `package-lock.json of ${PACKAGES} packages, as a table`,
      args: [lock],
      reference: ["-e", PARSE, lock],
      wallMs: 350,
      peakMb: 120,
    },
    {
      title: `${COMPONENTS} components of a CycloneDX document, as SARIF`,
      args: [sbom, "--format", "sarif"],
      reference: ["-e", PARSE, sbom],
      wallMs: 2000,
      peakMb: 300,
    },
  ];
  if (existsSync(LOCKFILES)) {
    promises.push({
      title: "all real lockfiles at hand, as SARIF",
      args: [LOCKFILES, "--format", "sarif"],
      reference: ["-e", READ, LOCKFILES],
      wallMs: 3000,
      peakMb: 250,
    });
  } else say("No real lockfiles are at hand: name a folder with --lockfiles.");
  for (const promised of promises) await measure(promised, scan, shared);
} finally {
  await rm(folder, { recursive: true, force: true });
}
