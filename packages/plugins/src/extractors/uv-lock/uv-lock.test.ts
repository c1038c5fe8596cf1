import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `version = 1

[manifest]
members = ["app"]

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "a", version = "2.0", source = { registry = "https://pypi.org/simple" }, marker = "x" },
    { name = "ruff" },
]

[package.dev-dependencies]
dev = [{ name = "t" }]

[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "a"
version = "2.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "ruff"
version = "0.8.1"
source = { git = "https://example.com/ruff#abc" }

[[package]]
name = "t"
version = "8.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "a", version = "1.0" }]
`;

test("direct and dev by the project's own package, which is left out; one version of several where it is named", async () => {
  const found = await extractFrom(extract, { "uv.lock": LOCK });
  expect(namesOf(found)).toEqual(["a@1.0", "a@2.0", "ruff@0.8.1", "t@8.0"]);
  expect(found.packages.map((p) => [p.isDirect, p.isDev, p.line])).toEqual([
    [false, true, 18],
    [true, false, 23],
    [true, false, 28],
    [true, true, 33],
  ]);
  expect(found.packages[0]?.via).toEqual([3]);
});

test("a script asks in the manifest; without anybody asking nothing is said of it", async () => {
  const script = '[manifest]\nrequirements = [{ name = "a" }]\n[[package]]\nname = "a"\nversion = "1"\n';
  expect((await extractFrom(extract, { "uv.lock": script })).packages[0]).toMatchObject({
    isDirect: true,
    isDev: false,
  });
  const bare = '[[package]]\nname = "a"\nversion = "1"\n';
  expect((await extractFrom(extract, { "uv.lock": bare })).packages[0]).not.toHaveProperty("isDirect");
});
