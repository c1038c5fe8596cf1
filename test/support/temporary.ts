import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a run a temporary folder of its own, so that what its tests leave behind goes with it. */
export default async function setup(): Promise<() => Promise<void>> {
  const before = process.env["TMPDIR"];
  const dir = await mkdtemp(join(tmpdir(), "zt-run-"));
  await chmod(dir, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  process.env["TMPDIR"] = dir;
  return async () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
}
