import { AppError } from "@zerotrace/core";
import { expect, test } from "vitest";
import { apk } from "./apk/index.ts";
import type { Extractor } from "./extractor.ts";
import { fakeFs } from "./fixtures.ts";
import { npmGlobal } from "./npm-global/index.ts";
import { parseOsRelease } from "./os-release.ts";
import { pythonSite } from "./python-site/index.ts";

const run = (extractor: Extractor, files: Record<string, string>, release = "ID=debian\nVERSION_ID=12") =>
  extractor.extract({ fs: fakeFs(files), os: parseOsRelease(release), signal: new AbortController().signal });

const named = (name: string, version: string): string => JSON.stringify({ name, version });

test("apk gives the origin as the source; virtual packages are left out; /usr/lib is read too", async () => {
  const text =
    "C:Q1abc=\nP:libcrypto3\nV:3.3.1-r0\nA:x86_64\no:openssl\nF:lib\nR:libcrypto.so.3\n\nP:.build-deps\nV:20240101\n\n";
  const expected = {
    ecosystem: "Alpine:v3.20",
    name: "libcrypto3",
    version: "3.3.1-r0",
    arch: "x86_64",
    source: { name: "openssl", version: "3.3.1-r0" },
  };
  for (const path of ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"]) {
    const extraction = await run(apk, { [path]: text }, "ID=alpine\nVERSION_ID=3.20.3");
    expect(extraction).toEqual({ components: [expected], problems: [] });
  }
});

const STATUS = (name: string, version: string, source = name): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nSource: ${source}\nVersion: ${version}\n\n`;
const shown = (extraction: Awaited<ReturnType<typeof run>>): string[] =>
  (extraction?.components ?? []).map(
    (c) => `${c.name} ${c.version}${c.ownedBy ? ` in ${Object.values(c.ownedBy).join(" ")}` : ""}`,
  );

test("npm finds scoped, nested and nvm's packages, and those in a Debian package with their owner", async () => {
  const extraction = await run(npmGlobal, {
    "/usr/lib/node_modules/npm/package.json": named("npm", "11.0.0"),
    "/usr/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json": named("@npmcli/arborist", "9.0.0"),
    "/usr/lib/node_modules/corepack/package.json": named("corepack", "0.34.0"),
    "/usr/share/nodejs/@types/node/package.json": named("@types/node", "18.11.9"),
    "/home/ann/.nvm/versions/node/v22.1.0/lib/node_modules/yarn/package.json": named("yarn", "1.22.22"),
    "/var/lib/dpkg/status": STATUS("nodejs", "22.1.0-1") + STATUS("node-types-node", "1", "node-typescript-types"),
    "/var/lib/dpkg/info/nodejs.list": "/.\n/usr/lib/node_modules/corepack/package.json\n",
    "/var/lib/dpkg/info/node-types-node.list": "/usr/share/nodejs/@types/node/package.json\n",
  });
  expect(extraction?.problems).toEqual([]);
  expect(shown(extraction)).toEqual([
    "@npmcli/arborist 9.0.0",
    "@types/node 18.11.9 in Debian:12 node-typescript-types 1",
    "corepack 0.34.0 in Debian:12 nodejs 22.1.0-1",
    "npm 11.0.0",
    "yarn 1.22.22",
  ]);
});

test("Python names are normalized; dist-info, egg-info and pyenv are read; dpkg's and apk's own have their owner", async () => {
  const extraction = await run(pythonSite, {
    "/usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA": "Name: PyYAML\nVersion: 6.0\n",
    "/usr/lib/python3/dist-packages/Pygments-2.14.0.egg-info/PKG-INFO": "Name: Pygments\nVersion: 2.14.0\n",
    "/usr/lib/python3/dist-packages/six-1.16.0.egg-info": "Name: six\nVersion: 1.16.0\n",
    "/usr/lib/python3.12/site-packages/idna-3.7.dist-info/METADATA": "Name: idna\nVersion: 3.7\n",
    "/usr/local/lib/python3.11/dist-packages/zope.interface-6.0.dist-info/METADATA":
      "Metadata-Version: 2.1\nName: zope._Interface\nVersion: 6.0\n\nName: readme\n",
    "/root/.pyenv/versions/3.12.1/lib/python3.12/site-packages/old.egg-info": "Name: old\nVersion: 1\n",
    "/opt/tool/venv/lib/python3.11/site-packages/~ip-1.dist-info/METADATA": "Name: pip\nVersion: 1\n",
    "/var/lib/dpkg/status": STATUS("python3-yaml", "6.0-3", "pyyaml") + STATUS("python3-six", "1.16.0-4", "six"),
    "/var/lib/dpkg/info/python3-yaml.list": "/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA\n",
    "/var/lib/dpkg/info/python3-six:all.list": "/usr/lib/python3/dist-packages/six-1.16.0.egg-info\n",
    "/lib/apk/db/installed":
      "P:py3-idna\nV:3.7-r0\no:idna\nF:usr/lib/python3.12/site-packages/idna-3.7.dist-info\nR:METADATA\nR:top.txt\n",
  });
  expect(extraction?.problems).toEqual([]);
  expect(shown(extraction)).toEqual([
    "idna 3.7 in apk idna 3.7-r0",
    "old 1",
    "pygments 2.14.0",
    "pyyaml 6.0 in Debian:12 pyyaml 6.0-3",
    "six 1.16.0 in Debian:12 six 1.16.0-4",
    "zope-interface 6.0",
  ]);
});

test.each([
  [pythonSite, "/root/.local/lib", "/usr/lib/python3/dist-packages/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n"],
  [npmGlobal, "/root/.nvm/versions/node", "/usr/lib/node_modules/a/package.json", named("a", "1")],
])(
  "a home that is closed to an unprivileged agent leaves a source read in part, and says so",
  async (extractor, closed, file, text) => {
    const release = parseOsRelease("ID=debian\nVERSION_ID=12");
    const withClosed = (files: Record<string, string>, code: string) => {
      const fs = fakeFs(files);
      const list = async (path: string) => {
        if (path !== closed) return fs.list(path);
        const cause = Object.assign(new Error(code), { code });
        throw new AppError("UNREADABLE", `${path} cannot be read: ${code}`, { cause });
      };
      return extractor.extract({ fs: { ...fs, list }, os: release, signal: new AbortController().signal });
    };
    const part = [`Read in part: ${closed} cannot be read: EACCES`];
    const read = await withClosed({ [file]: text }, "EACCES");
    expect([read?.components.length, read?.problems]).toEqual([1, part]);
    expect(await withClosed({}, "EACCES")).toEqual({ components: [], problems: part });
    await expect(withClosed({}, "EIO")).rejects.toMatchObject({ code: "UNREADABLE" });
  },
);
