import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PROJECT = `[project]
dependencies = ["requests==2.32.0", "Flask>=3 ; python_version > '3'"]
[project.optional-dependencies]
speed = ["numpy"]
[dependency-groups]
dev = ["pytest==8.0", "flask"]
[tool.poetry.dependencies]
python = "^3"
click = "8.1.3"
`;

test("what the project asks for, pinned or not, and what only to develop", async () => {
  const found = await extractFrom(extract, { "pyproject.toml": PROJECT });
  expect(namesOf(found)).toEqual(["click@", "flask@", "numpy@", "pytest@8.0", "requests@2.32.0"]);
  expect(found.packages.map((p) => p.isDev)).toEqual([false, false, false, true, false]);
});

test("beside a lockfile and without dependencies it says nothing; what is no TOML is refused by name", async () => {
  expect((await extractFrom(extract, { "pyproject.toml": PROJECT, "uv.lock": "" })).packages).toEqual([]);
  expect((await extractFrom(extract, { "pyproject.toml": "[tool.black]\n" })).packages).toEqual([]);
  await expect(extractFrom(extract, { "a/pyproject.toml": "= =" })).rejects.toThrow(/a\/pyproject\.toml/);
});
