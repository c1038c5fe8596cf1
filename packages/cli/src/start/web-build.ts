import { AppError } from "@zerotrace/core";
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = fileURLToPath(new URL("../../../", import.meta.url));
/** What the dashboard is made of, below `packages/`. */
const SOURCES = [
  "web/src",
  "web/public",
  "web/index.html",
  "web/vite.config.ts",
  "web/package.json",
  "core/src",
  "sdk/src",
];
const CONTRACT = "server/src";
const OUTPUT_CHARS_MAX = 2000;

const newestOf = async (path: string, wanted: (name: string) => boolean): Promise<number> => {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return wanted(path) ? found.mtimeMs : 0;
  const names = await readdir(path);
  const times = await Promise.all(names.map((name) => newestOf(join(path, name), wanted)));
  return Math.max(0, ...times);
};

const isShipped = (name: string): boolean => !name.endsWith(".test.ts") && !name.endsWith(".test.tsx");

/** Whether the built dashboard is missing or older than what it is made of. False where its sources are not there. */
export const isWebStale = async (packages = PACKAGES): Promise<boolean> => {
  if ((await stat(join(packages, "web", "index.html")).catch(() => null)) === null) return false;
  const builtMs = (await stat(join(packages, "web", "dist", "index.html")).catch(() => null))?.mtimeMs ?? 0;
  const times = await Promise.all([
    ...SOURCES.map((source) => newestOf(join(packages, source), isShipped)),
    newestOf(join(packages, CONTRACT), (name) => name.endsWith("contract.ts")),
  ]);
  return Math.max(...times) > builtMs;
};

/** Builds the dashboard with Vite in a process of its own. Throws AppError INTERNAL with what Vite said. */
export const buildWeb = async (signal: AbortSignal, packages = PACKAGES): Promise<void> => {
  const web = join(packages, "web");
  const require = createRequire(join(web, "package.json"));
  const vite = join(dirname(require.resolve("vite/package.json")), "bin", "vite.js");
  const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: web,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString("utf8")).slice(-OUTPUT_CHARS_MAX)));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new AppError("INTERNAL", `The dashboard could not be built: ${output.trim()}`);
};
