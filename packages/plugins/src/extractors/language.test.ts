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

test("npm finds scoped, nested and nvm's packages; those owned by dpkg are left out", async () => {
  const extraction = await run(npmGlobal, {
    "/usr/lib/node_modules/npm/package.json": named("npm", "11.0.0"),
    "/usr/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json": named("@npmcli/arborist", "9.0.0"),
    "/usr/lib/node_modules/corepack/package.json": named("corepack", "0.34.0"),
    "/home/ann/.nvm/versions/node/v22.1.0/lib/node_modules/yarn/package.json": named("yarn", "1.22.22"),
    "/var/lib/dpkg/info/nodejs.list": "/.\n/usr/lib/node_modules/corepack/package.json\n",
  });
  expect(extraction?.components.map((c) => `${c.ecosystem} ${c.name}@${c.version}`)).toEqual([
    "npm @npmcli/arborist@9.0.0",
    "npm npm@11.0.0",
    "npm yarn@1.22.22",
  ]);
});

test("Python names are normalized; dist-info, egg-info and pyenv are read; dpkg's and apk's own are left out", async () => {
  const extraction = await run(pythonSite, {
    "/usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA": "Name: PyYAML\nVersion: 6.0\n",
    "/usr/lib/python3/dist-packages/Pygments-2.14.0.egg-info/PKG-INFO": "Name: Pygments\nVersion: 2.14.0\n",
    "/usr/lib/python3/dist-packages/six-1.16.0.egg-info": "Name: six\nVersion: 1.16.0\n",
    "/usr/lib/python3.12/site-packages/idna-3.7.dist-info/METADATA": "Name: idna\nVersion: 3.7\n",
    "/usr/local/lib/python3.11/dist-packages/zope.interface-6.0.dist-info/METADATA":
      "Metadata-Version: 2.1\nName: zope._Interface\nVersion: 6.0\n\nName: readme\n",
    "/root/.pyenv/versions/3.12.1/lib/python3.12/site-packages/old.egg-info": "Name: old\nVersion: 1\n",
    "/opt/tool/venv/lib/python3.11/site-packages/~ip-1.dist-info/METADATA": "Name: pip\nVersion: 1\n",
    "/var/lib/dpkg/info/python3-yaml.list": "/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA\n",
    "/var/lib/dpkg/info/python3-six.list": "/usr/lib/python3/dist-packages/six-1.16.0.egg-info\n",
    "/lib/apk/db/installed":
      "P:py3-idna\nV:3.7-r0\nF:usr/lib/python3.12/site-packages/idna-3.7.dist-info\nR:METADATA\n",
  });
  expect(extraction?.problems).toEqual([]);
  expect(extraction?.components.map((c) => `${c.name} ${c.version}`)).toEqual([
    "old 1",
    "pygments 2.14.0",
    "zope-interface 6.0",
  ]);
});
