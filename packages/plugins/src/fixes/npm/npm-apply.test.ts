import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyFixes } from "../apply.ts";
import { machineExec } from "../exec.ts";
import { filesIn, findingsIn, indexOf } from "../fixtures.ts";
import { npmRegistry } from "../npm-registry-fixture.ts";
import { planFixes } from "../plan.ts";
import type { FixPlan } from "../report.ts";

const PACKAGES = {
  "direct-in": { "1.0.0": {}, "1.0.1": {} },
  "direct-out": { "1.0.0": {}, "2.0.0": {}, "2.1.0": {} },
  "parent-ok": { "1.0.0": { deep: "^1.0.0" } },
  deep: { "1.0.0": {}, "1.0.2": {} },
  "parent-no": { "1.0.0": { stuck: "~1.0.0" } },
  "@s/other": { "1.0.0": { stuck: "^1.1.0" } },
  stuck: { "1.0.0": {}, "1.0.9": {}, "1.1.0": {}, "1.2.0": {} },
  "in-workspace": { "1.0.0": {}, "1.3.0": {} },
};
const INDEX = indexOf(
  "npm direct-in 0..1.0.1",
  "npm direct-out 0..2.0.0",
  "npm deep 0..1.0.2",
  // The version that closes the first has the second.
  "npm stuck 0..1.1.0",
  "npm stuck 1.1.0..1.2.0",
  "npm in-workspace 0..1.3.0",
  "npm parent-no 0",
);

let server: Server;
let home: string;
let root: string;
let env: Record<string, string | undefined>;
const signal = new AbortController().signal;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const write = async (url: string): Promise<void> => {
  const entry = (name: string, version: string, more: object = {}) => ({
    version,
    resolved: `${url}${name}/-/${version}.tgz`,
    ...more,
  });
  const asked = { "@s/other": "^1.0.0", "direct-in": "^1.0.0", "parent-no": "^1.0.0", "parent-ok": "^1.0.0" };
  const dev = { devDependencies: { "direct-out": "1.0.0" } };
  const files = {
    "package.json": json({ name: "app", version: "1.0.0", workspaces: ["packages/*"], dependencies: asked, ...dev }),
    "packages/w/package.json": json({ name: "w", version: "1.0.0", dependencies: { "in-workspace": "~1.0.0" } }),
    "package-lock.json": json({
      name: "app",
      version: "1.0.0",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { name: "app", version: "1.0.0", workspaces: ["packages/*"], dependencies: asked, ...dev },
        "node_modules/@s/other": entry("@s/other", "1.0.0", { dependencies: { stuck: "^1.1.0" } }),
        "node_modules/@s/other/node_modules/stuck": entry("stuck", "1.1.0"),
        "node_modules/deep": entry("deep", "1.0.0"),
        "node_modules/direct-in": entry("direct-in", "1.0.0"),
        "node_modules/direct-out": entry("direct-out", "1.0.0", { dev: true }),
        "node_modules/in-workspace": entry("in-workspace", "1.0.0"),
        "node_modules/parent-no": entry("parent-no", "1.0.0", { dependencies: { stuck: "~1.0.0" } }),
        "node_modules/parent-ok": entry("parent-ok", "1.0.0", { dependencies: { deep: "^1.0.0" } }),
        "node_modules/stuck": entry("stuck", "1.0.0"),
        "node_modules/w": { resolved: "packages/w", link: true },
        "packages/w": { name: "w", version: "1.0.0", dependencies: { "in-workspace": "~1.0.0" } },
      },
    }),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
};

beforeAll(async () => {
  const registry = await npmRegistry(PACKAGES);
  server = registry.server;
  home = await mkdtemp(join(tmpdir(), "zerotrace-npm-"));
  root = join(home, "app");
  await write(registry.url);
  env = {
    PATH: process.env["PATH"],
    HOME: home,
    npm_config_registry: registry.url,
    npm_config_cache: join(home, "cache"),
    npm_config_userconfig: join(home, "npmrc"),
    npm_config_update_notifier: "false",
  };
});
afterAll(async () => {
  server.close();
  await rm(home, { recursive: true, force: true });
});

const planned = async (): Promise<FixPlan> =>
  planFixes(await findingsIn(root, INDEX), { index: INDEX, filesOf: () => filesIn(root), signal });

test("a plan names each upgrade with its way, what forbids it and its command; what has no fix is said", async () => {
  const { report } = await planned();
  const said = report.actions.map(
    (one) => `${one.package} ${one.from} -> ${one.to} ${one.kind} ${one.crossesMajor} ${one.breaksRange}`,
  );
  expect(said.sort()).toEqual([
    "deep 1.0.0 -> 1.0.2 lock false false",
    "direct-in 1.0.0 -> 1.0.1 lock false false",
    "direct-out 1.0.0 -> 2.0.0 manifest true true",
    "in-workspace 1.0.0 -> 1.3.0 manifest false true",
    "stuck 1.0.0 -> 1.2.0 override false true",
    "stuck 1.1.0 -> 1.2.0 lock false false",
  ]);
  const stuck = report.actions.find(({ kind }) => kind === "override");
  expect(stuck?.edits).toEqual(["package.json: overrides.parent-no.stuck ^1.2.0"]);
  expect(stuck?.demands).toEqual([{ by: "parent-no@1.0.0", range: "~1.0.0", allows: false }]);
  expect(report.actions.find((one) => one.package === "in-workspace")?.commands[0]?.command).toMatch(
    /^npm install in-workspace@1\.3\.0 --workspace=packages\/w --save-prefix=~ --package-lock-only --ignore-scripts /,
  );
  expect(report.unfixed.map((one) => [one.package, one.reason, one.alternatives.length])).toEqual([
    ["parent-no", "no_fix", 3],
  ]);
  expect(report.riskShare + report.unfixed[0]!.riskShare).toBeCloseTo(1);
});

test("npm makes every upgrade of the plan, nothing else changes, and a new scan finds only what has no fix", async () => {
  const { planned: actions } = await planned();
  const applied = await applyFixes(actions, { rootOf: () => root, exec: machineExec(env, signal) });
  expect(applied.failed).toEqual([]);
  const left = await findingsIn(root, INDEX);
  expect(left.map((finding) => `${finding.package}@${finding.version}`)).toEqual(["parent-no@1.0.0"]);
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(manifest).toMatchObject({
    dependencies: { "@s/other": "^1.0.0", "direct-in": "^1.0.0" },
    devDependencies: { "direct-out": "2.0.0" },
    overrides: { "parent-no": { stuck: "^1.2.0" } },
  });
  const workspace = JSON.parse(await readFile(join(root, "packages/w/package.json"), "utf8"));
  expect(workspace.dependencies).toEqual({ "in-workspace": "~1.3.0" });
  expect(applied.diff).toContain(`-    "direct-out": "1.0.0"\n+    "direct-out": "2.0.0"`);
  expect(applied.diff.match(/^\+\+\+ .*$/gm)).toEqual([
    "+++ b/package-lock.json",
    "+++ b/package.json",
    "+++ b/packages/w/package.json",
  ]);
  await applied.restore();
  expect((await findingsIn(root, INDEX)).length).toBe(7);
});
