import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { applyFixes } from "./apply.ts";
import { type Exec, machineExec } from "./exec.ts";
import { type Way, way } from "./fix.ts";
import type { FixAction, PlannedAction } from "./report.ts";
import { commandText } from "./safe.ts";

const folders: string[] = [];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "zerotrace-apply-"));
  folders.push(root);
  await writeFile(join(root, "a.txt"), "one\n");
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const planned = (done: Way): PlannedAction => ({ way: done, action: { target: "here" } as FixAction });
const edit = (path: string, to: string | null) => ({ path, says: "", change: () => to });
const step = (program: string, ...args: string[]) => ({ program, args, folder: "" });
const apply = (exec: Exec, ...ways: Way[]) => applyFixes(ways.map(planned), { rootOf: () => root, exec });
const fails: Exec = async (_, __, folder) => {
  await writeFile(join(folder, "new.lock"), "half");
  return { outcome: "failed", said: "no such version" };
};
const absent: Exec = () => Promise.resolve({ outcome: "absent", said: "" });
const read = (name: string): Promise<string | null> => readFile(join(root, name), "utf8").catch(() => null);

test("an action that fails leaves its files as they were, says why, and the next one follows", async () => {
  const bad = way("manifest", {
    edits: [edit("a.txt", "two\n")],
    steps: [step("npm", "install", "x y")],
    files: ["new.lock"],
  });
  const lost = way("manifest", { edits: [edit("a.txt", null)] });
  const good = way("manifest", { edits: [edit("a.txt", "three\n")] });
  const applied = await apply(fails, bad, lost, good);
  expect(applied.failed.map(({ why }) => why)).toEqual([
    "npm install 'x y' failed: no such version",
    "a.txt does not hold what is to be changed",
  ]);
  expect(applied.done).toHaveLength(1);
  expect([await read("a.txt"), await read("new.lock")]).toEqual(["three\n", null]);
  expect(applied.diff).toBe("--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+three\n");
  await applied.restore();
  expect(await read("a.txt")).toBe("one\n");
});

test("without the program an edit that is whole by itself is made; other actions are left with their command", async () => {
  const whole = way("manifest", { edits: [edit("a.txt", "two\n")], steps: [step("go", "get")], isEditInstead: true });
  const half = way("lock", {
    edits: [edit("a.txt", "three\n")],
    steps: [step("yarn", "install")],
    files: ["yarn.lock"],
  });
  const applied = await apply(absent, whole, half);
  expect(applied.done).toHaveLength(1);
  expect(applied.failed[0]?.why).toBe("yarn is not on this machine; run yarn install where it is");
  expect(await read("a.txt")).toBe("two\n");
});

test("links and paths to the outside are not followed, and manual actions are passed over", async () => {
  await writeFile(join(root, "secret"), "x");
  await symlink(join(root, "secret"), join(root, "link"));
  const applied = await apply(
    absent,
    way("manifest", { edits: [edit("link", "y")] }),
    way("manifest", { edits: [edit("../../outside", "y")] }),
    way("manual", { edits: [edit("a.txt", "y")] }),
  );
  expect(applied.failed.map(({ why }) => why)).toEqual([
    "link is no regular file and is not changed.",
    "../../outside lies outside of the target and is not changed.",
  ]);
  expect([await read("secret"), await read("a.txt")]).toEqual(["x", "one\n"]);
});

test("a program gets its arguments as they are: no shell reads them", async () => {
  const signal = new AbortController().signal;
  const exec = machineExec({ PATH: process.env["PATH"] }, signal);
  const words = ["$(touch pwned)", ";touch pwned", "`touch pwned`", "a\nb", "'"];
  const { outcome, said } = await exec(
    process.execPath,
    ["-e", "console.log(JSON.stringify(process.argv.slice(1)))", ...words],
    root,
  );
  expect([outcome, JSON.parse(said)]).toEqual(["ok", words]);
  expect(await read("pwned")).toBeNull();
  expect((await exec("no-such-program-here", [], root)).outcome).toBe("absent");
  expect((await exec(process.execPath, ["-e", "process.exit(3)"], root)).outcome).toBe("failed");
  expect(commandText("npm", words)).toBe(`npm '$(touch pwned)' ';touch pwned' '\`touch pwned\`' 'a?b' ''\\'''`);
});

test("what is interrupted ends first, and then every file is as it was", async () => {
  const stop = new AbortController();
  const write = `process.on("SIGTERM", () => { require("fs").writeFileSync("a.txt", "late"); process.exit(1) });
    require("fs").writeFileSync("ready", ""); setInterval(() => undefined, 1000)`;
  const slow = way("lock", { steps: [step(process.execPath, "-e", write)], files: ["a.txt"] });
  const running = apply(machineExec({ PATH: process.env["PATH"] }, stop.signal), slow);
  while ((await read("ready")) === null) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await expect(running).rejects.toThrow();
  expect(await read("a.txt")).toBe("one\n");
});
