import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { zipOf } from "../extractors/zip-fixtures.ts";
import { debOf, DEBIAN } from "./image/image-fixtures.ts";
import { isRootFolder, scanRoot } from "./root.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zerotrace-root-"));
  write(DEBIAN.name, DEBIAN.bytes as string);
  write("var/lib/dpkg/status", debOf("libold-java", "1.0-1"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, bytes: string | Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
};

const scanned = async () => {
  const { os, places, problems } = await scanRoot(root, { signal: new AbortController().signal });
  const found = places.flatMap(({ path, packages }) =>
    packages.map(({ component }) => [path, component.name, component.ownedBy?.name ?? ""].join(" ").trim()),
  );
  return { os, places, problems, found };
};

const jarOf = (name: string): Uint8Array =>
  zipOf({ [`META-INF/maven/org.acme/${name}/pom.properties`]: `groupId=org.acme\nartifactId=${name}\nversion=1.0\n` });

test("the root of a system is told by os-release or a package database; other folders are none", async () => {
  expect(await isRootFolder(root)).toBe(true);
  rmSync(join(root, "etc"), { recursive: true });
  expect(await isRootFolder(root)).toBe(true);
  rmSync(join(root, "var"), { recursive: true });
  expect(await isRootFolder(root)).toBe(false);
});

test("jars that a package of the system brought are judged with it, changed ones and others are not", async () => {
  const [own, changed] = [jarOf("own"), jarOf("changed")];
  const paths = ["usr/share/java/own.jar", "usr/share/java/changed.jar"];
  write(paths[0]!, own);
  write(paths[1]!, changed);
  write("opt/app/other.jar", jarOf("other"));
  const sums = [own, jarOf("before")].map(
    (bytes, at) => `${createHash("md5").update(bytes).digest("hex")}  ${paths[at]}\n`,
  );
  write("var/lib/dpkg/info/libold-java.list", paths.map((path) => `/${path}\n`).join(""));
  write("var/lib/dpkg/info/libold-java.md5sums", sums.join(""));
  const { found, os, problems } = await scanned();
  expect(os.ecosystem).toBe("Debian:12");
  expect(found.sort()).toEqual([
    "etc/os-release debian",
    "opt/app/other.jar org.acme:other",
    "usr/share/java/changed.jar org.acme:changed",
    "usr/share/java/own.jar org.acme:own libold-java",
    "var/lib/dpkg/status libold-java",
  ]);
  expect(problems).toEqual([]);
});

test("lockfiles of a system, its processes and devices are passed over; links do not lead out of it", async () => {
  write("srv/package-lock.json", '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  write("proc/1/root/node_modules/x/package.json", '{"name":"x","version":"1.0.0"}');
  symlinkSync("/usr/lib", join(root, "lib"));
  symlinkSync("/", join(root, "host"));
  expect((await scanned()).found.sort()).toEqual(["etc/os-release debian", "var/lib/dpkg/status libold-java"]);
});

test("a database or an archive that is broken is named with its reason and the rest is read", async () => {
  write("var/lib/dpkg/status", "no paragraph at all\n".repeat(3));
  write("opt/broken.jar", "no archive");
  write("opt/good.jar", jarOf("good"));
  const { places, found } = await scanned();
  expect(found).toContain("opt/good.jar org.acme:good");
  const told = places.filter(({ status, problems }) => status === "unreadable" || problems.length > 0);
  expect(told.map(({ path }) => path).sort()).toEqual(["opt/broken.jar", "var/lib/dpkg/status"]);
});
