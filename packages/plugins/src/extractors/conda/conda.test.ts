import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("an installed package is told with licence and whether somebody asked for it", async () => {
  const path = "env/conda-meta/pip-22.json";
  const fields = { name: "pip", version: "22.2.2", license: "MIT", requested_spec: "pip" };
  expect((await extractFrom(extract, { [path]: JSON.stringify(fields) })).packages).toEqual([
    { component: { ecosystem: "Conda", name: "pip", version: "22.2.2" }, license: "MIT", isDirect: true, via: [] },
  ]);
  await expect(extractFrom(extract, { [path]: '{"name":"pip"}' })).rejects.toThrow(/conda-meta\/pip/);
});

test("an environment gives exact pins, other ranges without a version, and its pip packages", async () => {
  const text = `name: test
channels: [defaults]
dependencies:
  - bzip2=1.0.8=h998d150_5
  - conda-forge::numpy==1.26
  - python=3.10
  - zlib=1.2.13
  - scipy>=1.0
  - pip
  - pip: ["Flask==1.0", -r more.txt]
`;
  const found = await extractFrom(extract, { "environment.yml": text });
  expect(found.packages.map(({ component: c }) => `${c.ecosystem} ${c.name}@${c.version}`)).toEqual([
    "Conda bzip2@1.0.8",
    "Conda numpy@1.26",
    "Conda pip@",
    "Conda python@",
    "Conda scipy@",
    "Conda zlib@1.2.13",
    "PyPI flask@1.0",
  ]);
  await expect(extractFrom(extract, { "a/environment.yml": "- x" })).rejects.toThrow(/a\/environment\.yml/);
});

test("conda-lock.yml gives packages of all platforms once, with needs and category", async () => {
  const one = (platform: string): string => `- name: python
  version: 3.10.0
  manager: conda
  platform: ${platform}
  dependencies:
    zlib: '>=1.2'
  category: main
- name: zlib
  version: 1.2.13
  manager: conda
  platform: ${platform}
  dependencies: {}
  category: main
- name: Flask_X
  version: '1.10'
  manager: pip
  platform: ${platform}
  category: dev
`;
  const found = await extractFrom(extract, {
    "conda-lock.yml": `version: 1\npackage:\n${one("linux-64")}${one("osx-64")}`,
  });
  expect(namesOf(found)).toEqual(["python@3.10.0", "zlib@1.2.13", "flask-x@1.10"]);
  expect(found.packages.map((p) => [p.isDev, p.dependsOn])).toEqual([
    [false, [1]],
    [false, []],
    [true, []],
  ]);
});
