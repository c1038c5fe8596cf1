import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cli } from "./cli.ts";
import { readEnvironment } from "./env.ts";
import { zipOf } from "../../plugins/src/feeds/fixtures.ts";
import { run } from "./fixtures.ts";
import { runCli } from "./run.ts";

const record = (id: string, name: string, fixed: string | null) =>
  JSON.stringify({
    id,
    modified: "2026-01-02T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "PyPI", name },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])] }],
      },
    ],
  });

let dir: string;
let args: string[];
const PINS = "# pins\nurllib3==1.26.5  # old\nlost==1.0\nfine==1.0\n";
const pins = () => readFile(join(dir, "app", "requirements.txt"), "utf8");

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerotrace-fix-"));
  await mkdir(join(dir, "feeds", "PyPI"), { recursive: true });
  await mkdir(join(dir, "app"));
  await mkdir(join(dir, "empty"));
  const records = [
    record("CVE-2026-0001", "urllib3", "1.26.19"),
    record("CVE-2026-0002", "urllib3", "2.2.2"),
    record("CVE-2026-0003", "lost", null),
  ];
  const files = records.map((text, at) => ({ name: `${at}.json`, bytes: Buffer.from(text) }));
  await writeFile(join(dir, "feeds", "PyPI", "all.zip"), zipOf(files));
  await writeFile(join(dir, "app", "requirements.txt"), PINS);
  args = ["fix", join(dir, "app"), "--feeds", join(dir, "feeds"), "--data-dir", join(dir, "data")];
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** As a person at a terminal who gives these answers. */
const atTerminal = async (argv: readonly string[], answers: string) => {
  const texts = { out: "", err: "" };
  const sink = (name: "out" | "err") => ({
    write: (text: string) => void (texts[name] += text),
    isTerminal: true,
    columns: 120,
  });
  const input = (async function* () {
    yield Buffer.from(answers);
  })();
  const env = readEnvironment({ NO_COLOR: "1" });
  const cli: Cli = {
    out: sink("out"),
    err: sink("err"),
    input,
    env,
    signal: new AbortController().signal,
    exitCode: 0,
  };
  return { code: await runCli(argv, cli), ...texts };
};

test("the plan says what an upgrade closes, where, and how; what has no fix is said; nothing is changed", async () => {
  const { code, out } = await run([...args]);
  expect(code).toBe(0);
  expect(out).toMatch(/^1 upgrade closes 2 findings of 3, \d+ % of the risk\n/);
  expect(out).toMatch(/\n1 +urllib3 +1\.26\.5 +2\.2\.2 +requirements\.txt:2 +2 +\d+ % +\d+ % +MAJOR RANGE\n/);
  expect(out).toContain("requirements.txt: urllib3==1.26.5 -> urllib3==2.2.2");
  expect(out).toContain("1.26.19 closes 1 of 2 and stays in the major version (--no-major)");
  expect(out).toMatch(
    /No fix exists:\n {2}lost 1\.0 \(requirements\.txt\): CVE-2026-0003, \d+ % of the risk\n {5}Replace lost by/,
  );
  expect(await pins()).toBe(PINS);
});

test("JSON has the documented fields and is the same each time", async () => {
  const first = await run([...args, "--format", "json", "--no-major"]);
  expect((await run([...args, "--format", "json", "--no-major"])).out).toBe(first.out);
  const report = JSON.parse(first.out);
  const reference = await readFile(join(import.meta.dirname, "../../../docs/reference/fix-json.md"), "utf8");
  const undocumented = [
    ...Object.keys(report),
    ...Object.keys(report.actions[0]),
    ...Object.keys(report.unfixed[0]),
  ].filter((key) => !reference.includes(`\`${key}\``) && !reference.includes(`[].${key}\``));
  expect(undocumented).toEqual([]);
  expect(report).toMatchObject({
    schema: "zerotrace.fix/1",
    findings: 3,
    closes: 1,
    actions: [
      { package: "urllib3", to: "1.26.19", kind: "manifest", crossesMajor: false, breaksRange: true, manager: "pip" },
    ],
    unfixed: [
      { package: "urllib3", reason: "major_version", fixedIn: "2.2.2" },
      { package: "lost", reason: "no_fix" },
    ],
  });
});

test("without a terminal nothing is applied unless --yes says so; then files, difference and what is left are told", async () => {
  const refused = await run([...args, "--apply"]);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("add --yes") });
  expect(await pins()).toBe(PINS);
  const done = await run([...args, "--apply", "--yes"]);
  expect(done.code).toBe(0);
  expect(done.out).toContain("-urllib3==1.26.5  # old\n+urllib3==2.2.2  # old\n");
  expect(done.err).toContain("3 findings before, 1 after");
  expect(await pins()).toBe(PINS.replace("1.26.5", "2.2.2"));
  await writeFile(join(dir, "app", "requirements.txt"), PINS);
});

test("a person is asked before, and again when the difference is known; no means that nothing has changed", async () => {
  for (const answers of ["n\n", "", "y\nn\n", "y\n"]) {
    const { code, err } = await atTerminal([...args, "--apply"], answers);
    expect([code, await pins()]).toEqual([0, PINS]);
    expect(err.includes("Keep these changes?")).toBe(answers.startsWith("y"));
  }
  const { err } = await atTerminal([...args, "--apply"], "y\nyes\n");
  expect(err).toContain("3 findings before, 1 after");
  expect(await pins()).toBe(PINS.replace("1.26.5", "2.2.2"));
  await writeFile(join(dir, "app", "requirements.txt"), PINS);
});

test("an empty target is nothing scanned, and a number of upgrades has to be one", async () => {
  // What was not read is not clean: nothing on stdout says "no findings".
  expect(await run(["fix", join(dir, "empty"), ...args.slice(2)])).toMatchObject({ code: 3, out: "" });
  expect((await run([...args, "--top", "none"])).code).toBe(2);
});

test("a package manager that is content and leaves the old version is told, and is no success", async () => {
  const app = join(dir, "poetry");
  await mkdir(join(dir, "bin"));
  await mkdir(app);
  await writeFile(join(dir, "bin", "poetry"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  await writeFile(join(app, "poetry.lock"), '[[package]]\nname = "urllib3"\nversion = "1.26.5"\n');
  const argv = ["fix", app, ...args.slice(2), "--apply", "--yes", "--format", "json"];
  const { code, out, err } = await run(argv, { PATH: join(dir, "bin") });
  expect(code).toBe(2);
  expect(err).toContain("not closed: urllib3 2.2.2 in poetry.lock: the old version is still there");
  const { applied } = JSON.parse(out);
  expect([applied.done.length, applied.open.length, applied.findingsAfter, applied.diff]).toEqual([1, 1, 2, ""]);
});
