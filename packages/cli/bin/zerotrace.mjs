#!/usr/bin/env node
// Plain JavaScript on purpose: any Node from 20 on can read this file and start the pinned one.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const NODE_MAJOR_MIN = 24;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Commands that read once and end. */
const BRIEF = ["scan", "sbom", "fix"];
/** Commands that stay. */
const LASTING = ["agent", "start"];

/** The Node that the package lock pins for this platform, or null. */
const pinnedNode = () => {
  const require = nodeModule.createRequire(import.meta.url);
  const binary = process.platform === "win32" ? "node.exe" : "node";
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), "bin", binary);
      if (existsSync(path)) return path;
    } catch {
      // Not the package of this platform.
    }
  }
  return null;
};

const delegate = async (node) => {
  const { spawn } = await import("node:child_process");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends its signals to both processes; the child decides, and this one only waits for it.
  for (const signal of SIGNALS) process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}. Run npm ci again.\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 2);
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
};

/**
 * Keeps compiled sources, which start sooner and leave 15 MB less behind. In the user's own folder: in a shared one somebody
 * else could lay code there. Without it everything is as before.
 */
const keepCompiled = () => {
  try {
    nodeModule.enableCompileCache?.(join(homedir(), ".cache", "zerotrace", "code"));
  } catch {
    // A user without a home.
  }
};

/**
 * Begins anew, as the same process, with two arenas for glibc's allocator: each of many keeps what was freed in it, 100 MB after some
 * minutes of a server. It reads its environment before anything runs here.
 */
const keepFewArenas = () => {
  const { argv, env, execArgv, execPath, platform } = process;
  if (platform !== "linux" || env.MALLOC_ARENA_MAX !== undefined) return;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, MALLOC_ARENA_MAX: "2" });
};

if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR_MIN) {
  if (LASTING.includes(process.argv[2])) keepFewArenas();
  process.argv[1] = main;
  // Node's own WebAssembly takes the types out of the sources, once: better code for it costs 12 MB and half a second.
  setFlagsFromString("--liftoff-only");
  if (BRIEF.includes(process.argv[2])) {
    // The space of young objects stays as small as it begins, and one thread clears it: a fifth less memory for little time.
    setFlagsFromString("--semi-space-growth-factor=1");
    setFlagsFromString("--single-threaded-gc");
  }
  // After the flags: what was compiled with others is not taken.
  keepCompiled();
  await import("../src/main.ts");
} else {
  const node = pinnedNode();
  if (node === null) {
    process.stderr.write(
      `ZeroTrace needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}. Run npm ci, which brings it along.\n`,
    );
    process.exit(2);
  }
  await delegate(node);
}
