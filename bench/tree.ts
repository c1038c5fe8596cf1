/** Promise: a tree of 200,000 files with 300 lockfiles takes at most twice `find` and reading the lockfiles. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scanFolder } from "../packages/plugins/src/targets/folder.ts";
import { median, round, say } from "./measure.ts";
import { packageLock } from "./scan/inputs.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "200000" },
    lockfiles: { type: "string", default: "300" },
    packages: { type: "string", default: "60" },
    rounds: { type: "string", default: "5" },
  },
});
const MAX_TIMES = 2;
const FILES_IN_FOLDER = 20;
/** One file of twenty has none, as `Makefile` and `LICENSE`: it may be a program. */
const ENDINGS = " .ts .go .py .md .java .txt .tsx .png .test.ts .json .rs .css .c .h .yaml .svg .sh .html .js".split(
  " ",
);

/** Projects of as many folders as their files fill, each with a lockfile and every tenth with rules of its own. */
const makeTree = (root: string, fileCount: number, lockCount: number): void => {
  const lock = packageLock(Number(values.packages));
  const perProject = Math.floor(fileCount / lockCount);
  for (let project = 0; project < lockCount; project++) {
    const folder = join(root, `team-${project % 17}`, `project-${project}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package-lock.json"), lock);
    if (project % 10 === 0) writeFileSync(join(folder, ".gitignore"), "dist/\n*.log\n!keep.log\n");
    for (let file = 1; file < perProject; file++) {
      const inner = join(folder, "src", `part-${Math.floor(file / FILES_IN_FOLDER)}`);
      if (file === 1 || file % FILES_IN_FOLDER === 0) mkdirSync(inner, { recursive: true });
      writeFileSync(join(inner, `file-${file}${ENDINGS[file % ENDINGS.length]}`), "");
    }
  }
};

interface Took {
  readonly wallMs: number;
  /** User and system. */
  readonly cpuMs: number;
}

/** `find` over the tree, and each lockfile read; the CPU time is that of the programs. */
const reference = (folder: string): Took => {
  const script = `find "$0" -type f > "$0.list"; grep "/package-lock.json$" "$0.list" | xargs cat > /dev/null; times`;
  const startedAt = performance.now();
  const said = execFileSync("sh", ["-c", script, folder], { encoding: "utf8" });
  const wallMs = performance.now() - startedAt;
  const seconds = [...(said.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, m, s]) => Number(m) * 60 + Number(s),
  );
  return { wallMs, cpuMs: seconds.reduce((sum, one) => sum + one, 0) * 1000 };
};

const scan = async (folder: string, lockCount: number): Promise<Took> => {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const { places } = await scanFolder(folder, { signal: new AbortController().signal });
  const { user, system } = process.cpuUsage(before);
  if (places.length !== lockCount) throw new Error(`${places.length} lockfiles were found`);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
};

const textOf = ({ wallMs, cpuMs }: Took): string => `${round(wallMs)} ms, ${round(cpuMs)} ms of CPU`;
const middle = (all: readonly Took[]): Took => ({
  wallMs: median(all.map(({ wallMs }) => wallMs)),
  cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
});

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const [files, locks] = [Number(values.files), Number(values.lockfiles)];
  makeTree(folder, files, locks);
  const [own, least]: [Took[], Took[]] = [[], []];
  // The first of each fills the caches.
  for (let n = 0; n <= Number(values.rounds); n++) {
    least.push(reference(folder));
    own.push(await scan(folder, locks));
  }
  const [ours, theirs] = [middle(own.slice(1)), middle(least.slice(1))];
  const [wall, cpu] = [ours.wallMs / theirs.wallMs, ours.cpuMs / theirs.cpuMs];
  say(`${files} files, ${locks} lockfiles of ${values.packages} packages`);
  say(`found and read by us: ${textOf(ours)}; the first time ${textOf(own[0]!)}`);
  say(`find and reading the lockfiles: ${textOf(theirs)}`);
  // Of a busy machine the CPU time says more than the clock.
  const isKept = Math.min(wall, cpu) <= MAX_TIMES;
  say(
    `${round(wall, 2)} times, ${round(cpu, 2)} times the CPU; promised ${MAX_TIMES}: ${isKept ? "kept" : "NOT KEPT"}`,
  );
  if (!isKept) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.list`, { force: true });
}
