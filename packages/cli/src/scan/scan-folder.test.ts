import { compiledSchema } from "@zerotrace/plugins/formats/sbom-schema-check";
import { scanJsonSchema } from "@zerotrace/plugins/formats/scan-schema";
import { REPORT_FORMATS } from "@zerotrace/plugins/formats/index";
import type { ScanReport } from "@zerotrace/plugins/formats/report";
import { sourcePaths } from "@zerotrace/plugins/formats/sentences";
import { policySchema } from "@zerotrace/core/policy/rules";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Outcome, osvArchive, run } from "../fixtures.ts";
import { readTarget, type TargetOptions } from "./targets.ts";

let dir = "";
let feeds: readonly string[] = [];
const VULNERABLE = { "node_modules/ws": { version: "7.5.9", license: "MIT" } };
const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages }, null, 2);

const write = async (files: Readonly<Record<string, string>>, folder: string): Promise<string> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, folder, path)), { recursive: true });
    await writeFile(join(dir, folder, path), text);
  }
  return join(dir, folder);
};
const scan = (...args: string[]): Promise<Outcome> => run(["scan", ...args, ...feeds]);
const reportOf = async (...args: string[]): Promise<ScanReport & { readonly code: number; readonly err: string }> => {
  const { code, out, err } = await scan(...args, "--format", "json");
  return { ...(JSON.parse(out) as ScanReport), code, err };
};
const idsOf = (report: ScanReport): string[] => report.findings.map((f) => `${f.places[0]?.path} ${f.package} ${f.id}`);

let app = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerotrace-scan-"));
  feeds = ["--feeds", await osvArchive(dir), "--data-dir", join(dir, "data")];
  app = await write(
    {
      "package-lock.json": lock({
        "": { dependencies: { ws: "7" }, devDependencies: { left: "1" } },
        ...VULNERABLE,
        "node_modules/left": { version: "1.0.0", dev: true },
      }),
      "tools/package-lock.json": lock({
        "": { devDependencies: { ws: "7" } },
        "node_modules/ws": { version: "7.5.9", dev: true, license: "GPL-3.0-only" },
      }),
    },
    "app",
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("a folder's lockfiles are scanned with lines, licenses and ways; its report is valid by the published schema", async () => {
  const { code, err, ...report } = await reportOf(app);
  expect([code, err.includes("warning")]).toEqual([0, false]);
  expect(idsOf(report)).toEqual(["package-lock.json ws CVE-2024-37890"]);
  expect(report.findings[0]).toMatchObject({
    fixedIn: "7.5.10",
    isDirect: true,
    isDev: false,
    places: [
      { path: "package-lock.json", reader: "npm-lock", line: 12 },
      { path: "tools/package-lock.json", reader: "npm-lock", line: 9 },
    ],
  });
  expect(validOf(report)).toEqual([]);
});

const compiled = (key: string, schema: object) =>
  compiledSchema(key, true, () => ({ schema: schema as Readonly<Record<string, unknown>>, others: [] }));

const validOf = (report: object): unknown => {
  const validate = compiled("zerotrace.scan/1", scanJsonSchema(true));
  return validate(report) ? [] : validate.errors;
};

test("a file, several targets and a folder without lists: each is named, and nothing scanned is exit code 3", async () => {
  const file = join(app, "package-lock.json");
  const both = await reportOf(file, join(app, "tools"));
  expect(both.targets.map(({ name, kind }) => [name, kind])).toEqual([
    [file, "file"],
    [join(app, "tools"), "folder"],
  ]);
  expect(both.findings.map((f) => f.target)).toEqual([file, join(app, "tools")]);
  expect(validOf(strip(both))).toEqual([]);
  const empty = await write({ "readme.txt": "x" }, "empty");
  expect(await scan(empty)).toMatchObject({ code: 3, err: expect.stringContaining("holds no list of packages") });
  expect(await scan(join(dir, "absent"))).toMatchObject({ code: 2, err: expect.stringContaining("There is no") });
});

test("an unreadable lockfile is named and the rest is scanned; alone it is exit code 3", async () => {
  const folder = await write({ "a/package-lock.json": "{", "b/package-lock.json": lock(VULNERABLE) }, "broken");
  const report = await reportOf(folder);
  expect(idsOf(report)).toEqual(["b/package-lock.json ws CVE-2024-37890"]);
  expect(report.unreadable).toMatchObject([
    { source: "a/package-lock.json", error: expect.stringMatching(/^Expected property name/) },
  ]);
  expect(report.err).toContain("warning: a/package-lock.json cannot be read: Expected");
  expect(validOf(strip(report))).toEqual([]);
  expect((await scan(join(folder, "a"))).code).toBe(3);
  const none = await scan(await write({ "package-lock.json": lock({}) }, "none"));
  expect([none.code, none.out]).toEqual([0, "No components: what was read lists none\n"]);
  const component = { type: "library", name: "ours", version: "1" };
  const bom = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [component] });
  const unknown = await scan(join(await write({ "bom.json": bom }, "unknown"), "bom.json"));
  expect([unknown.code, unknown.out]).toEqual([
    3,
    expect.stringMatching(
      /^Nothing could be judged: no advisories cover any of 1 component\n[^]*Generic: no source speaks of it\n$/,
    ),
  ]);
});

test("a packed status file of dpkg is told by what it holds; another packed file is an error, not an empty scan", async () => {
  const folder = await write({ "notes.gz": "no gzip" }, "packed");
  await writeFile(join(folder, "status.gz"), gzipSync("Package: curl\nStatus: install ok installed\nVersion: 1-1\n\n"));
  expect((await reportOf(join(folder, "status.gz"))).targets[0]).toMatchObject({ kind: "host", components: 1 });
  expect((await scan(join(folder, "notes.gz"))).code).toBe(2);
});

test("an SBOM says where it lies, for annotations; what is made of it has the time of its file", async () => {
  const component = { type: "library", name: "ws", version: "7.5.9", purl: "pkg:npm/ws@7.5.9" };
  const bom = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [component] });
  const path = join(await write({ "deep/bom.json": bom }, "boms"), "deep/bom.json");
  await utimes(path, 1_700_000_000, 1_700_000_000);
  const made = await run(["sbom", path]);
  expect(made.out).toContain('"timestamp":"2023-11-14T22:13:20.000Z"');
  const options = { signal: new AbortController().signal, onProgress: () => {} } as unknown as TargetOptions;
  const read = await readTarget(path, options);
  expect(sourcePaths({ inventories: [read], baseFolder: join(dir, "boms") })(read.name, "bom.json")).toBe(
    "deep/bom.json",
  );
});

const strip = ({ code: _, err: __, ...report }: ScanReport & { code: number; err: string }): object => report;

test.each([
  ["severity>=high", 1],
  ["critical", 0],
  ["kev", 0],
  ["fixable", 1],
  ["risk>=10+fixable", 1],
  ["risk>=99", 0],
  ["direct+production", 1],
  ["any", 1],
])("--fail-on %s ends with exit code %i", async (condition, code) => {
  expect((await scan(app, "--fail-on", condition)).code).toBe(code);
});

test("conditions, days and outputs that are wrong are refused with exit code 2 before anything is read", async () => {
  for (const args of [
    ["--fail-on", "sever>=high"],
    ["--max-data-age", "soon"],
    ["--output", "pdf=x"],
    ["--output", "json"],
    ["--exclude", "*".repeat(17)],
    ["--format", "xml"],
  ]) {
    expect((await scan(app, ...args)).code, args.join(" ")).toBe(2);
  }
});

test("--no-dev, --exclude and .gitignore leave out; --no-ignore brings back", async () => {
  const tools = join(app, "tools");
  expect((await scan(tools, "--no-dev", "--fail-on", "any")).code).toBe(0);
  expect((await reportOf(app, "--exclude", "tools/**")).findings[0]?.places).toHaveLength(1);
  const folder = await write(
    {
      ".gitignore": "out/\n",
      "out/package-lock.json": lock(VULNERABLE),
      "package-lock.json": lock({ "node_modules/a": { version: "1.0.0" } }),
    },
    "ignoring",
  );
  expect((await reportOf(folder)).findings).toEqual([]);
  expect((await reportOf(folder, "--no-ignore")).findings).toHaveLength(1);
});

test("--output writes each format to its file beside the table; every format can be printed", async () => {
  const [json, sarif] = [join(dir, "out.json"), join(dir, "out.sarif")];
  const { out } = await scan(app, "--output", `json=${json}`, "--output", `sarif=${sarif}`);
  expect(out).toContain("CVE-2024-37890");
  expect(validOf(JSON.parse(await readFile(json, "utf8")))).toEqual([]);
  expect(JSON.parse(await readFile(sarif, "utf8")).runs[0].results).toHaveLength(2);
  for (const { id } of REPORT_FORMATS) {
    const first = await scan(app, "--format", id);
    expect([first.code, first.out.length > 0], id).toEqual([0, true]);
    expect((await scan(app, "--format", id)).out, id).toBe(first.out);
  }
  const cannot = await scan(app, "--output", `json=${join(dir, "absent", "x.json")}`);
  expect(cannot).toMatchObject({ code: 2, err: expect.stringContaining("cannot be written") });
});

test("rules of zerotrace.yaml leave out with their reason; expired, unused and too broad ones are told", async () => {
  const text = `# a policy
failOn: [severity>=high]
ignore:
  - { id: CVE-2024-37890, path: package-lock.json, reason: not reachable, owner: team, expires: 2099-01-01 }
  - { id: GHSA-3h5v-q93c-6h6q, reason: old, expires: 2020-01-01 }
  - { id: CVE-1999-1, reason: gone }
`;
  const folder = await write({ "zerotrace.yaml": text, "package-lock.json": lock(VULNERABLE) }, "ruled");
  const validate = compiled("zerotrace.yaml", policySchema());
  expect([validate(parse(text)), validate({ ignore: [{ reason: "x" }] }), validate({ failon: [] })]).toEqual([
    true,
    false,
    false,
  ]);
  const report = await reportOf(folder);
  expect([report.code, report.findings]).toEqual([0, []]);
  expect(report.ignored).toMatchObject([
    { id: "CVE-2024-37890", ignored: { by: "rule", reason: "not reachable", owner: "team", expires: "2099-01-01" } },
  ]);
  expect(report.policy?.warnings).toEqual([
    "ignore rule 2 (GHSA-3h5v-q93c-6h6q) expired on 2020-01-01; what it left out counts again",
    "ignore rule 3 (CVE-1999-1) left out nothing; remove it",
  ]);
  expect(report.err).toContain("warning: ignore rule 2");
  expect(validOf(strip(report))).toEqual([]);
  const broad = await write({ "p.yaml": 'ignore: [{ package: "**", reason: x }]\n' }, "broad");
  const { err } = await scan(folder, "--policy", join(broad, "p.yaml"));
  expect(err).toContain("a wide pattern: what comes later is left out too");
  const wrong = await write({ "p.yaml": "ignore: [{ id: x }]\n" }, "wrong");
  expect(await scan(folder, "--policy", join(wrong, "p.yaml"))).toMatchObject({
    code: 2,
    err: expect.stringContaining("ignore.0.reason"),
  });
  expect(await scan(folder, "--policy", join(wrong, "none.yaml"))).toMatchObject({ code: 2 });
});

test("paths of a policy begin at its folder, whichever target below it is scanned", async () => {
  const folder = await write(
    {
      "zerotrace.yaml": `exclude: ["*/testdata/**", gone]
ignore: [{ id: CVE-2024-37890, path: tools/package-lock.json, reason: x }]
licenses: { allow: [MIT], paths: [{ path: "tools/**", allow: [ISC] }] }
`,
      "package-lock.json": lock(VULNERABLE),
      "tools/package-lock.json": lock({ "node_modules/ws": { version: "7.5.9", license: "ISC" } }),
      "tools/testdata/package-lock.json": lock(VULNERABLE),
    },
    "scoped",
  );
  const counts = async (target: string): Promise<readonly number[]> => {
    const { findings, ignored, licenses, targets } = await reportOf(target);
    return [targets[0]!.places, findings.length, ignored?.length ?? 0, licenses?.length ?? 0];
  };
  // The same weakness in two places is left out at one of them, and counts at the other.
  expect(await counts(folder)).toEqual([2, 1, 1, 0]);
  expect(await counts(join(folder, "tools"))).toEqual([1, 0, 1, 0]);
  expect(await counts(join(folder, "tools/package-lock.json"))).toEqual([1, 0, 1, 0]);
  expect(await counts(join(folder, "package-lock.json"))).toEqual([1, 1, 0, 0]);
});

test("--baseline takes an earlier report: what it had is left out, another place or weakness is new", async () => {
  const file = join(dir, "baseline.json");
  await scan(join(app, "tools"), "--output", `json=${file}`);
  const known = await reportOf(join(app, "tools"), "--baseline", file, "--fail-on", "any");
  expect([known.code, known.findings, known.ignored?.[0]?.ignored.by]).toEqual([0, [], "baseline"]);
  expect((await reportOf(app, "--baseline", file, "--fail-on", "any")).code).toBe(1);
  await writeFile(file, "{}");
  expect(await scan(app, "--baseline", file)).toMatchObject({
    code: 2,
    err: expect.stringContaining("is no zerotrace.scan/1 report"),
  });
});

test("--baseline takes a git revision and --new-only finds it; the repository is left as it was", async () => {
  const folder = await write(
    {
      "package-lock.json": lock({ "node_modules/ws": { version: "8.18.0" } }),
      "old/package-lock.json": lock(VULNERABLE),
    },
    "repository",
  );
  const git = (...args: string[]): string =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...args],
      { encoding: "utf8" },
    );
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "first");
  await write({ "package-lock.json": lock(VULNERABLE) }, "repository");
  for (const option of [["--baseline", "HEAD"], ["--baseline", "main"], ["--new-only"]]) {
    const report = await reportOf(folder, ...option);
    expect([idsOf(report), report.ignored?.length ?? 0], option.join(" ")).toEqual([
      ["package-lock.json ws CVE-2024-37890"],
      1,
    ]);
  }
  git("commit", "-q", "-a", "-m", "second");
  expect((await reportOf(folder, "--new-only", "--fail-on", "any")).code).toBe(0);
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(git("status", "--porcelain")).toBe("");
  expect(await scan(folder, "--baseline", "no-such-branch")).toMatchObject({
    code: 2,
    err: expect.stringContaining("no git revision"),
  });
  expect(await scan(folder, "--baseline=--upload-pack=x")).toMatchObject({ code: 2 });
});

test("licenses are judged by lists, per path; license:deny fails, and a notices file is written", async () => {
  const policy =
    "licenses:\n  deny: [GPL-3.0-only]\n  paths:\n    - { path: 'vendor/**', allow: [MIT, GPL-3.0-only] }\n";
  const folder = await write(
    {
      "zerotrace.yaml": policy,
      "vendor/package-lock.json": lock({ "node_modules/v": { version: "1.0.0", license: "GPL-3.0-only" } }),
      "package-lock.json": lock({
        "node_modules/g": { version: "1.0.0", license: "GPL-3.0-only" },
        "node_modules/n": { version: "1.0.0" },
        "node_modules/o": { version: "1.0.0", license: "MIT OR GPL-3.0-only" },
      }),
    },
    "licensed",
  );
  const notices = join(dir, "NOTICES.md");
  const report = await reportOf(folder, "--fail-on", "license:deny", "--output", `notices=${notices}`);
  expect(report.code).toBe(1);
  expect(report.licenses?.map((one) => [one.package, one.verdict])).toEqual([
    ["g", "denied"],
    ["n", "unknown"],
  ]);
  expect(validOf(strip(report))).toEqual([]);
  expect((await scan(folder, "--fail-on", "license:unknown", "--exclude", "package-lock.json")).code).toBe(0);
  const headings = (await readFile(notices, "utf8")).match(/^## .*/gm);
  expect(headings).toEqual(["## No license is declared", "## GPL-3.0-only", "## MIT OR GPL-3.0-only"]);
});

test("old data is exit code 4 by option and by policy, after what is over the policy", async () => {
  expect((await scan(app, "--max-data-age", "1")).code).toBe(4);
  expect((await scan(app, "--max-data-age", "100000")).code).toBe(0);
  expect((await scan(app, "--max-data-age", "1", "--fail-on", "any")).code).toBe(1);
  const folder = await write(
    { "zerotrace.yaml": "maxDataAgeDays: 1\n", "package-lock.json": lock(VULNERABLE) },
    "aged",
  );
  expect((await scan(folder)).code).toBe(4);
});

test("--offline uses the index at hand and asks no registry; without one it says what to do", async () => {
  expect((await scan(app, "--offline")).code).toBe(0);
  const image = await scan("registry.example.com/a:1", "--offline");
  expect(image).toMatchObject({ code: 2, err: expect.stringContaining("--offline asks no registry") });
  const bare = await run([
    "scan",
    app,
    "--offline",
    "--feeds",
    "https://feeds.example.com/osv",
    "--data-dir",
    join(dir, "bare"),
  ]);
  expect(bare).toMatchObject({ code: 2, err: expect.stringContaining("run once without --offline") });
});

test("hostile names of files and packages are printed harmless everywhere", async () => {
  const evil = "a\u001b[31m\n::error::x\u202e";
  const folder = await write(
    {
      [`${evil}/package-lock.json`]: lock({
        [`node_modules/ws`]: { version: "7.5.9" },
        [`node_modules/${evil}`]: { version: "1.0.0" },
      }),
      [`${evil}/yarn.lock`]: "{",
    },
    "hostile",
  );
  for (const args of [
    [],
    ["--format", "github"],
    ["--format", "markdown"],
    ["--format", "html"],
    ["--format", "junit"],
    ["--format", "notices"],
  ]) {
    const { out, err } = await scan(folder, ...args);
    for (const text of [out, err]) {
      expect(text.includes("\u001b") || text.includes("\u202e"), `${args.join(" ")}: ${JSON.stringify(text)}`).toBe(
        false,
      );
      expect(text).not.toMatch(/^::error::/m);
    }
  }
});
