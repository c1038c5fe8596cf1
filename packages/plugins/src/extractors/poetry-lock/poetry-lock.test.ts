import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `# generated
[[package]]
name = "Flask"
version = "2.0.0"
groups = ["main"]

[package.dependencies]
Jinja2 = ">=3.0"

[[package]]
name = "jinja2"
version = "3.0.0"
groups = ["main", "dev"]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]

[[package]]
name = "own"
version = "0.1.0"
groups = ["main"]

[package.source]
type = "directory"
url = "own"

[[package]]
name = "ike"
version = "0.2.0"
groups = ["main"]

[package.source]
type = "git"
url = "https://example.com/ike"

[metadata]
lock-version = "2.1"
`;

const PROJECT = `
[tool.poetry.dependencies]
python = "^3.12"
flask = "^2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
`;

test("packages with lines, groups and needs; folders are left out, git is kept with its version", async () => {
  const found = await extractFrom(extract, { "poetry.lock": LOCK });
  expect(namesOf(found)).toEqual(["flask@2.0.0", "ike@0.2.0", "jinja2@3.0.0", "pytest@8.0.0"]);
  expect(found.packages[0]).toEqual({
    component: { ecosystem: "PyPI", name: "flask", version: "2.0.0" },
    isDev: false,
    dependsOn: [2],
    line: 2,
  });
  expect(found.packages.map((p) => p.isDev)).toEqual([false, false, false, true]);
});

test("direct is told by pyproject.toml, and dev by the graph where the lockfile has no groups", async () => {
  const without = LOCK.replaceAll(/groups = .*\n/g, "");
  for (const lock of [LOCK, without]) {
    const { packages } = await extractFrom(extract, { "poetry.lock": lock, "pyproject.toml": PROJECT });
    expect(packages.map((p) => p.isDirect)).toEqual([true, false, false, true]);
    expect(packages[2]).toMatchObject({ isDev: false, via: [0] });
    expect(packages[3]?.isDev).toBe(true);
  }
});

test("old lockfiles tell dev by category; an empty file is empty; what is no TOML is refused by name", async () => {
  const old = '[[package]]\nname = "a"\nversion = "1"\ncategory = "dev"\n[[package]]\nversion = "2"\n';
  const found = await extractFrom(extract, { "poetry.lock": old });
  expect(found.packages[0]?.isDev).toBe(true);
  expect(found.problems).toEqual(["package 2: it has no name"]);
  expect((await extractFrom(extract, { "poetry.lock": "" })).packages).toEqual([]);
  await expect(extractFrom(extract, { "a/poetry.lock": "no toml" })).rejects.toThrow(/a\/poetry\.lock/);
});
