import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { osvArchive, run } from "../fixtures.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const EXAMPLES = join(ROOT, "examples");
const read = (path: string): Promise<string> => readFile(join(ROOT, path), "utf8");

let dir = "";
beforeAll(async () => (dir = await mkdtemp(join(tmpdir(), "zerotrace-examples-"))));
afterAll(() => rm(dir, { recursive: true, force: true }));

test("every example of YAML is YAML, and every option of scan that examples and the CI guide name exists", async () => {
  const { out } = await run(["scan", "--help"]);
  const files = (await readdir(EXAMPLES, { recursive: true })).filter((name) => /\.(?:ya?ml|sh)$/.test(name));
  expect(files.length).toBeGreaterThan(2);
  for (const path of [...files.map((name) => `examples/${name}`), "docs/guide/ci.md"]) {
    const text = await read(path);
    if (path.endsWith(".yml")) expect(parse(text), path).toBeTypeOf("object");
    const commands = text.replaceAll("\\\n", " ").match(/^.*\bscan\b[^#\n]*(?:\n +(?:--|\$\{).*)*/gm) ?? [];
    for (const [option] of commands.join("\n").matchAll(/(?<=\s|"|\()--[a-z][a-z-]+/g))
      expect(out, `${path}: ${option}`).toContain(option);
  }
});

test("the action's inputs are what its step reads, and no input is written into a script", async () => {
  const action = parse(await read("examples/github-action/action.yml")) as {
    inputs: Record<string, unknown>;
    runs: { steps: { run?: string; env?: Record<string, string> }[] };
  };
  for (const { run: script = "" } of action.runs.steps) expect(script).not.toContain("${{");
  const used = JSON.stringify(action.runs.steps);
  for (const name of Object.keys(action.inputs)) expect(used, name).toContain(`inputs.${name} `);
  const script = await read("examples/github-action/scan.sh");
  for (const name of Object.keys(action.runs.steps.at(-1)?.env ?? {}))
    expect(script, name).toMatch(new RegExp(`\\$\\{?${name}\\b`));
});

test("the action's step annotates the lockfile, writes SARIF and the summary, and ends with the scan's exit code", async () => {
  const packages = { "node_modules/ws": { version: "7.5.9" } };
  await writeFile(join(dir, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }, null, 2));
  const environment = {
    PATH: process.env["PATH"],
    ZT: join(ROOT, "node_modules/.bin/zerotrace"),
    ZT_DATA: join(dir, "data"),
    ZT_TARGET: "package-lock.json\n",
    ZT_FEEDS: await osvArchive(dir),
    ZT_FAIL_ON: "severity>=high+fixable, kev",
    ZT_SARIF: "out.sarif",
    GITHUB_STEP_SUMMARY: join(dir, "summary.md"),
    GITHUB_OUTPUT: join(dir, "output"),
  };
  const script = join(EXAMPLES, "github-action/scan.sh");
  const { code, out } = await new Promise<{ code: unknown; out: string }>((done) =>
    execFile("bash", [script], { cwd: dir, env: environment }, (error, stdout) =>
      done({ code: error?.code ?? 0, out: stdout }),
    ),
  );
  expect(out).toBe(
    "::error file=package-lock.json,line=4,title=CVE-2024-37890 in ws 7.5.9 (high)::Upgrade ws to 7.5.10 or later.\n",
  );
  expect(code).toBe(1);
  expect(await readFile(join(dir, "output"), "utf8")).toBe("exit-code=1\n");
  expect(JSON.parse(await readFile(join(dir, "out.sarif"), "utf8")).version).toBe("2.1.0");
  expect(await readFile(join(dir, "summary.md"), "utf8")).toContain("**1 finding**: 1 high");
});
