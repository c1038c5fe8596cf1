import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FolderOptions, scanFolder } from "./folder.ts";
import { MAX_DEPTH, walk } from "./walk.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "zerotrace-folder-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
/** A lockfile in this folder. */
const lock = (path: string): void => write(join(path, "go.sum"), "");
const goMod = (path: string): void =>
  write(join(path, "go.mod"), `module example.org/m\nrequire example.org/a v1.0.0\n`);

/** Paths of what was read, and problems, with the folder's own path taken out. */
const scanned = async (options: Partial<FolderOptions> = {}) => {
  const { places, problems } = await scanFolder(folder, { signal: new AbortController().signal, ...options });
  return { paths: places.map(({ path }) => path), problems: problems.map((text) => text.replaceAll(folder, "")) };
};

test("rules of .gitignore hold as in git: nested ones over those above, the last that speaks, and no way back into a folder", async () => {
  write(".gitignore", "build/\n*.tmp/\n!keep.tmp/\n/only-top\nlogs/**\n");
  write("a/.gitignore", "!build/\nown/\n");
  write("a/deep/.gitignore", "*\n!go.mod\n");
  for (const path of [
    "build",
    "a/build",
    "x.tmp",
    "keep.tmp",
    "only-top",
    "a/only-top",
    "a/own",
    "own",
    "logs/x",
    "a/deep",
  ])
    goMod(path);
  goMod("build/.hidden");
  write("a/deep/pom.xml", "<project/>");
  expect((await scanned()).paths).toEqual(
    ["a/build", "a/deep", "a/only-top", "keep.tmp", "own"].map((path) => `${path}/go.mod`),
  );
  expect((await scanned({ noIgnore: true })).paths).toHaveLength(12);
});

test("rules of the repository above hold in a folder of it", async () => {
  write(".git/info/exclude", "local/\n");
  write(".gitignore", "services/one/build/\n");
  for (const path of ["services/one/build", "services/one/local", "services/one/src"]) goMod(path);
  const { places } = await scanFolder(join(folder, "services/one"), { signal: new AbortController().signal });
  expect(places.map(({ path }) => path)).toEqual(["src/go.mod"]);
});

test("links are not followed: none loops, none leads out, none is read", async () => {
  goMod("a");
  symlinkSync("..", join(folder, "a/loop"));
  symlinkSync("/etc", join(folder, "etc"));
  symlinkSync(join(folder, "a/go.mod"), join(folder, "go.mod"));
  expect(await scanned()).toEqual({ paths: ["a/go.mod"], problems: [] });
});

test("node_modules is passed over where its lockfile lies beside it, and looked into where none does", async () => {
  const installed = JSON.stringify({ name: "ms", version: "2.0.0" });
  write("locked/package-lock.json", '{"lockfileVersion":3,"packages":{}}');
  write("locked/node_modules/ms/package.json", installed);
  write("bare/node_modules/ms/package.json", installed);
  write(".git/modules/go.mod", "module m\n");
  expect((await scanned()).paths).toEqual(["bare/node_modules/ms/package.json", "locked/package-lock.json"]);
});

test("what is excluded is left out with all below it, by paths within the target", async () => {
  for (const path of ["testdata/x", "src/testdata", "examples/a/deep", "examples/b", "v1.0", "v1x0"]) goMod(path);
  const left = async (...exclude: string[]) => (await scanned({ exclude })).paths.map((path) => dirname(path));
  expect(await left("testdata/**", "examples/*/deep")).toEqual(["examples/b", "src/testdata", "v1.0", "v1x0"]);
  expect(await left("./testdata/", "v1.0", "examples")).toEqual(["src/testdata", "v1x0"]);
  expect(await left("**/testdata", "examples/**")).toEqual(["v1.0", "v1x0"]);
  expect(await left("src/testdata/go.mod")).not.toContain("src/testdata");
});

test("a folder or lockfile that cannot be read is named and the rest is read", async () => {
  goMod("a");
  const names: string[] = [];
  const problems: string[] = [];
  // As root every folder can be read: one that vanished on the way cannot.
  await walk(folder, {
    isIgnoring: true,
    skips: (path) => {
      if (path === "gone") rmSync(join(folder, "gone"), { recursive: true });
      return false;
    },
    onFile: (path) => names.push(path),
    onProblem: (text) => problems.push(text),
    signal: new AbortController().signal,
  });
  expect(problems).toEqual([]);
  mkdirSync(join(folder, "gone"));
  await walk(folder, {
    isIgnoring: true,
    skips: (path) => {
      if (path === "gone") rmSync(join(folder, "gone"), { recursive: true });
      return false;
    },
    onFile: () => undefined,
    onProblem: (text) => problems.push(text),
    signal: new AbortController().signal,
  });
  expect(names).toEqual(["a/go.mod"]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^gone cannot be looked into: ENOENT/);
  write("b/package-lock.json", "{");
  chmodSync(join(folder, "b/package-lock.json"), 0);
  const { places } = await scanFolder(folder, { signal: new AbortController().signal });
  expect(places.map(({ path, status }) => [path, status])).toEqual([
    ["a/go.mod", "ok"],
    ["b/package-lock.json", "unreadable"],
  ]);
});

test("a tree deeper than the bound is named and not looked into", async () => {
  goMod("d/".repeat(MAX_DEPTH - 1));
  goMod("d/".repeat(MAX_DEPTH + 1));
  const { paths, problems } = await scanned();
  expect(paths).toHaveLength(1);
  expect(problems).toEqual([expect.stringMatching(/lies deeper than 128 folders/)]);
});

test("a scan that is ended ends, and a folder that is none is refused", async () => {
  lock("a");
  await expect(scanned({ signal: AbortSignal.abort(new Error("ended")) })).rejects.toThrow();
  await expect(scanFolder(join(folder, "absent"), { signal: new AbortController().signal })).rejects.toMatchObject({
    code: "UNREADABLE",
  });
});
