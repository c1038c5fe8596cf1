import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `[metadata]
groups = ["default", "lint", "dev"]

[[package]]
name = "a"
version = "1.0.0"
groups = ["default"]
dependencies = ["B_b>=1; python_version < '3.9'", "c[x]==2.0"]

[[package]]
name = "b.b"
version = "1.5"
groups = ["default", "dev"]

[[package]]
name = "c"
version = "2.0"
groups = ["lint"]

[[package]]
name = "d"
version = "3"
groups = ["dev"]

[[package]]
name = "own"
version = "0"
editable = true
path = "./own"
`;

test("packages with needs and groups; the project's own folders are left out", async () => {
  const found = await extractFrom(extract, { "pdm.lock": LOCK });
  expect(namesOf(found)).toEqual(["a@1.0.0", "b-b@1.5", "c@2.0", "d@3"]);
  expect(found.packages[0]).toMatchObject({ dependsOn: [1, 2], isDev: false, line: 4 });
  expect(found.packages.map((p) => p.isDev)).toEqual([false, false, false, true]);
});

test("pyproject.toml tells direct ones and which groups are for development", async () => {
  const project = '[project]\ndependencies = ["a>=1"]\n[dependency-groups]\nlint = ["c", {include-group = "x"}]\n';
  const { packages } = await extractFrom(extract, { "pdm.lock": LOCK, "pyproject.toml": project });
  expect(packages.map((p) => [p.isDirect, p.isDev])).toEqual([
    [true, false],
    [false, false],
    [true, true],
    [false, false],
  ]);
});
