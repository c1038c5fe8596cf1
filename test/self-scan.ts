/** Scans this repository with itself, offline: with the shared feeds where they are, else with a small feed of our own. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { osvArchive } from "../packages/cli/src/fixtures.ts";

/** What our lockfile and workflows are judged by; more would only take longer. */
const ECOSYSTEMS = ["GitHub Actions", "npm"];
const ROOT = resolve(import.meta.dirname, "..");

const feedsIn = async (folder: string): Promise<string> => {
  const shared = join(process.env["ZEROTRACE_SHARED"] ?? join(ROOT, "../shared"), "feeds/osv");
  const found = ECOSYSTEMS.filter((name) => existsSync(join(shared, name)));
  if (found.length === 0) return osvArchive(folder);
  const feeds = join(folder, "feeds");
  mkdirSync(feeds);
  for (const name of found) symlinkSync(join(shared, name), join(feeds, name));
  return feeds;
};

const folder = mkdtempSync(join(tmpdir(), "zerotrace-self-"));
try {
  const cli = join(ROOT, "packages/cli/src/main.ts");
  const options = ["--offline", "--feeds", await feedsIn(folder), "--data-dir", join(folder, "data")];
  const { status } = spawnSync(process.execPath, [cli, "scan", ".", ...options], { cwd: ROOT, stdio: "inherit" });
  process.exitCode = status ?? 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
