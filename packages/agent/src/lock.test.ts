import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockState } from "./lock.ts";

let dir: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerotrace-lock-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

/** Another process that tries for the lock, says `held` or the error's code, and lives on. */
const other = async (): Promise<{ child: ChildProcess; said: string }> => {
  const script = `
    import { lockState } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
    setInterval(() => 1, 1000);
    const said = await lockState(${JSON.stringify(dir)}).then(() => "held", (error) => error.code);
    process.stdout.write(said);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString() };
};
const leave = (text: string): Promise<void> => writeFile(join(dir, "agent.lock"), text);

test("while a process holds the folder another is refused, with the folder, the process and the mend", async () => {
  const { child, said } = await other();
  expect(said).toBe("held");
  const message = `Another agent (pid ${child.pid}) uses ${dir}. Stop it, or give this one a folder of its own with --state-dir.`;
  await expect(lockState(dir)).rejects.toMatchObject({ code: "DATA_DIR_BUSY", field: "state-dir", message });
});

test("the lock of a process killed with -9 is taken over, by one of those that try", async () => {
  const { child } = await other();
  child.kill("SIGKILL");
  await once(child, "exit");
  const tries = await Promise.all([other(), other(), other(), other()]);
  expect(tries.map(({ said }) => said).sort()).toEqual(["DATA_DIR_BUSY", "DATA_DIR_BUSY", "DATA_DIR_BUSY", "held"]);
});

test("one process holds a folder once, by whatever name, and gives it back without a trace", async () => {
  const name = `${dir}-too`;
  await symlink(dir, name);
  try {
    const lock = await lockState(dir);
    await expect(lockState(name)).rejects.toMatchObject({ code: "DATA_DIR_BUSY" });
    lock.release();
    expect(await readdir(dir)).toEqual([]);
    (await lockState(name)).release();
  } finally {
    await rm(name);
  }
});

test.each([
  ["an empty file", ""],
  ["damage", '{"pid": "x'],
  ["no process id", '{"pid": -1}'],
  ["our own id from another life", JSON.stringify({ pid: process.pid, birth: "before" })],
])("a lock left with %s is taken over", async (_, text) => {
  await leave(text);
  const lock = await lockState(dir);
  lock.release();
  expect(await readdir(dir)).toEqual([]);
});

test("where the system tells births, a process of the same id that started later is another one", async () => {
  await leave(JSON.stringify({ pid: process.ppid, birth: "before" }));
  const outcome = await lockState(dir).then(
    (lock) => lock.release(),
    (error: { code: string }) => error.code,
  );
  expect(outcome).toBe(existsSync("/proc/self/stat") ? undefined : "DATA_DIR_BUSY");
});

test("a process that lives keeps its lock though its birth is not known", async () => {
  await leave(JSON.stringify({ pid: process.ppid }));
  await expect(lockState(dir)).rejects.toThrow(`(pid ${process.ppid})`);
});

test("a folder that cannot be made is refused by name", async () => {
  const path = join(dir, "file");
  await writeFile(path, "");
  await expect(lockState(path)).rejects.toMatchObject({ code: "UNREADABLE", message: expect.stringContaining(path) });
});
