import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeLeftovers } from "./leftovers.ts";

test("what a killed compilation left is removed after a day; what goes on and everything else stays", async () => {
  const dir = await mkdtemp(join(tmpdir(), "zt-left-"));
  const old = new Date(Date.now() - 2 * 24 * 3600 * 1000);
  for (const name of ["compiling-1", "compiling-2", "other-1"]) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, "spool.part"), "x");
    if (name !== "compiling-2") await utimes(join(dir, name), old, old);
  }
  await writeFile(join(dir, "compiling-file"), "x");
  await utimes(join(dir, "compiling-file"), old, old);
  await removeLeftovers(dir, "compiling-");
  expect((await readdir(dir)).sort()).toEqual(["compiling-2", "compiling-file", "other-1"]);
  await expect(removeLeftovers(join(dir, "none"), "compiling-")).resolves.toBeUndefined();
  await rm(dir, { recursive: true, force: true });
});
