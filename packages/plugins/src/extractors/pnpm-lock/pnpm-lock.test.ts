import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const V9 = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(peer@2.0.0)
      w:
        specifier: workspace:*
        version: link:packages/w
    devDependencies:
      alias:
        specifier: npm:real@^3
        version: real@3.0.0

  packages/w:
    dependencies:
      '@s/git':
        specifier: github:s/git
        version: https://codeload.example/s/git/tar.gz/abc

packages:

  '@s/git@https://codeload.example/s/git/tar.gz/abc':
    resolution: {tarball: https://codeload.example/s/git/tar.gz/abc}
    version: 0.1.0

  a@1.0.0:
    resolution: {integrity: sha512-x}
    deprecated: |-
      b@9.9.9: this is a text
      of two lines
    peerDependencies:
      peer: '*'

  peer@2.0.0:
    resolution: {integrity: sha512-x}

  real@3.0.0:
    resolution: {integrity: sha512-x}
    cpu: [x64, arm64]

  under@4.0.0-rc.1:
    resolution: {integrity: sha512-x}

snapshots:

  '@s/git@https://codeload.example/s/git/tar.gz/abc': {}

  a@1.0.0(peer@2.0.0):
    dependencies:
      peer: 2.0.0
    transitivePeerDependencies:
      - supports-color

  peer@2.0.0: {}

  real@3.0.0:
    dependencies:
      under: 4.0.0-rc.1

  under@4.0.0-rc.1: {}
`;

test("version 9: packages with graph, direct, dev by the graph, lines; git by the version it states", async () => {
  const found = await extractFrom(extract, { "pnpm-lock.yaml": V9 });
  expect(namesOf(found)).toEqual(["@s/git@0.1.0", "a@1.0.0", "peer@2.0.0", "real@3.0.0", "under@4.0.0-rc.1"]);
  expect(found.packages.map((p) => [p.isDirect, p.isDev])).toEqual([
    [true, false],
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ]);
  expect(found.packages[1]).toMatchObject({ dependsOn: [2], line: 33 });
  expect(found.packages[4]?.via).toEqual([3]);
});

test("version 6: keys with a slash, peers in brackets, dev by its flag", async () => {
  const lock = `lockfileVersion: '6.0'
dependencies:
  a:
    specifier: ^1
    version: 1.0.0(p@2.0.0)
packages:
  /a@1.0.0(p@2.0.0):
    resolution: {integrity: x}
    dependencies:
      p: 2.0.0
    dev: false
  /p@2.0.0:
    resolution: {integrity: x}
    dev: true
  /@s/7z@3.0.0:
    dev: true
  file:../nameless:
    version: 1.0.0
  folder@file:../folder:
    resolution: {directory: ../folder, type: directory}
`;
  const found = await extractFrom(extract, { "pnpm-lock.yaml": lock });
  expect(namesOf(found)).toEqual(["@s/7z@3.0.0", "a@1.0.0", "p@2.0.0"]);
  expect(found.packages.slice(1).map((p) => [p.isDirect, p.isDev, p.via])).toEqual([
    [true, false, []],
    [false, true, [1]],
  ]);
  expect(found.problems).toEqual(["file:../nameless: it names no package and version"]);
});

test("version 5: the version after a slash, other registries, scopes, peers after an underscore", async () => {
  const lock = `lockfileVersion: 5.3
dependencies:
  '@s/a': 1.10.0_p@2.0.0
packages:
  /@s/a/1.10.0_p@2.0.0:
    dependencies: {p: 2.0.0}
  registry.example/p/2.0.0:
    dev: true
`;
  const found = await extractFrom(extract, { "pnpm-lock.yaml": lock });
  expect(namesOf(found)).toEqual(["@s/a@1.10.0", "p@2.0.0"]);
  expect(found.packages[0]?.isDirect).toBe(true);
});

test("YAML that no tool writes line by line is read all the same", async () => {
  const lock = `lockfileVersion: 6.0
packages: {
  /a@1.10.0: {dev: true},
  /b@2.0.0: {dev: true} }
`;
  const found = await extractFrom(extract, { "pnpm-lock.yaml": lock });
  expect(namesOf(found)).toEqual(["a@1.10.0", "b@2.0.0"]);
  expect(found.packages.map((p) => p.isDev)).toEqual([true, true]);
});

test("both documents of a file are read; an empty one is empty; what is none is refused by name", async () => {
  const two = "lockfileVersion: '9.0'\npackages:\n  c@1.0.0:\n    resolution: {integrity: x}\n---\n";
  expect(namesOf(await extractFrom(extract, { "pnpm-lock.yaml": `---\n${two}${V9}` }))).toContain("c@1.0.0");
  expect((await extractFrom(extract, { "pnpm-lock.yaml": "" })).packages).toEqual([]);
  for (const text of ["this is no yaml", "a: 1", "[1", "- a"]) {
    await expect(extractFrom(extract, { "x/pnpm-lock.yaml": text })).rejects.toThrow(/x\/pnpm-lock\.yaml/);
  }
});
