import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { filesIn, read, ROOT } from "../arch/source.ts";

const run = promisify(execFile);
const manifest = JSON.parse(read("package.json")) as {
  scripts: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const pins = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith("node-"));
const PIN = pins[0]?.[1] ?? "";

/** PATH as a person's shell has it: nothing of ours on it. */
const outside = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
const bare = mkdtempSync(join(tmpdir(), "zt-runtime-"));
afterAll(() => rmSync(bare, { recursive: true, force: true }));
const decoy = join(bare, "node");
writeFileSync(decoy, "#!/bin/sh\necho a node that must not run\nexit 97\n");
chmodSync(decoy, 0o755);

/** The machine's own Node, of any version; where it has none but the pinned one, that one. */
const machineNode = outside.map((folder) => join(folder, "node")).find((path) => existsSync(path)) ?? process.execPath;
const npmCli = process.env["npm_execpath"] ?? "";

/** npm as the machine would run it, with another Node first on PATH. */
const npm = async (args: readonly string[], cwd = ROOT): Promise<string> => {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE|VITEST|TEST$)/i.test(name)),
  );
  const PATH = [bare, ...outside].join(delimiter);
  const { stdout } = await run(machineNode, [npmCli, ...args], { cwd, env: { ...env, PATH } });
  return stdout.trim();
};

test("one exact Node 26 is pinned for every platform", () => {
  expect(new Set(pins.map(([, version]) => version))).toEqual(new Set([PIN]));
  expect(PIN).toMatch(/^26\.\d+\.\d+$/);
  expect(pins).toHaveLength(5);
});

test("this test runs on the pinned Node, and so does all that npm test runs", () => {
  expect(process.versions.node).toBe(PIN);
});

test("npm scripts run on the pinned Node whatever Node is first on PATH", async () => {
  const version = JSON.parse(await npm(["run", "--silent", "zerotrace", "--", "version", "--format", "json"]));
  expect(version).toMatchObject({ schema: "zerotrace.version/1", node: PIN });
});

test("so do scripts of every workspace, and every tool that a script names is ours", async () => {
  for (const path of filesIn("packages/*/package.json")) {
    const folder = join(ROOT, path, "..");
    expect(await npm(["exec", "--silent", "--no", "--", "node", "-p", "process.versions.node"], folder), path).toBe(
      PIN,
    );
  }
  const tools = Object.values(manifest.scripts).flatMap((script) =>
    script.split("&&").map((part) => part.trim().split(" ")[0] ?? ""),
  );
  const foreign = [...new Set(tools)].filter(
    (tool) => tool !== "npm" && !existsSync(join(ROOT, "node_modules/.bin", tool)),
  );
  expect(foreign).toEqual([]);
});

test("the agent and every command run on the pinned Node when the machine's older one starts them", async () => {
  const bin = join(ROOT, "packages/cli/bin/zerotrace.mjs");
  const { stdout: major } = await run(machineNode, ["-p", "process.versions.node.split('.')[0]"]);
  const { stdout } = await run(machineNode, [bin, "version", "--format", "json"]);
  const { node } = JSON.parse(stdout) as { node: string };
  // a Node that can run the sources itself is not replaced
  if (Number(major) < 24) expect(node).toBe(PIN);
  else expect(Number(node.split(".")[0])).toBeGreaterThanOrEqual(24);
});

test("on Linux commands that stay begin with few arenas for freed memory, unless the environment says how many", async () => {
  const tells = "--import data:text/javascript,console.error(process.pid,process.env.MALLOC_ARENA_MAX)";
  const told = async (command: string, given?: string): Promise<string[]> => {
    const { MALLOC_ARENA_MAX: _, ...env } = process.env;
    const own = { ...env, NODE_OPTIONS: tells, ...(given !== undefined && { MALLOC_ARENA_MAX: given }) };
    const { stderr } = await run(process.execPath, [join(ROOT, "packages/cli/bin/zerotrace.mjs"), command, "--help"], {
      env: own,
    });
    return stderr.trim().split("\n");
  };
  const [before = "", after = "", ...more] = await told("start");
  expect([after, ...more]).toEqual([before.replace("undefined", "2")]);
  expect(await told("version")).toHaveLength(1);
  expect(await told("start", "8")).toHaveLength(1);
});

test("CI runs npm scripts alone, so it runs on the pinned Node", () => {
  const started = read(".ci/run").match(/^(?:node|npx|vitest|tsc)\b.*$/gm) ?? [];
  expect(started).toEqual(["node --version"]);
});
