import { createHash } from "node:crypto";
import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { HostFs } from "../plugin.ts";
import { fakeFs, ndbFile, rpmHeader } from "./fixtures.ts";
import { hostFs } from "./host-fs.ts";
import { parseOsRelease } from "./os-release.ts";
import { ownerOf } from "./os-owned.ts";

const TEXT = "Name: requests\nVersion: 2.28.1\n";
const BYTES = new TextEncoder().encode(TEXT);
const hash = (algorithm: string, encoding: "hex" | "base64" = "hex"): string =>
  createHash(algorithm).update(BYTES).digest(encoding);
const PATH = "/usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA";

const owner = async (fs: HostFs, path = PATH, release = "ID=debian\nVERSION_ID=12", bytes: Uint8Array = BYTES) => {
  const context = { fs, os: parseOsRelease(release), signal: new AbortController().signal };
  const found = await ownerOf(context, { path, bytes });
  return found === null ? null : Object.values(found).join(" ");
};

const paragraph = (name: string, version = "2.28.1+dfsg-1"): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}\nSource: requests\n\n`;
const DPKG = {
  "/var/lib/dpkg/status": paragraph("python3-requests"),
  "/var/lib/dpkg/info/python3-requests.list": `/.\n/usr\n${PATH}\n`,
};
const OWNED = "Debian:12 requests 2.28.1+dfsg-1";

test("dpkg owns what its lists name, by the source package that is judged", async () => {
  expect(await owner(fakeFs(DPKG))).toBe(OWNED);
  expect(await owner(fakeFs(DPKG), PATH.replace("/usr/lib", "/usr/local/lib"))).toBeNull();
});

test("a package that was removed and left its list behind owns nothing", async () => {
  const status = DPKG["/var/lib/dpkg/status"].replace("install ok installed", "deinstall ok config-files");
  expect(await owner(fakeFs({ ...DPKG, "/var/lib/dpkg/status": status }))).toBeNull();
});

test("a file that was written over is no longer its package's", async () => {
  const sums = (sum: string): string => `${hash("md5").replace(/./, "x")}\n${sum}  ${PATH.slice(1)}\n`;
  const listed = (sum: string) => fakeFs({ ...DPKG, "/var/lib/dpkg/info/python3-requests.md5sums": sums(sum) });
  expect(await owner(listed(hash("md5")))).toBe(OWNED);
  expect(await owner(listed("0".repeat(32)))).toBeNull();
});

test("a diverted file is owned where it went; at its place lies the one that diverted it", async () => {
  const moved = `${PATH}.distrib`;
  const by = (name: string) =>
    fakeFs({
      "/var/lib/dpkg/status": paragraph("python3-requests") + paragraph("python3-other", "3-1"),
      "/var/lib/dpkg/info/python3-requests.list": `${PATH}\n`,
      "/var/lib/dpkg/info/python3-other.list": name === "python3-other" ? `${PATH}\n` : "/usr\n",
      "/var/lib/dpkg/diversions": `${PATH}\n${moved}\n${name}\n`,
    });
  expect(await owner(by("python3-other"))).toBe("Debian:12 requests 3-1");
  expect(await owner(by("python3-other"), moved)).toBe(OWNED);
  // The administrator's own diversion: the file at the place is nobody's.
  expect(await owner(by(":"))).toBeNull();
});

test("packages of distroless images own the files of their checksums", async () => {
  const fs = fakeFs({
    "/var/lib/dpkg/status.d/python3": paragraph("python3-requests").replace(/Status:.*\n/, ""),
    "/var/lib/dpkg/status.d/python3.md5sums": `${hash("md5")}  .${PATH}\n`,
  });
  expect(await owner(fs)).toBe(OWNED);
});

test("apk owns what follows its folders, unless the checksum differs", async () => {
  const path = "/usr/lib/python3.12/site-packages/requests-2.28.1.dist-info/METADATA";
  const database = (sum: string): string =>
    `P:py3-requests\nV:2.28.1-r0\nA:noarch\no:py3-requests\nF:usr/lib\nR:METADATA\nF:${dirname(path).slice(1)}\nR:METADATA\nZ:Q1${sum}\n\n`;
  const release = "ID=alpine\nVERSION_ID=3.20.3";
  const at = (sum: string) => owner(fakeFs({ "/lib/apk/db/installed": database(sum) }), path, release);
  expect(await at(hash("sha1", "base64"))).toBe("Alpine:v3.20 py3-requests 2.28.1-r0");
  expect(await at("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")).toBeNull();
});

test("rpm owns the files of its headers, unless the checksum differs", async () => {
  const header = (sum: string) =>
    rpmHeader({
      1000: "python3-requests",
      1001: "2.28.1",
      1002: "1.el9",
      1022: "noarch",
      1035: [sum],
      1044: "python-requests-2.28.1-1.el9.src.rpm",
      1116: 0,
      1117: ["METADATA"],
      1118: [`${dirname(PATH)}/`],
      5011: 8,
    });
  const release = "ID=rocky\nVERSION_ID=9.4";
  const at = (sum: string) => owner(fakeFs({ "/var/lib/rpm/Packages.db": ndbFile([header(sum)]) }), PATH, release);
  expect(await at(hash("sha256"))).toBe("Rocky Linux:9 python3-requests 2.28.1-1.el9");
  expect(await at("0".repeat(64))).toBeNull();
});

test("links on the way are followed, and the lists are read once", async () => {
  const root = await mkdtemp(join(tmpdir(), "owned-"));
  try {
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    const file = "/usr/share/nodejs/semver/package.json";
    await put(file, TEXT);
    await put("/var/lib/dpkg/status", paragraph("node-semver"));
    await put("/var/lib/dpkg/info/node-semver.list", `${file}\n`);
    await mkdir(join(root, "usr/lib/node_modules"), { recursive: true });
    await symlink("/usr/share/nodejs/semver", join(root, "usr/lib/node_modules/semver"));
    const fs = hostFs(root);
    const reads: string[] = [];
    const read: HostFs["read"] = (path, maxBytes) => {
      reads.push(path);
      return fs.read(path, maxBytes);
    };
    const counting: HostFs = { ...fs, read };
    expect(await owner(counting, "/usr/lib/node_modules/semver/package.json")).toBe(OWNED);
    expect(await owner(counting, file)).toBe(OWNED);
    expect(reads.filter((path) => path.endsWith(".list"))).toHaveLength(1);
  } finally {
    await rm(root, { recursive: true });
  }
});
