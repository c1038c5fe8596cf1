import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { collectHost } from "./collect.ts";
import { digestOf } from "./digest.ts";
import { hostFs } from "./host-fs.ts";
import { parseOsRelease } from "./os-release.ts";
import { systemInventory } from "./system.ts";

const root = mkdtempSync(join(tmpdir(), "zerotrace-host-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();
const put = (path: string, bytes: string | Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
};
const paragraph = (name: string): string => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n\n`;

put("/usr/lib/os-release", 'ID=ubuntu\nVERSION_ID="22.04"\nVERSION="22.04.4 LTS (Jammy Jellyfish)"\n');
put("/var/lib/dpkg/status", paragraph("zlib") + paragraph("bash"));
put("/lib/apk/db/installed", "noise");
put("/etc/machine-id", `${"0123456789abcdef".repeat(2)}\n`);

test("a host gives facts and sources; a broken source is unreadable with its reason; absent ones are left out", async () => {
  const inventory = await collectHost({ root, signal });
  expect(inventory.sources.map((s) => [s.source, s.status, s.components.length])).toEqual([
    ["apk", "unreadable", 0],
    ["dpkg", "ok", 2],
    ["system", "ok", 1],
  ]);
  expect(inventory.sources[2]?.components).toEqual([{ ecosystem: "OS", name: "ubuntu", version: "22.04" }]);
  expect(inventory.sources[0]?.error).toContain("apk");
  expect(inventory.facts.os.ecosystem).toBe("Ubuntu:22.04:LTS");
  expect(inventory.facts.machineId).toMatch(/^[0-9a-f]{64}$/);
  expect(await collectHost({ root, signal })).toEqual(inventory);
});

test("the machine-id never leaves, and a host without one keeps the fallback it is given", async () => {
  const one = await collectHost({
    root,
    signal,
    dpkgStatusPath: join(root, "/var/lib/dpkg/status"),
    fallbackMachineId: "a",
  });
  const same = await collectHost({
    root,
    signal,
    dpkgStatusPath: join(root, "/var/lib/dpkg/status"),
    fallbackMachineId: "a",
  });
  expect(one).toEqual(same);
  expect(JSON.stringify(await collectHost({ root, signal }))).not.toContain("0123456789abcdef0123");
});

test("a named status file is read alone, gzipped or not, with the named os-release; an absent one is said", async () => {
  put("/status.gz", gzipSync(paragraph("b") + paragraph("a")));
  put("/release", "ID=debian\nVERSION_ID=12\n");
  const named = { root, signal, osReleasePath: join(root, "release") };
  const inventory = await collectHost({ ...named, dpkgStatusPath: join(root, "status.gz") });
  expect(inventory.sources.map((s) => s.components.map((c) => `${c.ecosystem} ${c.name}`))).toEqual([
    ["Debian:12 a", "Debian:12 b"],
  ]);
  const absent = collectHost({ ...named, dpkgStatusPath: join(root, "none") });
  await expect(absent).rejects.toMatchObject({ code: "UNREADABLE" });
});

test("an absent root, one that is a file, and an os-release without ID are refused, never read as an empty host", async () => {
  const told = { code: "UNREADABLE" };
  await expect(collectHost({ root: join(root, "absent"), signal })).rejects.toMatchObject(told);
  put("/passwd", "root:x:0:0::/root:/bin/sh\n");
  await expect(collectHost({ root: join(root, "passwd"), signal })).rejects.toMatchObject(told);
  await expect(collectHost({ root, osReleasePath: join(root, "passwd"), signal })).rejects.toMatchObject(told);
});

test("a real Debian status file gives every installed package", async () => {
  const shared = process.env["ZEROTRACE_SHARED"] ?? resolve(import.meta.dirname, "../../../../../shared");
  const real = join(shared, "feeds/debian/host-dpkg-status.gz");
  const isThere = existsSync(real);
  const path = isThere ? real : join(root, "/var/lib/dpkg/status");
  const inventory = await collectHost({ signal, dpkgStatusPath: path });
  expect(inventory.sources[0]?.components.length).toBe(isThere ? 959 : 2);
  expect(inventory.sources[0]?.problems).toEqual([]);
});

test("links stay inside a root, rings end, pipes and large files are refused, absent files are null", async () => {
  const fs = hostFs(root);
  const text = async (path: string): Promise<string> =>
    new TextDecoder().decode((await fs.read(path, 1e6)) ?? undefined);
  symlinkSync("/usr/lib/os-release", join(root, "etc/os-release"));
  symlinkSync("../../../../../../etc", join(root, "etc/up"));
  symlinkSync("ring", join(root, "etc/ring"));
  expect(await text("/etc/os-release")).toContain("ubuntu");
  expect(fs.realPath("/etc/up/passwd")).toBe(join(root, "etc/passwd"));
  expect(await fs.read("/etc/up/passwd", 1e6)).toBeNull();
  expect(fs.realPath("/../../etc/passwd")).toBe(join(root, "etc/passwd"));
  await expect(fs.read("/etc/ring", 10)).rejects.toMatchObject({ code: "UNREADABLE" });
  await expect(fs.read("/etc/machine-id", 10)).rejects.toMatchObject({ code: "UNREADABLE" });
  await expect(fs.read("/etc", 10)).rejects.toMatchObject({ code: "UNREADABLE" });
  await expect(hostFs("/").read("/dev/null", 10)).rejects.toMatchObject({ code: "UNREADABLE" });
  expect(await fs.list("/etc/machine-id")).toBeNull();
  expect(await fs.list("/var/lib/dpkg")).toEqual(["status"]);
});

test("the system itself is a component where it names its version; one that nothing can hold is unreadable", () => {
  const of = (text: string) => systemInventory(parseOsRelease(text))?.components;
  expect(of("ID=alpine\nVERSION_ID=3.20.3")).toEqual([{ ecosystem: "OS", name: "alpine", version: "3.20.3" }]);
  expect(of("ID=arch")).toBeUndefined();
  expect(of("VERSION_ID=1")).toBeUndefined();
  expect(() => of(`ID=x\nVERSION_ID=${"1".repeat(600)}`)).toThrow("longer than");
});

test("the digest depends on every field and not on the order", () => {
  const a = { ecosystem: "npm", name: "a", version: "1" };
  const b = { ecosystem: "npm", name: "a", version: "1", arch: "x" };
  expect(digestOf([a, b])).toBe(digestOf([b, a]));
  expect(new Set([[a], [b], [a, b], []].map((set) => digestOf(set))).size).toBe(4);
});

test("os-release gives OSV's ecosystem, and none where OSV has none", () => {
  const table: readonly (readonly [string, string])[] = [
    ['ID=debian\nVERSION_ID="12"', "Debian:12"],
    ["ID=debian\nVERSION_CODENAME=trixie", "Debian:13"],
    ['ID=ubuntu\nVERSION_ID="22.04"\nVERSION="22.04.1 LTS (Jammy)"', "Ubuntu:22.04:LTS"],
    ['ID=ubuntu\nVERSION_ID="23.10"\nVERSION="23.10 (Mantic Minotaur)"', "Ubuntu:23.10"],
    ["ID=alpine\nVERSION_ID=3.20.3", "Alpine:v3.20"],
    ["ID='almalinux'\nVERSION_ID='9.4'", "AlmaLinux:9"],
    ["ID=rocky\nVERSION_ID=8.10", "Rocky Linux:8"],
    ["ID=rhel\nVERSION_ID=9.4", "Red Hat:9"],
    ["ID=fedora\nVERSION_ID=42", ""],
    ["ID=amzn\nVERSION_ID=2023", "Amazon Linux:2023"],
    ['ID="ol"\nVERSION_ID="9.3"', "Oracle Linux:9"],
    ["ID=opensuse-leap\nVERSION_ID=15.6", "openSUSE:Leap 15.6"],
    ["ID=sles\nVERSION_ID=15.5", "SUSE:Linux Enterprise Server 15 SP5"],
    ["ID=wolfi\nVERSION_ID=20230201", "Wolfi"],
    ["ID=chainguard", "Chainguard"],
    ['ID=openEuler\nVERSION_ID="20.03"\nVERSION="20.03 (LTS-SP1)"', "openEuler:20.03-LTS-SP1"],
    ["", ""],
    ["ID=constructor\nVERSION_ID=1", ""],
  ];
  for (const [text, ecosystem] of table) expect([text, parseOsRelease(text).ecosystem]).toEqual([text, ecosystem]);
});
