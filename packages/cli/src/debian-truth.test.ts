import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../plugins/src/feeds/fixtures.ts";
import { run } from "./fixtures.ts";

/** Debian's order of these versions, lowest first, as `dpkg --compare-versions` says; versions of one line are equal. */
const ORDER = [
  ["1.0~~"],
  ["1.0~rc1-1"],
  ["1.0~rc1-1+b1"],
  ["1.0", "0:1.0", "1.0-0"],
  ["1.0-1~bpo12+1"],
  ["1.0-1~deb12u1"],
  ["1.0-1~deb12u2"],
  ["1.0-1", "1.00-01"],
  ["1.0-1+b2"],
  ["1.0-1+deb12u1"],
  ["1.0-1+deb12u9"],
  ["1.0-1+deb12u10"],
  ["1.0-1.1"],
  ["1.0-2"],
  ["1.0a-1"],
  ["1.0+dfsg-1"],
  ["1.0.1-1"],
  ["1.9-1"],
  ["1.10-1"],
  ["1.10-1ubuntu0.1"],
  ["2023.1-1"],
  ["1:0.1-1"],
  ["1:9.2p1-2+deb12u6"],
  ["1:9.2p1-2+deb12u9"],
  ["2:0"],
] as const;

const flat = ORDER.flatMap((versions, rank) => versions.map((version) => ({ version, rank })));
const OS_RELEASE =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\nVERSION_CODENAME=bookworm\n';
let folder: string;

const advisory = (package_: string, index: number, fixed: string) => ({
  schema_version: "1.7.0",
  id: `CVE-2099-${10_000 + index}`,
  modified: "2026-01-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem: "Debian:12", name: package_ },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-truth-"));
  const packages = flat.map(({ version }, i) => ({ name: `sample-${i}`, version }));
  const status = packages.map(
    ({ name, version }) =>
      `Package: ${name}-bin\nStatus: install ok installed\nArchitecture: amd64\nSource: ${name}\nVersion: ${version}\n`,
  );
  const records = packages.flatMap(({ name }, i) =>
    flat.map(({ version }, j) => advisory(name, i * flat.length + j, version)),
  );
  const files = records.map((r) => ({ name: `${r.id}.json`, bytes: Buffer.from(JSON.stringify(r)) }));
  await mkdir(join(folder, "feeds", "Debian"), { recursive: true });
  await writeFile(join(folder, "feeds", "Debian", "all.zip"), zipOf(files));
  await writeFile(join(folder, "status"), status.join("\n"));
  await writeFile(join(folder, "os-release"), OS_RELEASE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a Debian package is affected exactly when its version is lower than the fix: no miss, no false positive", async () => {
  const files = ["--dpkg-status", join(folder, "status"), "--os-release", join(folder, "os-release")];
  const feeds = ["--feeds", join(folder, "feeds"), "--data-dir", join(folder, "data")];
  const { code, out } = await run(["scan", "host", ...files, ...feeds, "--format", "json"]);
  expect(code).toBe(0);
  const { findings } = JSON.parse(out) as { findings: { source: string; id: string; fixedIn: string }[] };
  const found = new Set(findings.map((f) => `${f.source} ${f.id} ${f.fixedIn}`));
  const truth = new Set(
    flat.flatMap((installed, i) =>
      flat.flatMap((fix, j) =>
        installed.rank < fix.rank ? [`sample-${i} CVE-2099-${10_000 + i * flat.length + j} ${fix.version}`] : [],
      ),
    ),
  );
  expect(
    [...truth].filter((one) => !found.has(one)),
    "missed",
  ).toEqual([]);
  expect(
    [...found].filter((one) => !truth.has(one)),
    "false",
  ).toEqual([]);
});

test("the recorded order is dpkg's own, wherever dpkg is installed", () => {
  const hasDpkg = spawnSync("dpkg", ["--version"]).status === 0;
  const judge = (a: string, op: string, b: string): boolean => {
    if (!hasDpkg) return true;
    execFileSync("dpkg", ["--compare-versions", a, op, b]);
    return true;
  };
  for (const [rank, [first, ...equal]] of ORDER.entries()) {
    for (const other of equal) expect(judge(first, "eq", other)).toBe(true);
    const next = ORDER[rank + 1]?.[0];
    if (next !== undefined) expect(judge(first, "lt", next), `${first} < ${next}`).toBe(true);
  }
  expect(flat).toHaveLength(28);
});
