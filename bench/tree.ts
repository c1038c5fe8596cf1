/** Promise: a tree of 200,000 files with 300 lockfiles takes at most twice `find` and reading the lockfiles. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
const ENDINGS = [".ts", ".go", ".py", ".md", ".java", ".txt", "", ".png", ".test.ts", ".json"];

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

/** How long it takes, in ms. */
const timed = async (run: () => unknown): Promise<number> => {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
};

const folder = await mkdtemp(join(tmpdir(), "zt-bench-"));
try {
  const [files, locks] = [Number(values.files), Number(values.lockfiles)];
  makeTree(folder, files, locks);
  const reference = (): void => {
    const found = execFileSync("find", [folder, "-type", "f"], { maxBuffer: 1 << 30, encoding: "utf8" });
    for (const path of found.split("\n")) if (path.endsWith("/package-lock.json")) readFileSync(path);
  };
  const scan = async (): Promise<void> => {
    const { places } = await scanFolder(folder, { signal: new AbortController().signal });
    if (places.length !== locks) throw new Error(`${places.length} lockfiles were found`);
  };
  const [own, least]: [number[], number[]] = [[], []];
  await timed(reference);
  await timed(scan);
  for (let n = 0; n < Number(values.rounds); n++) {
    least.push(await timed(reference));
    own.push(await timed(scan));
  }
  const [ownMs, leastMs] = [Math.min(...own), Math.min(...least)];
  const times = ownMs / leastMs;
  say(`${files} files, ${locks} lockfiles of ${values.packages} packages`);
  say(`found and read by us: ${round(ownMs)} ms (middle ${round(median(own))} ms)`);
  say(`find and reading the lockfiles: ${round(leastMs)} ms (middle ${round(median(least))} ms)`);
  say(`${round(times, 2)} times; promised ${MAX_TIMES}: ${times <= MAX_TIMES ? "kept" : "NOT KEPT"}`);
  if (times > MAX_TIMES) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
