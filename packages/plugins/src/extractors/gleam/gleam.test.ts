import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const MANIFEST = `packages = [
  { name = "gleam_json", version = "1.0.0", requirements = ["gleam_stdlib"], source = "hex" },
  { name = "gleam_stdlib", version = "0.34.0", requirements = [], source = "hex" },
  { name = "gleeunit", version = "1.0.2", requirements = ["gleam_stdlib"], source = "hex" },
  { name = "own", version = "1.0.0", requirements = [], source = "local", path = "../own" },
]
[requirements]
gleam_json = { version = "~> 1.0" }
gleeunit = { version = "~> 1.0" }
own = { path = "../own" }
`;
const PROJECT = `name = "x"
[dependencies]
gleam_json = "~> 1.0"
exact = "1.2.3"
own = { path = "../own" }
[dev-dependencies]
gleeunit = "~> 1.0"
`;

test("the lockfile gives versions, what each needs, and with the manifest what is for development", async () => {
  const found = await extractFrom(extract, { "manifest.toml": MANIFEST, "gleam.toml": PROJECT });
  expect(namesOf(found)).toEqual(["gleam_json@1.0.0", "gleam_stdlib@0.34.0", "gleeunit@1.0.2"]);
  expect(found.packages.map((p) => [p.isDirect, p.isDev])).toEqual([
    [true, false],
    [false, false],
    [true, true],
  ]);
});

test("the manifest counts only without a lockfile, and only exact requirements have a version", async () => {
  const alone = await extractFrom(extract, { "a/gleam.toml": PROJECT });
  expect(namesOf(alone)).toEqual(["exact@1.2.3", "gleam_json@", "gleeunit@"]);
  const both = await extractFrom(extract, { "a/gleam.toml": PROJECT, "a/manifest.toml": MANIFEST });
  expect(namesOf(both)).toEqual([]);
});

test("a file that is no TOML is refused by name", async () => {
  await expect(extractFrom(extract, { "gleam.toml": "[[[" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
